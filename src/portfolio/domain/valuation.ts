import type { AssetId } from '../../shared/ids.js';
import { Exact } from './exact.js';
import type { HeldQuantity } from './holdings.js';

/** Quotients are shown with so many significant digits. */
const digits = 24;

/** What one unit was worth in US dollars, decimal text; undefined when nobody knows. */
export type UsdPriceOf = (assetId: AssetId) => string | undefined;

interface ValuedHolding extends HeldQuantity {
  /** Of one unit, in US dollars and in the numeraire, decimal texts; null without a price. */
  readonly priceUsd: string | null;
  readonly price: string | null;
  /** Of all units. */
  readonly valueUsd: string | null;
  readonly value: string | null;
  /** Share of the whole; null when any holding has no price: a share of an unknown total is unknown. */
  readonly weight: number | null;
  /** Share of what could be priced; null without a price. */
  readonly weightOfPriced: number | null;
}

export interface Valuation {
  readonly holdings: readonly ValuedHolding[];
  /** Sum of what could be priced, in US dollars and in the numeraire; null when the numeraire has no price. */
  readonly totalUsd: string;
  readonly total: string | null;
  /** Holdings without a price: while there are any, the totals are partial. */
  readonly unpriced: readonly AssetId[];
}

/**
 * What holdings are worth in US dollars and in a numeraire, in the order given. Nothing unpriced counts as zero in
 * silence: it is named, and shares of the whole are then unknown.
 */
export function valuate(holdings: readonly HeldQuantity[], usdPriceOf: UsdPriceOf, numeraire: AssetId): Valuation {
  const unit = usdPriceOf(numeraire);
  const inNumeraire = (usd: Exact): string | null => (unit === undefined ? null : quotient(usd, unit));
  const priced = holdings.map(({ assetId, quantity }) => {
    const price = usdPriceOf(assetId);
    return { assetId, quantity, price, usd: price === undefined ? undefined : new Exact(price).times(quantity) };
  });
  const totalUsd = priced.reduce((sum, { usd }) => (usd ? sum.plus(usd) : sum), new Exact(0));
  const unpriced = priced.filter(({ usd }) => usd === undefined).map(({ assetId }) => assetId);
  const share = (usd: Exact | undefined) => (usd && !totalUsd.isZero() ? usd.div(totalUsd).toNumber() : null);
  return {
    holdings: priced.map(({ assetId, quantity, price, usd }) => ({
      assetId,
      quantity,
      priceUsd: price ?? null,
      price: price === undefined ? null : inNumeraire(new Exact(price)),
      valueUsd: usd?.toFixed() ?? null,
      value: usd ? inNumeraire(usd) : null,
      weight: unpriced.length > 0 ? null : share(usd),
      weightOfPriced: share(usd),
    })),
    totalUsd: totalUsd.toFixed(),
    total: inNumeraire(totalUsd),
    unpriced,
  };
}

/** Share of an asset in what could be priced: 0 when none of it is held, null when nothing is worth anything. */
export const shareOfPriced = ({ holdings, totalUsd }: Valuation, assetId: AssetId): number | null =>
  new Exact(totalUsd).isZero() ? null : (holdings.find((one) => one.assetId === assetId)?.weightOfPriced ?? 0);

/** How much of `to` an amount of `from` is worth; both prices are of one unit, in the same currency. */
export const convert = (amount: string, fromPrice: string, toPrice: string): string =>
  quotient(new Exact(amount).times(fromPrice), toPrice);

const quotient = (value: Exact, unit: string): string => value.div(unit).toSignificantDigits(digits).toFixed();
