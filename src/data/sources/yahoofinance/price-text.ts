/** Any decimal of so many digits survives being a 32-bit float, and the float's own digits to that length show it. */
const safeDigits = 6;
/** Digits that are enough to tell any two 32-bit floats apart. */
const floatDigits = 9;

/**
 * The price that Yahoo means by a number of its JSON.
 *
 * Bars are 32-bit floats printed as doubles (75.0875015258789 for 75.0875): the shortest decimal that is the same
 * 32-bit float is the price. A number that is no such float is rounded to `priceHint` + 2 decimals, but never to fewer
 * than six significant digits. Larger prices stay larger, so a bar's bounds keep their order.
 */
export function priceText(value: number, priceHint: number): string {
  if (Math.fround(value) === value) {
    for (let digits = safeDigits; digits <= floatDigits; digits++) {
      const rounded = Number(value.toPrecision(digits));
      if (Math.fround(rounded) === value) return String(rounded);
    }
  }
  const decimals = Math.min(100, Math.max(priceHint + 2, safeDigits - Math.floor(Math.log10(Math.abs(value)) + 1)));
  return String(Number(value.toFixed(decimals)));
}
