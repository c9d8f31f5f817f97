import {
  ascending,
  excessKurtosis,
  quantile,
  sampleCovarianceOf,
  skewness,
} from '../../../../src/risk/domain/statistics.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import { bacon } from '../../../support/returns.js';

test.each([
  // position (n - 1)·p: 0, 0.75, 1.5, 3; R: quantile(c(1, 2, 4, 8), p, type = 7)
  [0, 1],
  [0.25, 1.75],
  [0.5, 3],
  [0.9, 6.8],
  [1, 8],
])('the %d quantile of 1, 2, 4, 8 is %d', (p, expected) => {
  expect(quantile([1, 2, 4, 8], p)).toBeCloseTo(expected, 14);
});

test('a quantile at an order statistic is that order statistic whatever rounding made of the probability', () => {
  const values = Array.from({ length: 11 }, (_, i) => i / 7);
  // 1 - 0.9 is 0.09999999999999998, whose position would be just below 1
  expect(quantile(values, 1 - 0.9)).toBe(values[1]);
  expect(quantile(values, 1 - 0.7)).toBe(values[3]);
});

test('a quantile of nothing and a probability outside 0 to 1 are refused', () => {
  expect(() => quantile([], 0.5)).toThrow(InvariantViolation);
  expect(() => quantile([1], 1.1)).toThrow(InvariantViolation);
  expect(() => quantile([1], NaN)).toThrow(InvariantViolation);
});

test('the values are put in order without changing those given', () => {
  const given = [3, 1, 2];
  expect([...ascending(given)]).toEqual([1, 2, 3]);
  expect(given).toEqual([3, 1, 2]);
});

test('skewness and kurtosis are those of moments divided by n', () => {
  // 0, 0, 0, 4: mean 1, m2 = (3 + 9)/4 = 3, m3 = (-3 + 27)/4 = 6, m4 = (3 + 81)/4 = 21
  expect(skewness([0, 0, 0, 4])).toBeCloseTo(6 / 3 ** 1.5, 14);
  expect(excessKurtosis([0, 0, 0, 4])).toBeCloseTo(21 / 9 - 3, 14);
  // SciPy 1.17 of Bacon's portfolio
  expect(skewness(bacon.portfolio)).toBeCloseTo(-0.08256245520856835, 12);
  expect(excessKurtosis(bacon.portfolio)).toBeCloseTo(2.4324537941078748 - 3, 12);
});

test('the shape of too few or equal values is unknown', () => {
  expect(skewness([1, 2])).toBeNull();
  expect(excessKurtosis([1, 2, 3])).toBeNull();
  expect(skewness([0.1, 0.1, 0.1])).toBeNull();
  expect(excessKurtosis([0, 0, 0, 0])).toBeNull();
});

test('the covariance of two rows divides by n - 1', () => {
  // means 2 and 5; products 3, 0, 1 over 2
  expect(sampleCovarianceOf([1, 2, 3], [2, 7, 6])).toBeCloseTo(2, 14);
  expect(() => sampleCovarianceOf([1, 2], [1])).toThrow(InvariantViolation);
  expect(() => sampleCovarianceOf([1], [1])).toThrow(InvariantViolation);
});
