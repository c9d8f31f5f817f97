import { Decimal } from 'decimal.js';
import type { FieldError } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { decimalForm, decimalFrom } from './exact.js';

/** Units of one asset that a portfolio holds, as a plain decimal text. */
export interface HeldQuantity {
  readonly assetId: AssetId;
  readonly quantity: string;
}

/** Resolves what a person writes (`btc`, `BTC-USD`) to an asset, or says why it cannot. */
export type ResolveAsset = (text: string) => { kind: 'known'; assetId: AssetId } | { kind: 'unknown'; message: string };

/**
 * Holdings from a map of symbol to quantity, in the order given; a quantity of 0 means that nothing is held.
 *
 * Refuses unknown assets, quantities that are no finite number or negative, and an asset written in two ways.
 */
export function readHoldings(
  given: Readonly<Record<string, string>>,
  resolve: ResolveAsset,
): { kind: 'holdings'; holdings: HeldQuantity[] } | { kind: 'refused'; errors: FieldError[] } {
  const holdings = new Map<AssetId, string>();
  const errors: FieldError[] = [];
  for (const [symbol, text] of Object.entries(given)) {
    const refuse = (message: string, value: string) => errors.push({ field: `holdings.${symbol}`, value, message });
    const asset = resolve(symbol);
    if (asset.kind === 'unknown') {
      refuse(asset.message, symbol);
      continue;
    }
    const quantity = decimalFrom(text);
    if (quantity === undefined) refuse(decimalForm, text);
    else if (quantity.isNegative() && !quantity.isZero()) refuse('must not be negative', text);
    else if (holdings.has(asset.assetId)) refuse(`names ${asset.assetId} a second time`, symbol);
    else holdings.set(asset.assetId, quantity.toFixed());
  }
  if (errors.length > 0) return { kind: 'refused', errors };
  const held = [...holdings].filter(([, quantity]) => !new Decimal(quantity).isZero());
  return { kind: 'holdings', holdings: held.map(([assetId, quantity]) => ({ assetId, quantity })) };
}

/**
 * Weight of each holding in the value of all, from quantities and prices in one currency.
 *
 * Null for every asset when any holding has no price: a share of an unknown total is unknown.
 */
export function weightsOf(
  holdings: readonly HeldQuantity[],
  priceOf: (assetId: AssetId) => string | undefined,
): Map<AssetId, number | null> {
  const values = holdings.map(({ assetId, quantity }) => {
    const price = priceOf(assetId);
    return { assetId, value: price === undefined ? undefined : new Decimal(quantity).times(price) };
  });
  const total = values.reduce((sum, { value }) => sum.plus(value ?? 0), new Decimal(0));
  const isWhole = values.every(({ value }) => value !== undefined) && total.isPositive() && !total.isZero();
  return new Map(values.map(({ assetId, value }) => [assetId, isWhole && value ? value.div(total).toNumber() : null]));
}
