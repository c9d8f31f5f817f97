import { seededRandom } from '../../../../src/risk/domain/random.js';
import {
  cornishFisherTail,
  historicalTail,
  inCornishFisherDomain,
  normalTail,
  simulatedTail,
} from '../../../../src/risk/domain/tail-risk.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import { bacon, prototypeReturns } from '../../../support/returns.js';

test('the historical and the normal tail have the prototype’s check values, as losses', () => {
  const historical = historicalTail(prototypeReturns, 0.95)!;
  expect(historical.valueAtRisk).toBeCloseTo(0.0265, 12);
  expect(historical.expectedShortfall).toBeCloseTo(0.03, 12);
  expect(normalTail(prototypeReturns, 0.95)!.expectedShortfall).toBeCloseTo(0.0406940195, 10);
});

test('the historical tail of Bacon’s portfolio is NumPy’s', () => {
  // quantile -0.0592, mean of the two returns at or below it -0.063
  expect(historicalTail(bacon.portfolio, 0.95)!.valueAtRisk).toBeCloseTo(0.0592, 12);
  expect(historicalTail(bacon.portfolio, 0.95)!.expectedShortfall).toBeCloseTo(0.063, 12);
});

test('a return that is the quantile belongs to the tail', () => {
  // position 20 × 0.05 = 1: the quantile is the second lowest return
  const returns = Array.from({ length: 21 }, (_, i) => (i - 10) / 100);
  const tail = historicalTail(returns, 0.95)!;
  expect(tail.valueAtRisk).toBeCloseTo(0.09, 14);
  expect(tail.expectedShortfall).toBeCloseTo(0.095, 14);
});

test('the normal tail is that of the normal distribution', () => {
  // mean 0 and deviation √2: 1.6448536 and φ(1.6448536)/0.05 = 2.0627128 deviations (tables)
  const tail = normalTail([-1, 1], 0.95)!;
  expect(tail.valueAtRisk).toBeCloseTo(1.6448536269514722 * Math.SQRT2, 12);
  expect(tail.expectedShortfall).toBeCloseTo(2.062712807507156 * Math.SQRT2, 10);
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
