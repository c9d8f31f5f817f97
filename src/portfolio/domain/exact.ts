import { Decimal } from 'decimal.js';

/** Sums and products of 38-digit decimals are never cut; a quotient has so many digits. */
export const Exact = Decimal.clone({ precision: 100, toExpNeg: -200, toExpPos: 200 });
export type Exact = Decimal;

export const zero = new Exact(0);

/** Decimals that a ledger keeps of units and of money. */
const decimals = 18;

/** Towards zero, to 18 decimals. */
export const floored = (value: Exact): Exact => value.toDecimalPlaces(decimals, Decimal.ROUND_DOWN);

const plainDecimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** What `decimalFrom` reads, in words. */
export const decimalForm = 'is not a decimal number of at most 38 digits and 18 decimals';

/** At most 38 significant digits and 18 decimals, as ledgers keep them; undefined for anything else. */
export function decimalFrom(text: string): Exact | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 64 || !plainDecimal.test(trimmed)) return undefined;
  const value = new Exact(trimmed);
  return value.precision(true) <= 38 && value.decimalPlaces() <= decimals ? value : undefined;
}
