import { Injectable, Logger } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import type { AssetClass } from '../../data/domain/asset.js';
import { ClosedBars } from '../../data/candles/closed-bars.js';
import { CanonicalSeries } from '../../data/candles/canonical-series.js';
import {
  isSimulatedSource,
  revisionsFor,
  type Candle,
  type Interval,
  type SeriesRef,
} from '../../data/domain/candle.js';
import { sha256 } from '../../platform/crypto/sha256.js';
import { usualVenue } from '../../portfolio/domain/venue-costs.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { barsText } from '../domain/bars-text.js';
import { evaluateSignal, type SignalInput, type SignalOutcome } from '../domain/evaluate-signal.js';
import type { TradeCategory } from '../../shared/trade-categories.js';
import { barsUndisputed } from '../domain/protections/disputed-data.js';
import { categoryRules } from '../domain/trade-category.js';
import type { RiskBudget } from '../domain/trade-plan.js';

const btc = 'BTC' as AssetId;

export interface Evaluation {
  readonly assets: readonly AssetId[];
  readonly categories: readonly TradeCategory[];
  /** Of the assets and of bitcoin; where an asset has several of one bar size, the first. */
  readonly series: readonly SeriesRef[];
  readonly asOf: EpochMs;
  readonly rehearsal: boolean;
  /** Bars as they were known then; without it, as they are known now. */
  readonly knownAt?: EpochMs;
  readonly budgetOf: (assetId: AssetId) => RiskBudget;
}

export interface Evaluated {
  readonly assetId: AssetId;
  readonly category: TradeCategory;
  readonly outcome: SignalOutcome;
  /** Of the bars that were read; null when none were. */
  readonly read: BarsOf | null;
  readonly simulated: boolean;
}

interface SeriesReader {
  readonly viewer: OwnerId;
  readonly asOf: EpochMs;
  readonly knownAt?: EpochMs;
}

interface BarsOf {
  readonly series: SeriesRef;
  readonly assetClass: AssetClass;
  readonly sha256: string;
  /** Open time of the first of the newest few bars; null when there are none. */
  readonly newestFrom: EpochMs | null;
}

/** Asks the rules about assets: finds the bars of each category, all with few questions. */
@Injectable()
export class SignalEvaluator {
  private readonly logger = new Logger(SignalEvaluator.name);

  constructor(
    private readonly assets: AssetRegistry,
    private readonly canonical: CanonicalSeries,
    private readonly bars: ClosedBars,
  ) {}

  /** The one series of each bar size that the categories read, of each asset and of bitcoin. */
  async chooseSeries(
    assetIds: readonly AssetId[],
    categories: readonly TradeCategory[],
    { viewer, asOf, knownAt }: SeriesReader,
  ): Promise<SeriesRef[]> {
    const catalogue = await this.assets.catalogue();
    const assets = [...new Set([...assetIds, btc])].map((id) => catalogue.of(id)).filter((one) => one !== undefined);
    const wanted = [...new Set(categories.flatMap((category) => categoryRules[category].intervals))];
    const spans = await this.canonical.storedOfMany(assets, wanted, { viewer, knownAt, begunBy: asOf });
    return spans.map(({ series }) => series);
  }

  /** One outcome for each asset and category, in that order. */
  async evaluate(wanted: Evaluation): Promise<Evaluated[]> {
    const catalogue = await this.assets.catalogue();
    const pairs = wanted.assets.flatMap((assetId) =>
      wanted.categories.map((category) => ({ assetId, category, series: seriesFor(wanted.series, assetId, category) })),
    );
    const bars = await this.read(wanted, pairs);
    return pairs.map(({ assetId, category, series }) => {
      const { intervals, lookbackBars } = categoryRules[category];
      const asset = catalogue.of(assetId);
      if (!asset) return without(assetId, category, `${assetId} is no asset that is known here`);
      if (!series) return without(assetId, category, `no bars of ${intervals.join(' or ')} are stored`);
      const own = bars.last(series, lookbackBars);
      const { feeRate, spreadRate } = usualVenue(asset.assetClass);
      const outcome = this.outcomeOf(assetId, {
        category,
        interval: series.interval,
        assetClass: asset.assetClass,
        bars: own,
        bitcoin: assetId === btc ? null : bars.bitcoin(series.interval, lookbackBars),
        asOf: wanted.asOf,
        budget: wanted.budgetOf(assetId),
        costRate: Number(feeRate) + Number(spreadRate),
      });
      return {
        assetId,
        category,
        outcome,
        read: {
          series,
          assetClass: asset.assetClass,
          sha256: sha256(barsText(series, own)),
          newestFrom: own.at(-barsUndisputed)?.openTime ?? own[0]?.openTime ?? null,
        },
        simulated: isSimulatedSource(series.source),
      };
    });
  }

