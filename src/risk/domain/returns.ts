import { InvariantViolation } from '../../shared/errors.js';

/** Numbers in a row, oldest first: an array or a Float64Array. */
export type Numbers = ArrayLike<number>;

/**
 * Simple returns `p[t] / p[t-1] - 1` of successive prices, oldest first: one fewer than the prices, as fractions.
 *
 * Gaps are the caller's business: two prices that follow each other in the list are taken as successive. A price
 * that is not a positive finite number is refused.
 */
export function simpleReturns(prices: Numbers): Float64Array {
  const returns = new Float64Array(Math.max(0, prices.length - 1));
  for (let index = 0; index + 1 < prices.length; index++) {
    const previous = prices[index]!;
    const price = prices[index + 1]!;
    if (!(previous > 0 && price > 0 && price < Infinity && previous < Infinity)) {
      throw new InvariantViolation(`prices ${index} and ${index + 1} are ${previous} and ${price}: not both positive`);
    }
    returns[index] = price / previous - 1;
  }
  return returns;
}

/** Arithmetic mean; at least one value. */
export function mean(values: Numbers): number {
  if (values.length === 0) throw new InvariantViolation('the mean of no values was asked for');
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Sample standard deviation (divides by n - 1); null with fewer than two values. */
export function sampleStandardDeviation(values: Numbers): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Annualised volatility, a fraction: the sample standard deviation of the periods' simple returns times the square
 * root of the periods in a year. Null with fewer than two returns.
 */
export function annualizedVolatility(returns: Numbers, periodsPerYear: number): number | null {
  const deviation = sampleStandardDeviation(returns);
  return deviation === null ? null : deviation * Math.sqrt(periodsPerYear);
}

/**
 * Whether a deviation is no more than what rounding leaves of values that are all the same; whatever is divided by
 * it is then undefined.
 */
export function isRounding(deviation: number, values: Numbers): boolean {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > largest) largest = size;
  }
  return deviation <= 1e-12 * largest;
}
