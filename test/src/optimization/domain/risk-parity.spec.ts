import type { Limits } from '../../../../src/optimization/domain/limits.js';
import {
  riskBudgeting,
  type RiskBudgets,
  type RiskParityWeights,
} from '../../../../src/optimization/domain/risk-parity.js';
import { sampleCovariance } from '../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

/** From volatilities and the lower triangle of the correlations. */
function covarianceOf(deviations: number[], correlations: number[][]): Float64Array {
  const n = deviations.length;
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return deviations[i]! * deviations[j]! * (i === j ? 1 : correlations[Math.max(i, j)]![Math.min(i, j)]!);
  });
}

function sampled(seed: number, n: number, periods: number): Float64Array {
  const random = seededRandom(seed);
  const returns = Float64Array.from({ length: periods * n }, (_, at) => 0.01 * (1 + (at % n)) * random.normal());
  return sampleCovariance(returns, periods, n, 365);
}

function solved(input: RiskBudgets): RiskParityWeights {
  const answer = riskBudgeting(input);
  if (answer.kind !== 'solved') throw new Error(`no answer: ${JSON.stringify(answer)}`);
  return answer;
}

const box = (n: number, min: number, max: number, linear: Limits['linear'] = []): Limits => ({
  min: new Float64Array(n).fill(min),
  max: new Float64Array(n).fill(max),
  linear,
});

const roncalli = covarianceOf([0.3, 0.2, 0.15], [[], [0.8], [0.5, 0.3]]);

test('the example of Maillard, Roncalli and Teiletche, The properties of equally weighted risk contributions, 2010', () => {
  const { weights, contributions, residual } = solved({
    covariance: covarianceOf([0.1, 0.2, 0.3, 0.4], [[], [0.8], [0, 0], [0, 0, -0.5]]),
  });
  // p. 65, example 2, as in the tests of lequant40/portfolio_allocation_js
  [0.384, 0.192, 0.243, 0.182].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 3));
  contributions.forEach((contribution) => expect(contribution).toBeCloseTo(0.25, 12));
  expect(residual).toBeLessThan(1e-12);
});

test('the examples of Roncalli, Introduction to risk parity and budgeting, 2013: equal budgets, and 50, 20 and 30 %', () => {
  [0.1969, 0.3244, 0.4787].forEach((weight, i) =>
    expect(solved({ covariance: roncalli }).weights[i]).toBeCloseTo(weight, 4),
  );
  const { weights, contributions } = solved({ covariance: roncalli, budgets: Float64Array.of(50, 20, 30) });
  [0.3115, 0.219, 0.4696].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 4));
  [0.5, 0.2, 0.3].forEach((budget, i) => expect(contributions[i]).toBeCloseTo(budget, 12));
});

test('two assets are held in inverse proportion to their volatilities, whatever their correlation', () => {
  for (const correlation of [-0.999, 0, 0.5, 1]) {
    const { weights } = solved({ covariance: covarianceOf([0.2, 0.6], [[], [correlation]]) });
    expect(weights[0]).toBeCloseTo(0.75, 10);
  }
});

test('the budgets are met for many assets, fewer periods than assets, and every scale', () => {
  for (const [n, periods] of [
    [1, 5],
    [10, 500],
    [60, 40],
    [120, 130],
  ] as const) {
    for (const scale of [1e-8, 1, 1e8]) {
      const covariance = sampled(n, n, periods).map((value) => value * scale);
      const budgets = Float64Array.from({ length: n }, (_, i) => 1 + (i % 5));
      const { weights, residual } = solved({ covariance, budgets });
      expect(residual).toBeLessThan(1e-11);
      expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(weights.every((weight) => weight > 0)).toBe(true);
    }
  }
});

test('the order of the assets does not matter', () => {
  const covariance = sampled(3, 5, 100);
  const order = [4, 2, 0, 1, 3];
  const turned = Float64Array.from(covariance, (_, at) => covariance[order[Math.floor(at / 5)]! * 5 + order[at % 5]!]!);
  const { weights } = solved({ covariance });
  solved({ covariance: turned }).weights.forEach((weight, at) => expect(weight).toBeCloseTo(weights[order[at]!]!, 11));
});

