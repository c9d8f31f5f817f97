import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { ClosedBars } from '../data/candles/closed-bars.js';
import { canSplit } from '../data/domain/asset.js';
import { revisionsFor, worldOf, type SeriesRef } from '../data/domain/candle.js';
import { splitAdjustedTexts } from '../data/domain/split-adjustment.js';
import { DailyCloses, usdtRateOn, type DailyPrices } from '../data/prices/daily-closes.js';
import { AssetSplits } from '../portfolio/ledger/asset-splits.js';
import { Exact } from '../portfolio/domain/exact.js';
import type { AssetId, SnapshotId } from '../shared/ids.js';
import { dayMs, type EpochMs } from '../shared/time.js';
import { frozenMarket, type DailyClose, type SeriesCloses } from './domain/market-snapshot.js';
import { knownAtOf, OptimizationSolver } from './optimization-solver.js';
import type { FreezeSnapshotInput } from './optimization.contract.js';
import { OptimizationRepository } from './optimization.repository.js';

const usd = 'USD' as AssetId;
const usdt = 'USDT' as AssetId;

/** Freezes the prices that an optimization rests on: closes in US dollars and in units after all splits. */
@Injectable()
export class SnapshotFreezer {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly bars: ClosedBars,
    private readonly closes: DailyCloses,
    private readonly splits: AssetSplits,
    private readonly solver: OptimizationSolver,
    private readonly optimizations: OptimizationRepository,
  ) {}

  /** Once for a key. */
  async freeze(input: FreezeSnapshotInput): Promise<SnapshotId> {
    const { key, ownerId, lookbackDays } = input;
    const frozen = await this.optimizations.snapshotIdByKey(key);
    if (frozen) return frozen;

    const unit = await this.unitOf(input);
    const all = [...input.series, ...unit];
    const asOf = Date.parse(input.asOf);
    const window = { since: asOf - lookbackDays * dayMs, ...knownAtOf(input) };
    const assetIds = all.map(({ assetId }) => assetId);
    const splits = await this.splits.of(ownerId, assetIds, window.knownAt);
    const catalogue = await this.assets.catalogue();
    const before = asOf - dayMs + 1;
    const needsRates = all.some(({ quoteCurrency }) => quoteCurrency === 'USDT');
    const rates = needsRates
      ? (await this.closes.of([usdt], { viewer: ownerId, before, ...window })).get(usdt)
      : undefined;
    const inputs: SeriesCloses[] = [];
    for (const series of all) {
      const revisions = revisionsFor(series, input.rehearsal);
      const bars = await this.bars.of(series, asOf, { ...window, revisions });
      const asset = catalogue.of(series.assetId);
      const own = splitAdjustedTexts(
        series,
        bars,
        splits.get(series.assetId) ?? [],
        asset !== undefined && canSplit(asset),
      );
      const { closes, notes } = inDollars(series, own.closes, rates);
      inputs.push({ series, closes, notes: [...own.notes, ...notes], isUnit: unit.includes(series) });
    }
    return this.optimizations.keepSnapshot(key, ownerId, frozenMarket(asOf, lookbackDays, inputs));
  }

  /** The series of what is measured in, where that is no asset of the problem. */
  private async unitOf({ numeraire = usd, ownerId, series, ...input }: FreezeSnapshotInput): Promise<SeriesRef[]> {
    if (numeraire === usd || series.some(({ assetId }) => assetId === numeraire)) return [];
    const known = input.knownAt === undefined ? {} : { knownAt: input.knownAt };
    return this.solver.chooseSeries({ ownerId, assets: [numeraire], ...known });
  }
}

/** Closes in USDT at the price of USDT of the day, in its own world; where nobody knows it USDT is taken for a dollar. */
function inDollars(
  { assetId, quoteCurrency, source }: SeriesRef,
  closes: readonly DailyClose[],
  rates: DailyPrices | undefined,
): { closes: readonly DailyClose[]; notes: string[] } {
  if (quoteCurrency !== 'USDT') return { closes, notes: [] };
  if (rates?.world !== worldOf(source)) return { closes, notes: [`${assetId}: USDT is taken for a dollar`] };
  const rateOn = usdtRateOn(rates);
  const inUsd = ({ openTime, close }: { openTime: EpochMs; close: string }): DailyClose => {
    const rate = rateOn(openTime);
    return { openTime, close: rate === 1 ? close : new Exact(close).times(rate).toFixed() };
  };
  return { closes: closes.map(inUsd), notes: [`${assetId}: closes in USDT at the price of USDT of the day`] };
}
