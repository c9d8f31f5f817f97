import { Injectable } from '@nestjs/common';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { type EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository } from '../candles/candle.repository.js';
import type { Asset } from '../domain/asset.js';
import { worldOf, type Adjustment, type SeriesRef } from '../domain/candle.js';
import { longestUsdtAgeMs } from '../domain/price-basis.js';
import { StoredCloses } from '../quotes/stored-closes.js';

/** Daily prices of one unit of an asset in US dollars, oldest first. */
export interface DailyPrices {
  readonly assetId: AssetId;
  readonly series: SeriesRef;
  /** Open times of the bars; each price is that of 24 hours later. */
  readonly openTimes: Float64Array;
  readonly usd: Float64Array;
  readonly adjustment: Adjustment;
  /** Seed of the simulator's world that they are of; empty for real ones. */
  readonly world: string;
}

export interface DailyClosesOf {
  /** Whose own series count beside everybody's. */
  readonly viewer: OwnerId;
  /** Open time of the first bar that is wanted; without it, all. */
  readonly since?: EpochMs | undefined;
  readonly before: EpochMs;
  /** For audits: only what was stored by then. */
  readonly knownAt?: EpochMs | undefined;
}

const usdt = 'USDT' as AssetId;

/**
 * The newest revisions of the daily closes of assets' canonical series, for statistics over many days; held-back bars are
 * left out. What one dollar is worth in dollars has no series. Nothing is asked of a source.
 */
@Injectable()
export class DailyCloses {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly candles: CandleRepository,
    private readonly closes: StoredCloses,
  ) {}

  /** Of each asset that has any daily bar that opens before an instant; the others are not in the map. */
  async of(
    assetIds: Iterable<AssetId>,
    wanted: DailyClosesOf,
    onEach: () => void = () => undefined,
  ): Promise<Map<AssetId, DailyPrices>> {
    const catalogue = await this.assets.catalogue();
    const read = new Map<AssetId, DailyPrices>();
    let rates: Promise<DailyPrices | undefined> | undefined;
    const ratesOf = () => {
      const asset = catalogue.of(usdt);
      const since = wanted.since === undefined ? undefined : wanted.since - longestUsdtAgeMs;
      return asset ? this.one(asset, { ...wanted, since }, undefined) : Promise.resolve(undefined);
    };
    for (const assetId of new Set(assetIds)) {
      const asset = catalogue.of(assetId);
      const prices = asset && (await this.one(asset, wanted, () => (rates ??= ratesOf())));
      if (prices) read.set(assetId, prices);
      onEach();
    }
    return read;
  }

  /** How many of a series' bars since an instant are left out because sources disagree about them. */
  async heldBack(
    series: SeriesRef,
    { since, before, knownAt }: Omit<DailyClosesOf, 'viewer'> & { readonly since: EpochMs },
  ): Promise<number> {
    const known = knownAt === undefined ? {} : { knownAt };
    return (await this.candles.heldBackFrom(series, null, { since, before, revisions: 'newest', ...known })).length;
  }

  private async one(
    asset: Asset,
    { viewer, since, before, knownAt }: DailyClosesOf,
    ratesOf: (() => Promise<DailyPrices | undefined>) | undefined,
  ): Promise<DailyPrices | undefined> {
    const series = await this.closes.series(asset, '1d', { viewer, knownAt });
    if (!series) return undefined;
    // what USDT costs in USDT says nothing
    if (!ratesOf && series.quoteCurrency !== 'USD') return undefined;
    const { openTimes, closes } = await this.candles.closes(series, null, {
      before,
      revisions: 'newest',
      ...(since !== undefined && { since }),
      ...(knownAt !== undefined && { knownAt }),
    });
    if (openTimes.length === 0) return undefined;
    const world = worldOf(series.source);
    const prices = { assetId: asset.id, series, openTimes, usd: closes, adjustment: series.adjustment, world };
    if (series.quoteCurrency === 'USD' || !ratesOf) return prices;
    const rates = await ratesOf();
    // worlds are not mixed: a simulated price of USDT says nothing about a real one
    return rates?.world === world ? { ...prices, usd: inDollars(openTimes, closes, rates) } : prices;
  }
}

/** Closes in USDT at the price of USDT. */
function inDollars(openTimes: Float64Array, closes: Float64Array, rates: DailyPrices): Float64Array {
  const rateOn = usdtRateOn(rates);
  return closes.map((close, i) => close * rateOn(openTimes[i]!));
}

/** The last price of USDT of the same day or a few days before, 1 without any; asked for days that only grow. */
export function usdtRateOn({ openTimes, usd }: Pick<DailyPrices, 'openTimes' | 'usd'>): (day: EpochMs) => number {
  let at = -1;
  return (day) => {
    while (at + 1 < openTimes.length && openTimes[at + 1]! <= day) at++;
    return at >= 0 && day - openTimes[at]! <= longestUsdtAgeMs ? usd[at]! : 1;
  };
}
