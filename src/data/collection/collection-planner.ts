import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../platform/config/config.module.js';
import type { Config } from '../../platform/config/config.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, toIso, utcDate, type EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository, type StoredSeries } from '../candles/candle.repository.js';
import type {
  CollectionPlan,
  PlanCollectionInput,
  PlannedSeries,
  PlannedSource,
  SourceAttempt,
} from '../data.contract.js';
import { venues, type Asset } from '../domain/asset.js';
import { askedSource, isSimulatedSource, type Interval } from '../domain/candle.js';
import {
  collectedFor,
  missingHistory,
  partDays,
  usualFrom,
  wholeHistory,
  type TimeWindow,
} from '../domain/history-plan.js';
import { familyOf, inOrderOf, sourcesFor, wantedBasis, whyNotOffered } from '../domain/source-order.js';
import { SOURCES } from '../sources/configured-sources.js';
import type { MarketDataSource } from '../sources/market-data-source.js';
import { SourceAttempts } from './source-attempts.js';
import { sourceQueue } from './source-queues.js';

/** Two can be compared; more would cost budgets and tell little more. */
const votesWanted = 2;

/** Says what a collection has to ask whom for: what is missing by each asset's calendar and what is stored. */
@Injectable()
export class CollectionPlanner {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    @Inject(CONFIG) private readonly config: Pick<Config, 'sources' | 'temporal'>,
    private readonly assets: AssetRegistry,
    private readonly candles: CandleRepository,
    private readonly attempts: SourceAttempts,
  ) {}

  async plan(input: PlanCollectionInput, now: EpochMs = Date.now(), tell: (note: string) => void = () => undefined) {
    const catalogue = await this.assets.catalogue();
    const series: PlannedSeries[] = [];
    for (const assetId of input.assets) {
      const asset = catalogue.of(assetId);
      if (!asset) series.push(...input.intervals.map((interval) => nobodyKnows(assetId, interval)));
      else {
        for (const interval of this.intervalsOf(asset, input.intervals)) {
          tell(`planning ${interval} of ${assetId}`);
          series.push(await this.planSeries(asset, interval, input, now));
        }
      }
    }
    return { series } satisfies CollectionPlan;
  }

  private intervalsOf(asset: Asset, wanted: readonly Interval[]): Interval[] {
    const isOffered = (interval: Interval) => this.offering(asset, interval).length > 0;
    return collectedFor(wanted, isOffered);
  }

  private offering(asset: Asset, interval: Interval): MarketDataSource[] {
    return sourcesFor(asset, interval, this.sources, this.config.sources.cryptoBasis);
  }

  private async planSeries(
    asset: Asset,
    interval: Interval,
    input: PlanCollectionInput,
    now: EpochMs,
  ): Promise<PlannedSeries> {
    const { cryptoBasis } = this.config.sources;
    const asOf = Math.min(Date.parse(input.asOf), now);
    const from = input.from === null ? usualFrom(interval, asOf) : Date.parse(input.from);
    const stored = await this.candles.seriesOfAsset(asset.id, interval);
    const sources: PlannedSource[] = [];
    const spared: SourceAttempt[] = [];
    for (const source of inOrderOf(asset, this.sources, cryptoBasis)) {
      const why = whyNotAsked(source, asset, interval, asOf, now);
      if (why) spared.push({ source: source.id, ...why, milliseconds: 0 });
      else
        sources.push(
          await this.planSource(source, asset, interval, { from, asOf, recheck: input.recheck ?? false }, stored, now),
        );
    }
    // of a basis with one source there is nothing to compare, and the other basis is asked only in its place
    const [first] = this.offering(asset, interval);
    const isPerpetual =
      wantedBasis(asset.assetClass, cryptoBasis) === 'perpetual' && first?.offers.basis === 'perpetual';
    return { assetId: asset.id, interval, votes: isPerpetual ? 1 : votesWanted, sources, spared };
  }

  private async planSource(
    source: MarketDataSource,
    asset: Asset,
    interval: Interval,
    { recheck, ...window }: { from: EpochMs; asOf: EpochMs; recheck: boolean },
    stored: readonly StoredSeries[],
    now: EpochMs,
  ): Promise<PlannedSource> {
    const taskQueue = sourceQueue(this.config.temporal.taskQueue, source.id);
    // a file is read to its end anyway, and what lies after the as-of is history, too
    if (source.offers.wholeHistory) {
      const all = [{ from: null, to: toIso(now) }];
      return { source: source.id, completes: null, taskQueue, missing: all, partDays: 1 };
    }
    const own = stored.filter(({ series }) => askedSource(series.source) === source.id);
    const wanted = {
      assetClass: asset.assetClass,
      interval,
      ...window,
      from: reach(source, interval, window.from, now),
    };
    const best = own.toSorted(byUse)[0]?.series;
    let missing: TimeWindow[];
    // adjusted prices of the past change with every split: all of them are asked for, and what changed becomes a revision
    const isRewritten = own.some(({ series }) => series.adjustment !== 'raw');
    if (!best || recheck || isRewritten) missing = wholeHistory(wanted);
    else {
      const times = await this.candles.openTimes(best, wanted.from, wanted.asOf);
      missing = missingHistory(wanted, times, await this.attempts.answered(asset.id, interval, source.id, now));
    }
    return {
      source: source.id,
      completes: best?.source ?? null,
      taskQueue,
      missing: missing.map(({ from, to }) => ({ from: toIso(from), to: toIso(to) })),
      partDays: partDays(asset.assetClass, interval, source.offers.mostBars?.[interval]),
    };
  }
}

/** Of a source's stored series the one that goes furthest, the real one of two that are even. */
const byUse = (a: StoredSeries, b: StoredSeries): number =>
  b.last - a.last || Number(isSimulatedSource(a.series.source)) - Number(isSimulatedSource(b.series.source));

/** First open time that a source can be asked for. */
function reach({ offers }: MarketDataSource, interval: Interval, from: EpochMs, now: EpochMs): EpochMs {
  const days = offers.historyDays[interval];
  return days === undefined ? from : Math.max(from, now - days * dayMs);
}

const isVenue = (family: string): family is (typeof venues)[number] => venues.some((venue) => venue === family);

function whyNotAsked(
  source: MarketDataSource,
  { assetClass, venues: spellings }: Asset,
  interval: Interval,
  asOf: EpochMs,
  now: EpochMs,
): Pick<SourceAttempt, 'outcome' | 'detail'> | undefined {
  const detail = whyNotOffered(source.offers, assetClass, interval);
  if (detail !== undefined) return { outcome: 'notOffered', detail };
  const family = familyOf(source.id);
  if (isVenue(family) && spellings[family] === undefined) return { outcome: 'unknownAsset' };
  const first = reach(source, interval, -Infinity, now);
  if (asOf <= first)
    return { outcome: 'notOffered', detail: `its bars of ${interval} reach back to ${utcDate(first)}` };
  return undefined;
}

const nobodyKnows = (assetId: AssetId, interval: Interval): PlannedSeries => ({
  assetId,
  interval,
  votes: votesWanted,
  sources: [],
  spared: [],
});
