import {
  annualizedVolatility,
  mean,
  sampleStandardDeviation,
  simpleReturns,
} from '../../../../src/risk/domain/returns.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

test('simple returns are price ratios less one', () => {
  const [up, down, upAgain] = simpleReturns([100, 110, 99, 108.9]);
  expect(up).toBeCloseTo(0.1, 12);
  expect(down).toBeCloseTo(-0.1, 12);
  expect(upAgain).toBeCloseTo(0.1, 12);
});

test('one price has no return', () => {
  expect(simpleReturns([100])).toHaveLength(0);
});

test.each([[[100, 0]], [[-1, 5]], [[1, NaN]], [[Infinity, 1]]])('prices %p are refused', (prices) => {
  expect(() => simpleReturns(prices)).toThrow(InvariantViolation);
});

test('the deviation is the one of a sample', () => {
  // values .1, -.1, .1: mean 1/30, squares 2 × (1/15)² + (2/15)² = 6/225, over n - 1 = 2: 3/225, root 0.11547005
  expect(sampleStandardDeviation([0.1, -0.1, 0.1])).toBeCloseTo(0.11547005383792516, 12);
});

test('volatility is the deviation times the root of the periods in a year', () => {
  // 0.11547005 × √252 = 1.83303028 and × √365 = 2.20605228
  expect(annualizedVolatility([0.1, -0.1, 0.1], 252)).toBeCloseTo(1.8330302779823362, 10);
  expect(annualizedVolatility([0.1, -0.1, 0.1], 365)).toBeCloseTo(2.2060522810365723, 10);
});

test('a deviation of fewer than two values is unknown, not zero', () => {
  expect(sampleStandardDeviation([0.1])).toBeNull();
  expect(annualizedVolatility([], 365)).toBeNull();
});

test('the mean of nothing is refused', () => {
  expect(() => mean([])).toThrow('the mean of no values');
});
