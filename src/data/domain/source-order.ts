import type { Asset, AssetClass } from './asset.js';
import type { Interval, PriceBasis } from './candle.js';

/** What the order depends on: the part of a source's abilities that says whose bars it has, and of which basis. */
export interface OrderedSource {
  readonly id: string;
  readonly offers: {
    readonly candles: Readonly<Partial<Record<AssetClass, readonly Interval[]>>>;
    readonly basis: PriceBasis;
  };
}

type Ordered = Pick<Asset, 'assetClass' | 'sourceOrder'>;

/** The family that a source belongs to: `csv` of `csv:<folder>`. */
export const familyOf = (sourceId: string): string => sourceId.split(':', 1)[0]!;

/** The basis that valuation and signals read: only coins have perpetual futures here. */
export const wantedBasis = (assetClass: AssetClass, cryptoBasis: PriceBasis): PriceBasis =>
  assetClass === 'crypto' ? cryptoBasis : 'spot';

/**
 * All configured sources in the order in which an asset's are asked and read: folders, then the asset's own order, then
 * the others as configured. Those of another basis than the one that is read come last, whatever the asset prefers.
 */
export function inOrderOf<S extends OrderedSource>(
  { assetClass, sourceOrder }: Ordered,
  configured: readonly S[],
  cryptoBasis: PriceBasis,
): S[] {
  const basis = wantedBasis(assetClass, cryptoBasis);
  const preferred = (family: string) => {
    if (family === 'csv') return -1;
    const at = sourceOrder.indexOf(family);
    return at < 0 ? sourceOrder.length : at;
  };
  const rank = ({ id, offers }: S) => (offers.basis === basis ? 0 : 1_000) + preferred(familyOf(id));
  return configured.toSorted((a, b) => rank(a) - rank(b));
}

/** Why a source is not asked for such bars, or undefined when it offers them. */
export function whyNotOffered(
  { candles }: Pick<OrderedSource['offers'], 'candles'>,
  assetClass: AssetClass,
  interval: Interval,
): string | undefined {
  const offered = candles[assetClass];
  if (!offered) return `has no ${assetClass} prices`;
  if (!offered.includes(interval)) return `has no bars of ${interval}`;
  return undefined;
}

/** The sources that offer an asset's bars of an interval, in the order in which they are asked. */
export const sourcesFor = <S extends OrderedSource>(
  asset: Ordered,
  interval: Interval,
  configured: readonly S[],
  cryptoBasis: PriceBasis,
): S[] =>
  inOrderOf(asset, configured, cryptoBasis).filter(
    ({ offers }) => whyNotOffered(offers, asset.assetClass, interval) === undefined,
  );
