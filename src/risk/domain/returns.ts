import { InvariantViolation } from '../../shared/errors.js';

/**
 * Simple returns `p[t] / p[t-1] - 1` of successive prices, oldest first: one fewer than the prices, as fractions.
 *
 * Gaps are the caller's business: two prices that follow each other in the list are taken as successive. A price
 * that is not a positive finite number is refused.
 */
export function simpleReturns(prices: readonly number[]): number[] {
  return prices.slice(1).map((price, index) => {
    const previous = prices[index]!;
    if (!(previous > 0 && price > 0 && price < Infinity && previous < Infinity)) {
      throw new InvariantViolation(`prices ${index} and ${index + 1} are ${previous} and ${price}: not both positive`);
    }
    return price / previous - 1;
  });
}

/** Arithmetic mean; at least one value. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new InvariantViolation('the mean of no values was asked for');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (divides by n - 1); null with fewer than two values. */
export function sampleStandardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Annualised volatility, a fraction: the sample standard deviation of the periods' simple returns times the square
 * root of the periods in a year. Null with fewer than two returns.
 */
export function annualizedVolatility(returns: readonly number[], periodsPerYear: number): number | null {
  const deviation = sampleStandardDeviation(returns);
  return deviation === null ? null : deviation * Math.sqrt(periodsPerYear);
}
