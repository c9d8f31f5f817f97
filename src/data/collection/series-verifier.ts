import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../platform/config/config.module.js';
import type { Config } from '../../platform/config/config.js';
import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository } from '../candles/candle.repository.js';
import { ConsensusService } from '../candles/consensus.service.js';
import type { AssetCollection, SourceAttempt, SourceFetched, VerifySeriesInput } from '../data.contract.js';
import type { Asset } from '../domain/asset.js';
import { intervalMs, isSimulatedSource, type PriceBasis, type SeriesRef } from '../domain/candle.js';
import { attemptsOf, couldNotBeAsked } from '../domain/collecting.js';
import { whyNotEarlier, type AskedForEarlier } from '../domain/earlier-history.js';
import { completeness, leavesNothingToAsk, usualFrom, type HistoryWanted } from '../domain/history-plan.js';
import { isCurrent } from '../domain/source-choice.js';
import { inOrderOf, sourcesFor, wantedBasis } from '../domain/source-order.js';
import { SOURCES } from '../sources/configured-sources.js';
import type { MarketDataSource } from '../sources/market-data-source.js';

/** A stored series that may answer for the asset, and its open times within the window. */
interface Candidate {
  readonly source: string;
  readonly basis: PriceBasis;
  readonly series: SeriesRef;
  readonly times: Float64Array;
  /** Whether its bars are the market of the as-of. */
  readonly isCurrent: boolean;
  /** Set when the source could not be asked and what is stored leaves nothing to ask for. */
  readonly isStored: boolean;
}

type Wanted = HistoryWanted & { readonly asset: Asset };

/** Compares what sources gave with each other and with the calendar, and says which series the asset has now. */
@Injectable()
export class SeriesVerifier {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    @Inject(CONFIG) private readonly config: Pick<Config, 'sources'>,
    private readonly assets: AssetRegistry,
    private readonly candles: CandleRepository,
    private readonly consensus: ConsensusService,
  ) {}

  /** Changes nothing but disputes, and those by their votes: it may run as often as it likes. */
  async verify(
    { assetId, interval, fetched, spared, ...input }: VerifySeriesInput,
    tell: (note: string) => void,
    now: EpochMs = Date.now(),
  ): Promise<AssetCollection> {
    const asset = (await this.assets.catalogue()).of(assetId);
    const asOf = Math.min(Date.parse(input.asOf), now);
    const from = input.from === null ? usualFrom(interval, asOf) : Date.parse(input.from);
    const attempts = attemptsOf(fetched, spared);
    const counts = {
      rowsRead: sum(fetched, 'rowsRead'),
      rowsNew: sum(fetched, 'rowsNew'),
      rowsRevised: sum(fetched, 'rowsRevised'),
      rowsRefused: sum(fetched, 'rowsRefused'),
      refused: fetched.flatMap(({ refused }) => refused).slice(0, 20),
    };
    const wantedFrom = toIso(from);
    if (!asset) return { assetId, interval, ...counts, ...noSeries, attempts, wantedFrom };
    const wanted: Wanted = { asset, assetClass: asset.assetClass, interval, from, asOf };
    await this.judge(wanted, fetched, tell);
    const candidates = await this.candidates(wanted, fetched);
    const chosen = chosenOf(candidates);
    if (!chosen) {
      const { missing: missingBars } = completeness(wanted, []);
      return { assetId, interval, ...counts, ...noSeries, missingBars, attempts, wantedFrom };
    }
    const { series, times } = chosen;
    const { rows, first, last } = await this.candles.extent(series);
    const { missing, beforeFirst, isFresh } = completeness(wanted, times);
    const asked = (beforeFirst ?? 0) > 0 ? this.askedFor(wanted, now, fetched, candidates) : [];
    return {
      assetId,
      interval,
      series,
      simulated: isSimulatedSource(series.source),
      ...counts,
      rowsStored: rows,
      firstOpenTime: first === null ? null : toIso(first),
      lastOpenTime: last === null ? null : toIso(last),
      attempts: explained(attempts, candidates),
      votes: candidates.filter((one) => one.isCurrent && isComparable(one, chosen)).length,
      disputedBars: (await this.candles.heldBack(series, from, asOf)).length,
      missingBars: missing,
      wantedFrom,
      missingBeforeFirst: beforeFirst,
      whyNotEarlier: whyNotEarlier(asked, { interval, chosen: chosen.source, first: times[0] }),
      fresh: isFresh,
    };
  }

  /** What became of the earlier part of a history, at each source that offers its bars, in the asset's order. */
  private askedFor(
    { asset, interval, from }: Wanted,
    now: EpochMs,
    fetched: readonly SourceFetched[],
    candidates: readonly Candidate[],
  ): AskedForEarlier[] {
    return sourcesFor(asset, interval, this.sources, this.config.sources.cryptoBasis).map(({ id: source, offers }) => {
      const outcome = fetched.find((one) => one.source === source)?.outcome;
      const days = offers.historyDays[interval];
      const isLimited = days !== undefined && now - days * dayMs > from;
      const first = candidates.find((one) => one.source === source)?.times[0];
      return { source, outcome, keepsDays: isLimited ? days : undefined, first };
    });
  }

  /** Where bars changed, all sources' votes are counted again. */
  private async judge({ asset, ...wanted }: Wanted, fetched: readonly SourceFetched[], tell: (note: string) => void) {
    const changed = fetched.filter(({ rowsNew, rowsRevised }) => rowsNew + rowsRevised > 0);
    const { assetClass, interval, from, asOf: to } = wanted;
    for (const adjustment of new Set(changed.flatMap(({ series }) => series?.adjustment ?? []))) {
      tell(`comparing the ${adjustment} ${interval} bars of ${asset.id}`);
      await this.consensus.judge({ assetId: asset.id, assetClass, interval, adjustment, from, to });
    }
  }

  /**
   * In the asset's order: the series of each source that answered, and of one that could not be asked its stored real
   * one, when that leaves nothing to ask for. Of another basis than the one that is read, only in the place of one.
   */
  private async candidates(wanted: Wanted, fetched: readonly SourceFetched[]): Promise<Candidate[]> {
    const { asset, interval } = wanted;
    const { cryptoBasis } = this.config.sources;
    const stored = await this.candles.seriesOfAsset(asset.id, interval);
    const candidates: Candidate[] = [];
    for (const { id, offers } of inOrderOf(asset, this.sources, cryptoBasis)) {
      const { basis } = offers;
      const given = fetched.find(({ source }) => source === id);
      // under `spot` perpetual prices are a cross-check; under `perpetual` spot ones stand in
      if (!given || (basis === 'perpetual' && wantedBasis(asset.assetClass, cryptoBasis) === 'spot')) continue;
      const series = given.series ?? stored.find((one) => one.series.source === id)?.series;
      if (!series) continue;
      const times = await this.candles.openTimes(series, wanted.from, wanted.asOf);
      const last = times.findLast((open) => open + intervalMs[interval] <= wanted.asOf);
      const reaches = last !== undefined && isCurrent(asset.assetClass, interval, last, wanted.asOf);
      const candidate = { source: id, basis, series, times };
      if (given.outcome === 'ok' || given.outcome === 'empty') {
        candidates.push({ ...candidate, isCurrent: reaches, isStored: false });
        continue;
      }
      const mayBeStored = couldNotBeAsked(given) && !offers.wholeHistory && !isSimulatedSource(series.source);
      const isStored = mayBeStored && leavesNothingToAsk(wanted, times);
      // parts that came before the source failed are better than nothing
      if (isStored || given.series) candidates.push({ ...candidate, isCurrent: isStored, isStored });
    }
    return candidates;
  }
}

