import type { MeasureInput } from '../../src/risk/domain/measures/measure.js';

/**
 * Monthly returns of a portfolio and its benchmark: the example of Bacon, "Practical Portfolio Performance Measurement
 * and Attribution", 2008, as in the data set portfolio_bacon of the R package PerformanceAnalytics.
 */
export const bacon = {
  portfolio: Float64Array.of(
    ...[0.003, 0.026, 0.011, -0.01, 0.015, 0.025, 0.016, 0.067, -0.014, 0.04, -0.005, 0.081],
    ...[0.04, -0.037, -0.061, 0.017, -0.049, -0.022, 0.07, 0.058, -0.065, 0.024, -0.005, -0.009],
  ),
  benchmark: Float64Array.of(
    ...[0.002, 0.025, 0.018, -0.011, 0.014, 0.018, 0.014, 0.065, -0.015, 0.042, -0.006, 0.083],
    ...[0.039, -0.038, -0.062, 0.015, -0.048, 0.021, 0.06, 0.056, -0.067, 0.019, -0.003, 0],
  ),
};

/** The input of the prototype's check values (domain rules, last table). */
export const prototypeReturns = Float64Array.of(0.01, -0.02, 0.015, -0.01, 0.02, -0.03, 0.01, -0.015);

/** `YYYY-MM-DD` of so many days from 2021-01-01 on. */
const datesFrom2021 = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => new Date(Date.UTC(2021, 0, 1 + i)).toISOString().slice(0, 10));

/** Returns with everything else that measures ask for. */
export const measureInput = (returns: ArrayLike<number>, besides: Partial<MeasureInput> = {}): MeasureInput => ({
  returns: Float64Array.from(returns),
  dates: datesFrom2021(returns.length + 1),
  periodsPerYear: 252,
  riskFreeRate: 0.02,
  minimumReturn: 0,
  confidence: 0.95,
  seed: 42,
  ...besides,
});

/** Numbers from -0.5 to 0.5 of a plain congruential generator (glibc's), which any other language reproduces. */
export function congruential(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
    return state / 2 ** 31 - 0.5;
  });
}

/** A portfolio's returns beside a benchmark's of the same periods. */
export const beside = (portfolio: ArrayLike<number>, benchmark: ArrayLike<number>, periodsPerYear = 365) => ({
  portfolio: Float64Array.from(portfolio),
  returns: Float64Array.from(benchmark),
  periodsPerYear,
});
