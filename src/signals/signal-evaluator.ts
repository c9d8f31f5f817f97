import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { ClosedBars } from '../data/candles/closed-bars.js';
import { CanonicalSeries } from '../data/candles/canonical-series.js';
import type { Asset } from '../data/domain/asset.js';
import type { AssetCatalogue } from '../data/domain/asset-catalogue.js';
import { isSimulatedSource, revisionsFor, type Candle, type Interval, type SeriesRef } from '../data/domain/candle.js';
import { sha256 } from '../platform/crypto/sha256.js';
import { usualVenue } from '../portfolio/domain/venue-costs.js';
import { canonicalJson } from '../shared/canonical-json.js';
import type { AssetId, OwnerId, PortfolioId } from '../shared/ids.js';
import type { EpochMs } from '../shared/time.js';
import { evaluateSignal, type SignalOutcome } from './domain/evaluate-signal.js';
import type { TradeCategory } from '../shared/trade-categories.js';
import { categoryRules } from './domain/trade-category.js';
import type { RiskBudget } from './domain/trade-plan.js';
import { SignalBudgets } from './signal-budgets.js';

const btc = 'BTC' as AssetId;

export interface Evaluation {
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId;
  readonly categories: readonly TradeCategory[];
  readonly asOf: EpochMs;
  readonly rehearsal: boolean;
}

export interface Evaluated {
  readonly assetId: AssetId;
  readonly category: TradeCategory;
  readonly outcome: SignalOutcome;
  /** Of the bars that were read; null when none were. */
  readonly read: { readonly series: SeriesRef; readonly sha256: string } | null;
  readonly simulated: boolean;
}

/** Asks the rules about assets: finds the bars of each category, and what a portfolio may risk. */
@Injectable()
export class SignalEvaluator {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly canonical: CanonicalSeries,
    private readonly bars: ClosedBars,
    private readonly budgets: SignalBudgets,
  ) {}

  /** One outcome for each asset and category, in that order. `given` are series that were chosen before. */
  async evaluate(
    wanted: Evaluation,
    assetIds: readonly AssetId[],
    given: readonly SeriesRef[] = [],
  ): Promise<Evaluated[]> {
    const catalogue = await this.assets.catalogue();
    const bars = new BarsAsOf(this.canonical, this.bars, catalogue, wanted, given);
    const budgetOf = await this.budgets.of(wanted);
    const found: Evaluated[] = [];
    for (const assetId of assetIds) {
      const asset = catalogue.of(assetId);
      for (const category of wanted.categories)
        found.push(await this.one(assetId, asset, category, wanted, bars, budgetOf));
    }
    return found;
  }

  private async one(
    assetId: AssetId,
    asset: Asset | undefined,
    category: TradeCategory,
    { asOf }: Evaluation,
    bars: BarsAsOf,
    budgetOf: (assetId: AssetId) => RiskBudget,
  ): Promise<Evaluated> {
    const { intervals, lookbackBars } = categoryRules[category];
    const without = (reason: string): Evaluated => {
      return { assetId, category, outcome: { kind: 'withheld', reason }, read: null, simulated: false };
    };
    if (!asset) return without(`${assetId} is no asset that is known here`);
    for (const interval of intervals) {
      const own = await bars.of(asset, interval, lookbackBars);
      if (!own) continue;
      const { feeRate, spreadRate } = usualVenue(asset.assetClass);
      const outcome = evaluateSignal({
        category,
        interval,
        assetClass: asset.assetClass,
        bars: own.bars,
        bitcoin: assetId === btc ? null : await bars.bitcoin(interval, lookbackBars),
        asOf,
        budget: budgetOf(assetId),
        costRate: Number(feeRate) + Number(spreadRate),
      });
      const hash = sha256(canonicalJson({ series: own.series, bars: own.bars }));
      return {
        assetId,
        category,
        outcome,
        read: { series: own.series, sha256: hash },
        simulated: isSimulatedSource(own.series.source),
      };
    }
    return without(`no bars of ${intervals.join(' or ')} are stored`);
  }
}

/** Bars that were closed at an as-of, read once for each series. */
class BarsAsOf {
  private readonly read = new Map<string, Promise<{ series: SeriesRef; bars: Candle[] } | undefined>>();
  private readonly closes = new Map<string, Promise<ReadonlyMap<EpochMs, number> | null>>();

  constructor(
    private readonly canonical: CanonicalSeries,
    private readonly bars: ClosedBars,
    private readonly catalogue: AssetCatalogue<Asset>,
    private readonly wanted: Evaluation,
    private readonly given: readonly SeriesRef[],
  ) {}

  of(asset: Asset, interval: Interval, last: number): Promise<{ series: SeriesRef; bars: Candle[] } | undefined> {
    const key = `${asset.id} ${interval} ${last}`;
    let found = this.read.get(key);
    if (!found) this.read.set(key, (found = this.load(asset, interval, last)));
    return found;
  }

  /** Closes of bitcoin; null when none are stored. */
  bitcoin(interval: Interval, last: number): Promise<ReadonlyMap<EpochMs, number> | null> {
    const key = `${interval} ${last}`;
    let found = this.closes.get(key);
    if (!found) this.closes.set(key, (found = this.loadBitcoin(interval, last)));
    return found;
  }

  private async load(asset: Asset, interval: Interval, last: number) {
    const { ownerId, asOf, rehearsal } = this.wanted;
    const given = this.given.find((one) => one.assetId === asset.id && one.interval === interval);
    const series = given ?? (await this.canonical.stored(asset, interval, { viewer: ownerId }))?.series;
    if (!series) return undefined;
    const revisions = revisionsFor(series, rehearsal);
    return { series, bars: await this.bars.of(series, asOf, { last, revisions }) };
  }

  private async loadBitcoin(interval: Interval, last: number): Promise<ReadonlyMap<EpochMs, number> | null> {
    const asset = this.catalogue.of(btc);
    // stocks have fewer bars in the same time
    const own = asset && (await this.of(asset, interval, 2 * last));
    return own ? new Map(own.bars.map(({ openTime, close }) => [openTime, Number(close)])) : null;
  }
}
