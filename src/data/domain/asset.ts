import type { AssetId } from '../../shared/ids.js';
import type { Interval } from './candle.js';

export const assetClasses = ['crypto', 'stock', 'etf', 'cash'] as const;
export type AssetClass = (typeof assetClasses)[number];

/** Smallest step of a trade, units: whole shares, a satoshi's precision for coins, cents for currencies. */
export const defaultLot = (assetClass: AssetClass): string =>
  ({ crypto: '0.00000001', stock: '1', etf: '1', cash: '0.01' })[assetClass];

/** Coins are renamed and exchanged, but their units do not split. */
export const canSplit = ({ assetClass }: { readonly assetClass: AssetClass }): boolean =>
  assetClass === 'stock' || assetClass === 'etf';

/** Who spells an asset: the names of the source families. */
export const venues = [
  'binance',
  'coingecko',
  'coinmarketcap',
  'yahoofinance',
  'polygon',
  'alphavantage',
  'fks_data',
] as const;
export type Venue = (typeof venues)[number];

/** An earlier name, with the UTC date (YYYY-MM-DD) from which the id is in use; the histories are not joined. */
export interface Alias {
  readonly name: string;
  readonly until: string;
}

/** What an asset is, whatever anybody wants of it. */
export interface AssetIdentity {
  readonly id: AssetId;
  readonly assetClass: AssetClass;
  readonly name: string;
  /**
   * How each venue spells it (CoinGecko and CoinMarketCap: their fixed id); a venue without an entry does not have it,
   * or its spelling is not known for certain.
   */
  readonly venues: Readonly<Partial<Record<Venue, string>>>;
  readonly aliases: readonly Alias[];
}

/** How the asset is collected. */
export interface AssetSettings {
  /** Whether schedules collect it. */
  readonly enabled: boolean;
  /** 1 high, 2 medium, 3 low. */
  readonly priority: number;
  /** What schedules collect of it. */
  readonly intervals: readonly Interval[];
  /** Source families in the order in which they are asked; those that are not named come after them. */
  readonly sourceOrder: readonly string[];
}

export type Asset = AssetIdentity & AssetSettings;