test('a duplicated asset with half the budget each leaves the others as they are', () => {
  const doubled = Float64Array.from({ length: 16 }, (_, at) => {
    return roncalli[Math.min(Math.floor(at / 4), 2) * 3 + Math.min(at % 4, 2)]!;
  });
  const { weights } = solved({ covariance: doubled, budgets: Float64Array.of(2, 2, 1, 1) });
  [0.1969, 0.3244, 0.4787 / 2, 0.4787 / 2].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 4));
});

test('an asset with a budget of zero is left out', () => {
  const { weights, residual } = solved({ covariance: roncalli, budgets: Float64Array.of(1, 0, 1) });
  expect(weights[1]).toBe(0);
  expect(weights[0]).toBeCloseTo(1 / 3, 12);
  expect(residual).toBeLessThan(1e-12);
});

describe('within limits', () => {
  test('assets off their limits keep the proportions of their budgets, and those on them lie on the right side', () => {
    const { weights, contributions, share, residual, binding } = solved({
      covariance: covarianceOf([0.1, 0.2, 0.3, 0.4], [[], [0.8], [0, 0], [0, 0, -0.5]]),
      limits: { min: Float64Array.of(0, 0, 0, 0.25), max: Float64Array.of(0.3, 1, 1, 1), linear: [] },
    });
    expect(weights[0]).toBe(0.3);
    expect(weights[3]).toBe(0.25);
    expect(binding).toEqual([
      { asset: 0, side: 'max' },
      { asset: 3, side: 'min' },
    ]);
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(contributions[1]).toBeCloseTo(share / 4, 10);
    expect(contributions[2]).toBeCloseTo(share / 4, 10);
    expect(contributions[0]).toBeLessThan(share / 4);
    expect(contributions[3]).toBeGreaterThan(share / 4);
    expect(residual).toBeLessThan(1e-11);
  });

  test('many assets with binding limits on both sides meet the conditions', () => {
    for (const n of [5, 30, 80]) {
      const { residual, binding, weights } = solved({
        covariance: sampled(n, n, 3 * n),
        limits: box(n, 0.5 / n, 1.3 / n),
      });
      expect(residual).toBeLessThan(1e-11);
      expect(new Set(binding.map(({ side }) => side)).size).toBe(2);
      expect(weights.every((weight) => weight >= 0.5 / n && weight <= 1.3 / n)).toBe(true);
    }
  });

  test('limits that do not bind change nothing', () => {
    expect(solved({ covariance: roncalli, limits: box(3, 0.1, 0.5) })).toEqual(solved({ covariance: roncalli }));
  });

  test('a linear limit that is not kept is named, for the caller to project', () => {
    const group = { label: 'first two', coefficients: Float64Array.of(1, 1, 0), min: 0.6, max: Infinity };
    expect(riskBudgeting({ covariance: roncalli, limits: box(3, 0, 1, [group]) })).toMatchObject({
      kind: 'outside',
      outsideOf: [0],
    });
    expect(solved({ covariance: roncalli, limits: box(3, 0, 1, [{ ...group, min: 0.5 }]) }).outsideOf).toEqual([]);
  });

  test('limits that leave no weights are infeasible', () => {
    expect(riskBudgeting({ covariance: roncalli, limits: box(3, 0, 0.3) })).toMatchObject({ kind: 'infeasible' });
    expect(riskBudgeting({ covariance: roncalli, limits: box(3, 0.4, 1) })).toMatchObject({ kind: 'infeasible' });
  });
});

test('what has no answer is said in words', () => {
  expect(riskBudgeting({ covariance: Float64Array.of(0.04, 0, 0, 0) })).toMatchObject({
    reason: 'no_variance',
    assets: [1],
  });
  expect(riskBudgeting({ covariance: Float64Array.of(1, -1, -1, 1) })).toMatchObject({ reason: 'riskless_mix' });
  for (const budgets of [Float64Array.of(-1, 1, 1), new Float64Array(3), Float64Array.of(NaN, 1, 1)]) {
    expect(riskBudgeting({ covariance: roncalli, budgets })).toMatchObject({ reason: 'budgets' });
  }
  expect(() => riskBudgeting({ covariance: new Float64Array(3) })).toThrow(InvariantViolation);
});
