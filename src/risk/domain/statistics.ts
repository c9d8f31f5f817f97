import { InvariantViolation } from '../../shared/errors.js';
import { isRounding, mean, sampleStandardDeviation, type Numbers } from './returns.js';

/** The values in rising order, as a copy. */
export const ascending = (values: Numbers): Float64Array => Float64Array.from(values).sort();

/**
 * Quantile with linear interpolation between order statistics: type 7 of Hyndman & Fan, "Sample Quantiles in
 * Statistical Packages", 1996 (the rule of R, NumPy and Excel). With n values in rising order, counted from 0, it is
 * the value at position (n - 1)·p. A position within 1e-9 of a whole number is taken as that number, so that rounding
 * in p never moves an order statistic out of its own tail.
 */
export function quantile(sorted: Numbers, probability: number): number {
  if (sorted.length === 0) throw new InvariantViolation('the quantile of no values was asked for');
  if (!(probability >= 0 && probability <= 1)) {
    throw new InvariantViolation(`a probability lies between 0 and 1: ${probability}`);
  }
  const exact = (sorted.length - 1) * probability;
  const whole = Math.round(exact);
  if (Math.abs(exact - whole) < 1e-9) return sorted[whole]!;
  const below = Math.floor(exact);
  return sorted[below]! + (exact - below) * (sorted[below + 1]! - sorted[below]!);
}

/** Mean of the k-th powers of the deviations from the mean; divides by n. */
export function centralMoment(values: Numbers, k: number): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** k;
  return sum / values.length;
}

/**
 * Moment skewness g1 = m3 / m2^1.5 with moments divided by n (Joanes & Gill, 1998), no correction for small samples.
 * Null with fewer than three values or none that differs.
 */
export function skewness(values: Numbers): number | null {
  return standardizedMoment(values, 3);
}

/**
 * Moment excess kurtosis g2 = m4 / m2² - 3 with moments divided by n (Joanes & Gill, 1998): 0 for the normal
 * distribution. Null with fewer than four values or none that differs.
 */
export function excessKurtosis(values: Numbers): number | null {
  const kurtosis = standardizedMoment(values, 4);
  return kurtosis === null ? null : kurtosis - 3;
}

function standardizedMoment(values: Numbers, k: number): number | null {
  if (values.length < k) return null;
  const deviation = Math.sqrt(centralMoment(values, 2));
  return isRounding(deviation, values) ? null : centralMoment(values, k) / deviation ** k;
}

/** Sample covariance of two rows of the same length, at least two (divides by n - 1). */
export function sampleCovarianceOf(a: Numbers, b: Numbers): number {
  assertSameLength(a, b);
  if (a.length < 2) throw new InvariantViolation(`a covariance needs 2 values, has ${a.length}`);
  const [centreA, centreB] = [mean(a), mean(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - centreA) * (b[i]! - centreB);
  return sum / (a.length - 1);
}

/**
 * Slope of the returns on those of a benchmark: their covariance over the benchmark's variance (Sharpe 1964). Rows of the
 * same length, at least two; null when the benchmark does not move.
 */
export function betaOf(returns: Numbers, benchmark: Numbers): number | null {
  if (isRounding(sampleStandardDeviation(benchmark)!, benchmark)) return null;
  return sampleCovarianceOf(returns, benchmark) / sampleCovarianceOf(benchmark, benchmark);
}

export function assertSameLength(a: Numbers, b: Numbers): void {
  if (a.length !== b.length)
    throw new InvariantViolation(`rows of ${a.length} and ${b.length} values do not belong together`);
}