  /** Bars that the rules cannot bear cost their own pair, and nobody else's: the others of a run are judged all the same. */
  private outcomeOf(assetId: AssetId, input: SignalInput): SignalOutcome {
    try {
      return evaluateSignal(input);
    } catch (error) {
      const { category, interval } = input;
      this.logger.error({ err: error, assetId, category, interval }, 'signals.unjudged');
      const said = error instanceof Error ? error.message : String(error);
      return { kind: 'withheld', reason: `the rules cannot judge the bars of ${interval}: ${said}` };
    }
  }

  private async read(
    { series: all, asOf, rehearsal, knownAt }: Evaluation,
    pairs: readonly { assetId: AssetId; category: TradeCategory; series: SeriesRef | undefined }[],
  ): Promise<BarsRead> {
    const wanted = new Map<SeriesRef, number>();
    const want = (series: SeriesRef | undefined, last: number) => {
      if (series) wanted.set(series, Math.max(last, wanted.get(series) ?? 0));
    };
    for (const { assetId, category, series } of pairs) {
      if (!series) continue;
      const { lookbackBars } = categoryRules[category];
      want(series, lookbackBars);
      if (assetId !== btc) want(ofBitcoin(all, series.interval), barsOfBitcoin(lookbackBars));
    }
    const reads = [...wanted].map(([series, last]) => ({
      series,
      options: { last, revisions: revisionsFor(series, rehearsal) },
    }));
    const bars = await this.bars.ofMany(reads, asOf, knownAt);
    return new BarsRead(all, new Map(reads.map(({ series }, i) => [series, bars[i]!])));
  }
}

const seriesFor = (all: readonly SeriesRef[], assetId: AssetId, category: TradeCategory): SeriesRef | undefined => {
  const own = all.filter((one) => one.assetId === assetId);
  return categoryRules[category].intervals
    .map((interval) => own.find((one) => one.interval === interval))
    .find((one) => one !== undefined);
};

const ofBitcoin = (all: readonly SeriesRef[], interval: Interval): SeriesRef | undefined =>
  all.find((one) => one.assetId === btc && one.interval === interval);

/** Stocks have fewer bars in the same time. */
const barsOfBitcoin = (lookbackBars: number): number => 2 * lookbackBars;

const without = (assetId: AssetId, category: TradeCategory, reason: string): Evaluated => {
  return { assetId, category, outcome: { kind: 'withheld', reason }, read: null, simulated: false };
};

/** Bars that were closed at an as-of, read once for each series. */
class BarsRead {
  private readonly closes = new Map<string, ReadonlyMap<EpochMs, number> | null>();

  constructor(
    private readonly all: readonly SeriesRef[],
    private readonly bars: ReadonlyMap<SeriesRef, Candle[]>,
  ) {}

  last(series: SeriesRef, count: number): readonly Candle[] {
    return this.bars.get(series)!.slice(-count);
  }

  /** Closes of bitcoin; null when none are stored. */
  bitcoin(interval: Interval, lookbackBars: number): ReadonlyMap<EpochMs, number> | null {
    const key = `${interval} ${lookbackBars}`;
    let found = this.closes.get(key);
    if (found === undefined) this.closes.set(key, (found = this.closesOf(interval, lookbackBars)));
    return found;
  }

  private closesOf(interval: Interval, lookbackBars: number): ReadonlyMap<EpochMs, number> | null {
    const series = ofBitcoin(this.all, interval);
    if (!series) return null;
    return new Map(
      this.last(series, barsOfBitcoin(lookbackBars)).map(({ openTime, close }) => [openTime, Number(close)]),
    );
  }
}