/** The first that reaches the as-of; of those that ended long before, the one that goes furthest. */
const chosenOf = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.find((one) => one.isCurrent) ??
  candidates.toSorted((a, b) => (b.times.at(-1) ?? -Infinity) - (a.times.at(-1) ?? -Infinity))[0];

const noSeries = {
  series: null,
  simulated: false,
  rowsStored: 0,
  firstOpenTime: null,
  lastOpenTime: null,
  votes: 0,
  disputedBars: 0,
  missingBars: 0,
  missingBeforeFirst: null,
  whyNotEarlier: null,
  fresh: false,
} as const;

const sum = (
  fetched: readonly SourceFetched[],
  member: 'rowsRead' | 'rowsNew' | 'rowsRevised' | 'rowsRefused',
): number => fetched.reduce((total, one) => total + one[member], 0);

const worldOf = ({ source }: SeriesRef): string =>
  isSimulatedSource(source) ? source.slice(source.lastIndexOf(':')) : '';

/** Whether two series can be compared: of one basis, and of the real world or of one simulated one. */
const isComparable = (a: Candidate, b: Candidate): boolean =>
  a.basis === b.basis && worldOf(a.series) === worldOf(b.series);

/** Adds what the store knows to what is told of a source that could not be asked. */
const explained = (attempts: readonly SourceAttempt[], candidates: readonly Candidate[]): SourceAttempt[] =>
  attempts.map((attempt) => {
    if (!candidates.some(({ source, isStored }) => isStored && source === attempt.source)) return attempt;
    const remark = 'what is stored of it leaves nothing to ask for';
    return { ...attempt, detail: attempt.detail === undefined ? remark : `${attempt.detail}; ${remark}` };
  });
