import { seededRandom } from '../../../../src/risk/domain/random.js';
import {
  conditionalDrawdown,
  cornishFisherTail,
  historicalTail,
  inCornishFisherDomain,
  normalTail,
  simulatedTail,
  tailShares,
} from '../../../../src/risk/domain/tail-risk.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import { bacon, congruential, prototypeReturns } from '../../../support/returns.js';

/** Monthly returns from 1997-01 of hedge funds that arbitrage convertibles, as EDHEC published them; a row a year. */
const convertibleArbitrage = Float64Array.of(
  ...[0.0119, 0.0123, 0.0078, 0.0086, 0.0156, 0.0212, 0.0193, 0.0134, 0.0122, 0.01, 0, 0.0068],
  ...[0.0145, 0.0146, 0.0144, 0.0126, 0.0056, -0.0006, 0.006, -0.0319, -0.0196, -0.0214, 0.0269, 0.0113],
  ...[0.0219, 0.0082, 0.0136, 0.0243, 0.0166, 0.0102, 0.0101, 0.0048, 0.0096, 0.0045, 0.0124, 0.014],
  ...[0.0227, 0.0267, 0.0243, 0.0223, 0.0149, 0.0179, 0.0093, 0.0162, 0.0141, 0.0052, -0.0081, -0.0002],
  ...[0.0344, 0.0182, 0.0162, 0.0157, 0.0033, 0.0012, 0.0091, 0.0142, 0.0078, 0.0117, 0.008, -0.0094],
  ...[0.0148, -0.0049, 0.0053, 0.0096, 0.0033, 0.0004, -0.0159, 0.005, 0.0146, 0.0104, 0.0251, 0.0157],
  ...[0.0283, 0.0133, 0.0089, 0.015, 0.0136, -0.0058, -0.0072, -0.0087, 0.0171, 0.0146, 0.0092, 0.0054],
  ...[0.0119, 0.0017, 0.0061, 0.002, -0.0128, -0.0106, 0.0013, 0.004, -0.0017, -0.0044, 0.0081, 0.0056],
  ...[-0.0096, -0.0058, -0.014, -0.0316],
);

test('the historical and the normal tail have the prototype’s check values, as losses', () => {
  const historical = historicalTail(prototypeReturns, 0.95)!;
  expect(historical.valueAtRisk).toBeCloseTo(0.0265, 12);
  expect(historical.expectedShortfall).toBeCloseTo(0.03, 12);
  expect(normalTail(prototypeReturns, 0.95)!.expectedShortfall).toBeCloseTo(0.0406940195, 10);
});

test('the historical VaR of Bacon’s portfolio is NumPy’s, and its CVaR takes the second lowest return in part', () => {
  // 24 × 0.05 = 1.2 returns: (-0.065 - 0.2 × 0.061) / 1.2 = -0.0772 / 1.2
  expect(historicalTail(bacon.portfolio, 0.95)!.valueAtRisk).toBeCloseTo(0.0592, 12);
  expect(historicalTail(bacon.portfolio, 0.95)!.expectedShortfall).toBeCloseTo(0.0772 / 1.2, 12);
});

test('a tail holds its share of the returns exactly', () => {
  // position 20 × 0.05 = 1: the quantile is the second lowest return; 21 × 0.05 = 1.05 returns are the tail
  const returns = Array.from({ length: 21 }, (_, i) => (i - 10) / 100);
  const tail = historicalTail(returns, 0.95)!;
  expect(tail.valueAtRisk).toBeCloseTo(0.09, 14);
  expect(tail.expectedShortfall).toBeCloseTo((0.1 + 0.05 * 0.09) / 1.05, 14);
  // of 100 returns five, whatever rounding makes of 1 - 0.95
  const hundred = Array.from({ length: 100 }, (_, i) => (i - 50) / 100);
  expect(historicalTail(hundred, 0.95)!.expectedShortfall).toBeCloseTo(0.48, 14);
});

test('CVaR is the least of a + mean(max(0, loss - a)) / (1 - confidence) over a, as Rockafellar and Uryasev define it', () => {
  const returns = congruential(57, 11);
  for (const confidence of [0.5, 0.9, 0.95, 0.99]) {
    // the function is piecewise linear: its least value is at a loss
    const values = Array.from(returns, (value) => {
      const excess = returns.reduce((sum, other) => sum + Math.max(0, value - other), 0) / returns.length;
      return -value + excess / (1 - confidence);
    });
    expect(historicalTail(returns, confidence)!.expectedShortfall).toBeCloseTo(Math.min(...values), 12);
  }
});

test('the shares of a tail make its mean, and equal returns at its edge share alike', () => {
  // 10 × 0.25 = 2.5 returns: -3 whole, and 1.5 of the three at -2
  const returns = [1, -2, 4, -3, -2, 0, 2, -2, 5, 6];
  expect([...tailShares(returns, 0.75)]).toEqual(
    [0, 0.2, 0, 0.4, 0.2, 0, 0, 0.2, 0, 0].map((share) => expect.closeTo(share, 14)),
  );
  expect(historicalTail(returns, 0.75)!.expectedShortfall).toBeCloseTo(6 / 2.5, 14);
});

test('the conditional drawdown is the mean of the worst losses against the peak', () => {
  // wealth 1.1, 0.99, 0.88, 1.1, 1.045: losses 0, 0.1, 0.2, 0, 0.05; 5 × 0.3 = 1.5 of them
  const returns = [0.1, -0.1, -1 / 9, 0.25, -0.05];
  expect(conditionalDrawdown(returns, 0.7)).toBeCloseTo((0.2 + 0.5 * 0.1) / 1.5, 12);
  expect(conditionalDrawdown([0.01, 0.02], 0.95)).toBe(0);
  expect(conditionalDrawdown([], 0.95)).toBeNull();
});

