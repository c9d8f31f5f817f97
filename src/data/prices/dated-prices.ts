import { Injectable } from '@nestjs/common';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { type EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository } from '../candles/candle.repository.js';
import type { Asset } from '../domain/asset.js';
import { intervalMs, isSimulatedSource, revisionsFor, worldOf, type SeriesRef } from '../domain/candle.js';
import { converted } from '../domain/quote.js';
import { isStale, longestUsdtAgeMs } from '../domain/price-basis.js';
import { StoredCloses, type StoredClosePrice } from '../quotes/stored-closes.js';

/** The price of one unit of an asset in US dollars, and what it rests on. */
export interface DatedPrice {
  readonly assetId: AssetId;
  /** Decimal text. */
  readonly usd: string;
  /** The series it comes from; null for what is worth 1 by definition. */
  readonly series: SeriesRef | null;
  /** When it was the price. */
  readonly time: EpochMs;
  /** How USDT became USD; null for a price in USD. `assumed`: no price of USDT is stored, it is taken for one dollar. */
  readonly conversion: { readonly rate: string; readonly kind: 'close' | 'assumed' } | null;
  /** Later bars that are held back because sources disagree about them: this is the last trusted one. */
  readonly disputedSince: EpochMs | null;
  readonly simulated: boolean;
}

export interface AsOf {
  readonly asOf: EpochMs;
  /** Whose own series count beside everybody's. */
  readonly viewer: OwnerId;
  /** For audits: only what was stored by then. */
  readonly knownAt?: EpochMs | undefined;
  /** As a run at `asOf` would have read them: no series that began later, no correction that came later. */
  readonly asThen?: boolean | undefined;
}

const usdt = 'USDT' as AssetId;
const usd = 'USD' as AssetId;

/**
 * Prices by one rule: the close of the last bar that ended at or before the instant, of the asset's canonical series, or
 * of one that is not adjusted for dividends when that one is. Nothing is asked of a source.
 */
@Injectable()
export class DatedPrices {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly candles: CandleRepository,
    private readonly closes: StoredCloses,
  ) {}

  /** The price of each asset that has one; the others are not in the map. */
  async of(assetIds: readonly AssetId[], at: AsOf): Promise<Map<AssetId, DatedPrice>> {
    const catalogue = await this.assets.catalogue();
    const prices = new Map<AssetId, DatedPrice>();
    const tether = catalogue.of(usdt);
    let rate: Promise<StoredClosePrice | undefined> | undefined;
    const usdtClose = () => (rate ??= tether ? this.newest(tether, at) : Promise.resolve(undefined));
    for (const assetId of new Set(assetIds)) {
      const asset = catalogue.of(assetId);
      const price = asset && (await this.one(asset, at, usdtClose));
      if (price) prices.set(assetId, price);
    }
    return prices;
  }

  /** @param usdtClose the price of USDT, read once and only where it is needed */
  private async one(
    asset: Asset,
    at: AsOf,
    usdtClose: () => Promise<StoredClosePrice | undefined>,
  ): Promise<DatedPrice | undefined> {
    if (asset.id === usd) return worthOne(at.asOf);
    const found = await this.newest(asset, at);
    if (!found) return undefined;
    const { series, time } = found;
    const conversion = series.quoteCurrency === 'USD' ? null : usdtRate(found, await usdtClose());
    return {
      assetId: asset.id,
      usd: conversion ? converted(found.close, conversion.rate) : found.close,
      series,
      time,
      conversion,
      disputedSince: await this.disputedSince(found, at),
      simulated: isSimulatedSource(series.source),
    };
  }

  /** What units were worth is what was traded: a series adjusted for dividends stands in where no other is to be had. */
  private async newest(asset: Asset, { asOf, ...reader }: AsOf): Promise<StoredClosePrice | undefined> {
    const canonical = await this.closes.newest(asset, asOf, reader);
    if (canonical?.series.adjustment !== 'total_return') return canonical;
    const traded = await this.closes.newest(asset, asOf, { ...reader, asTraded: true });
    if (!traded || worldOf(traded.series.source) !== worldOf(canonical.series.source)) return canonical;
    return isStale(traded, asOf) && !isStale(canonical, asOf) ? canonical : traded;
  }

  private async disputedSince({ series, openTime }: StoredClosePrice, { asOf, knownAt, asThen = false }: AsOf) {
    const window = { since: openTime + 1, before: asOf - intervalMs[series.interval] + 1 };
    const options = { ...window, ...(knownAt !== undefined && { knownAt }), revisions: revisionsFor(series, asThen) };
    return (await this.candles.heldBackFrom(series, asOf, options, 1))[0] ?? null;
  }
}

/** Worlds are not mixed: a simulated price of USDT says nothing about a real one. */
function usdtRate(
  of: StoredClosePrice,
  usdtClose: StoredClosePrice | undefined,
): NonNullable<DatedPrice['conversion']> {
  const isUsable =
    usdtClose?.series.quoteCurrency === 'USD' &&
    worldOf(usdtClose.series.source) === worldOf(of.series.source) &&
    of.time - usdtClose.time <= longestUsdtAgeMs;
  return isUsable ? { rate: usdtClose.close, kind: 'close' } : { rate: '1', kind: 'assumed' };
}

const worthOne = (time: EpochMs): DatedPrice => ({
  assetId: usd,
  usd: '1',
  series: null,
  time,
  conversion: null,
  disputedSince: null,
  simulated: false,
});
