import { effectiveBets, herfindahl } from '../../../../src/risk/domain/concentration.js';
import {
  cvarContributions,
  portfolioReturns,
  volatilityContributions,
} from '../../../../src/risk/domain/contributions.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

test('volatility contributions are weight times marginal volatility', () => {
  // Σ = [[.04, .006], [.006, .09]], w = (.6, .4): Σw = (.0264, .0396), w'Σw = .01584 + .01584 = .03168
  const parts = volatilityContributions([0.6, 0.4], Float64Array.of(0.04, 0.006, 0.006, 0.09))!;
  expect(parts[0]).toBeCloseTo(0.01584 / Math.sqrt(0.03168), 14);
  expect(parts[1]).toBeCloseTo(0.01584 / Math.sqrt(0.03168), 14);
  expect(parts[0]! + parts[1]!).toBeCloseTo(Math.sqrt(0.03168), 14);
});

test('an asset that hedges contributes less than nothing', () => {
  const parts = volatilityContributions([0.8, 0.2], Float64Array.of(0.04, -0.03, -0.03, 0.04))!;
  expect(parts[1]).toBeLessThan(0);
});

test('without volatility there is nothing to divide', () => {
  expect(volatilityContributions([0.5, 0.5], new Float64Array(4))).toBeNull();
  // a perfect hedge leaves rounding at most
  expect(volatilityContributions([0.5, 0.5], Float64Array.of(0.1, -0.1, -0.1, 0.1))).toBeNull();
});

test('CVaR contributions are the assets’ mean losses in the portfolio’s tail', () => {
  // portfolio: -.02, .02, .01, -.07; a fifth of a period is the tail, so only the last one counts
  const rows = Float64Array.of(-0.04, 0, 0.02, 0.02, 0.01, 0.01, -0.04, -0.1);
  const parts = cvarContributions([0.5, 0.5], rows, 0.95)!;
  expect([...parts]).toEqual([expect.closeTo(0.02, 14), expect.closeTo(0.05, 14)]);
  // 4 × 0.375 = 1.5 periods: the last one, and half of the first: (.04 + .02) / 1.5 / 2 and .1 / 1.5 / 2
  expect([...cvarContributions([0.5, 0.5], rows, 0.625)!]).toEqual([
    expect.closeTo(0.02, 14),
    expect.closeTo(0.1 / 3, 14),
  ]);
});

test('sizes that do not fit are refused', () => {
  expect(() => volatilityContributions([1], new Float64Array(4))).toThrow(InvariantViolation);
  expect(() => portfolioReturns([0.5, 0.5], new Float64Array(3))).toThrow(InvariantViolation);
  expect(() => effectiveBets([1], new Float64Array(4))).toThrow(InvariantViolation);
});

test('the Herfindahl index is 1/n for equal weights and 1 for a single asset', () => {
  expect(herfindahl([0.25, 0.25, 0.25, 0.25])).toBe(0.25);
  expect(herfindahl([1, 0, 0])).toBe(1);
});

test('uncorrelated assets of equal risk are as many bets, and one factor is one', () => {
  expect(effectiveBets([0.5, 0.5], Float64Array.of(0.04, 0, 0, 0.04))).toBeCloseTo(2, 10);
  // perfectly correlated: all variance lies on one principal portfolio
  expect(effectiveBets([0.5, 0.5], Float64Array.of(0.04, 0.04, 0.04, 0.04))).toBeCloseTo(1, 10);
  // shares of variance 0.8 and 0.2: exp(-(0.8 ln 0.8 + 0.2 ln 0.2)) = exp(0.5004024) = 1.6493848
  expect(effectiveBets([0.5, 0.5], Float64Array.of(0.08, 0, 0, 0.02))).toBeCloseTo(1.6493848, 6);
  expect(effectiveBets([0.5, 0.5], new Float64Array(4))).toBeNull();
});