test('the normal tail is that of the normal distribution', () => {
  // mean 0 and deviation √2: 1.6448536 and φ(1.6448536)/0.05 = 2.0627128 deviations (tables)
  const tail = normalTail([-1, 1], 0.95)!;
  expect(tail.valueAtRisk).toBeCloseTo(1.6448536269514722 * Math.SQRT2, 12);
  expect(tail.expectedShortfall).toBeCloseTo(2.062712807507156 * Math.SQRT2, 10);
});

test.each([
  [0.9, 0.067847, 0.096975],
  [0.95, 0.0902, 0.115908],
  [0.99, 0.132128, 0.152977],
])(
  'Rockafellar and Uryasev’s portfolio of least variance has at %d a VaR of %d and a CVaR of %d',
  (beta, at, beyond) => {
    // Optimization of Conditional Value-at-Risk, 2000, table 4: mean 0.011 and variance 0.00378529, which two returns have
    const half = Math.sqrt(0.00378529 / 2);
    const tail = normalTail([0.011 - half, 0.011 + half], beta)!;
    expect(tail.valueAtRisk).toBeCloseTo(at, 5);
    expect(tail.expectedShortfall).toBeCloseTo(beyond, 5);
  },
);

test('100 months of convertible arbitrage have the values that the R package PerformanceAnalytics is tested with', () => {
  // data/edhec.csv and tests/testthat/test-VaR_archive_baseline.R of braverock/PerformanceAnalytics
  const historical = historicalTail(convertibleArbitrage, 0.95)!;
  expect(historical.valueAtRisk).toBeCloseTo(0.014095, 6);
  expect(historical.expectedShortfall).toBeCloseTo(0.02408, 6);
  // the package divides the variance by n, here it is n - 1
  const mean = convertibleArbitrage.reduce((sum, value) => sum + value, 0) / 100;
  const byN = (loss: number) => (loss + mean) * Math.sqrt(0.99) - mean;
  const normal = normalTail(convertibleArbitrage, 0.95)!;
  expect(byN(normal.valueAtRisk)).toBeCloseTo(0.012133, 6);
  expect(byN(normal.expectedShortfall)).toBeCloseTo(0.017133, 6);
  expect(byN(cornishFisherTail(convertibleArbitrage, 0.95)!.loss!.valueAtRisk)).toBeCloseTo(0.014674, 6);
});

test('the simulated tail is near the normal one and depends on the seed alone', () => {
  const normal = normalTail(prototypeReturns, 0.95)!;
  const simulated = simulatedTail(prototypeReturns, 0.95, 42)!;
  expect(simulated).toEqual(simulatedTail(prototypeReturns, 0.95, 42));
  expect(simulated).not.toEqual(simulatedTail(prototypeReturns, 0.95, 43));
  // standard error of a CVaR of 10,000 draws is near 0.0185 × 0.031 = 0.0006
  expect(Math.abs(simulated.expectedShortfall - normal.expectedShortfall)).toBeLessThan(0.002);
});

test.each([
  // |S| at most 6(√2 - 1) = 2.485; at S = 0 the kurtosis is 0 to 8 (Maillard 2012)
  [0, 0, true],
  [0, 8, true],
  [0, -0.01, false],
  [0, 8.01, false],
  [-0.3, 1.2, true],
  [-0.5, 0.3, false],
  [2.48, 11.5, true],
  [2.49, 11.5, false],
])('skewness %d and excess kurtosis %d are in the domain of Cornish-Fisher: %p', (s, k, inside) => {
  expect(inCornishFisherDomain(s, k)).toBe(inside);
});

test('within its domain the Cornish-Fisher tail is the mean of the corrected quantiles', () => {
  const { normal } = seededRandom(5);
  const returns = Array.from({ length: 2_000 }, normal).map((z) => 0.02 * (z + 0.05 * z ** 3));
  const tail = cornishFisherTail(returns, 0.95)!;
  expect(tail.inDomain).toBe(true);
  // the mean of the quantiles below 5 % by the midpoint rule, from the VaR alone
  const steps = 2_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    sum += cornishFisherTail(returns, 1 - (0.05 * (i + 0.5)) / steps)!.loss!.valueAtRisk;
  }
  expect(tail.loss!.expectedShortfall / (sum / steps)).toBeCloseTo(1, 3);
  expect(tail.loss!.valueAtRisk).toBeLessThan(tail.loss!.expectedShortfall);
});

test('outside its domain Cornish-Fisher gives no number', () => {
  // Bacon's portfolio has a negative excess kurtosis
  expect(cornishFisherTail(bacon.portfolio, 0.95)).toMatchObject({ loss: null, inDomain: false });
});

test('too few returns have no tail, and returns that do not differ no Cornish-Fisher tail', () => {
  for (const tail of [historicalTail, normalTail, cornishFisherTail]) expect(tail([0.01], 0.95)).toBeNull();
  expect(simulatedTail([0.01], 0.95, 1)).toBeNull();
  expect(cornishFisherTail([0.1, 0.1, 0.1, 0.1], 0.95)).toBeNull();
});

test.each([0, 1, NaN])('a confidence of %p is refused', (confidence) => {
  expect(() => historicalTail(prototypeReturns, confidence)).toThrow(InvariantViolation);
});
