import { plainProblem } from '../../../../../src/optimization/domain/optimization-problem.js';
import { optimize, type OptimizationOutcome } from '../../../../../src/optimization/domain/optimize.js';
import type { AssetId } from '../../../../../src/shared/ids.js';

const unlimited = (n: number) => ({ min: new Array<number>(n).fill(-10), max: new Array<number>(n).fill(10) });

function solve(covariance: number[][], constraints = unlimited(covariance.length)) {
  const assets = covariance.map((_, i) => `A${i}` as AssetId);
  const limits = { min: Float64Array.from(constraints.min), max: Float64Array.from(constraints.max), linear: [] };
  return solved(optimize(plainProblem(assets, Float64Array.from(covariance.flat()), limits), 'minVariance'));
}

function solved(outcome: OptimizationOutcome) {
  if (outcome.kind === 'infeasible') throw new Error(outcome.reason);
  return { ...outcome, w: outcome.weights.map(({ weight }) => weight) };
}

test('two assets: the closed form (s2² - s12) / (s1² + s2² - 2 s12)', () => {
  // s1² = 0.04, s2² = 0.09, s12 = 0.006: (0.09 - 0.006) / (0.13 - 0.012) = 0.084 / 0.118
  const { w } = solve([
    [0.04, 0.006],
    [0.006, 0.09],
  ]);
  expect(w[0]).toBeCloseTo(0.084 / 0.118, 10);
  expect(w[1]).toBeCloseTo(0.034 / 0.118, 10);
});

test('three assets: the published global minimum variance portfolio', () => {
  // E. Zivot, Portfolio Theory with Matrix Algebra (2013), Microsoft, Nordstrom, Starbucks: (0.441, 0.366, 0.193) at a
  // volatility of 0.0727; seven digits on RPubs 929304, more by solving Σx = 1 in exact fractions
  const { w, volatility } = solve([
    [0.01, 0.0018, 0.0011],
    [0.0018, 0.0109, 0.0026],
    [0.0011, 0.0026, 0.0199],
  ]);
  expect(w[0]).toBeCloseTo(0.44110926464478606, 10);
  expect(w[1]).toBeCloseTo(0.3656262982966348, 10);
  expect(w[2]).toBeCloseTo(0.19326443705857915, 10);
  expect(volatility).toBeCloseTo(0.07267606802893398, 10);
});

test('binding limits come with the prices that a calculation by hand gives them', () => {
  // Uncorrelated, volatilities 0.6, 0.8, 0.2, 0.15. Weights in proportion to 1/s² would be far outside the limits: the
  // first stands on its lower limit, the two calm ones on their upper ones, the second takes the remaining 0.1.
  // Marginal variances s²w: 0.18, 0.064, 0.008, 0.0045; the free one's, 0.064, is the budget's multiplier, so the
  // limits' are 0.116, 0.056 and 0.0595. Variance 0.09 + 0.0064 + 0.0016 + 0.0009 = 0.0989; a price is a multiplier
  // over the volatility.
  const { weights, volatility, certificate } = solve(
    [
      [0.36, 0, 0, 0],
      [0, 0.64, 0, 0],
      [0, 0, 0.04, 0],
      [0, 0, 0, 0.0225],
    ],
    { min: [0.5, 0, 0, 0], max: [0.6, 0.2, 0.2, 0.2] },
  );
  expect(weights.map(({ binding }) => binding)).toEqual(['lower', null, 'upper', 'upper']);
  expect(weights[0]!.weight).toBe(0.5);
  expect(weights[1]!.weight).toBeCloseTo(0.1, 12);
  expect(weights[2]!.weight).toBe(0.2);
  expect(weights[3]!.weight).toBe(0.2);
  expect(volatility).toBeCloseTo(0.31448370387032776, 12);
  expect(weights[0]!.shadowPrice).toBeCloseTo(0.3688585404343582, 10);
  expect(weights[1]!.shadowPrice).toBe(0);
  expect(weights[2]!.shadowPrice).toBeCloseTo(0.17806964020969013, 10);
  expect(weights[3]!.shadowPrice).toBeCloseTo(0.18919899272279575, 10);
  expect(certificate.conditionNumber).toBeCloseTo(0.64 / 0.0225, 9);
});

test('a shadow price is the slope of the volatility when its limit moves', () => {
  const covariance = [
    [0.36, 0.2, 0.03, 0.01],
    [0.2, 0.64, 0.05, 0],
    [0.03, 0.05, 0.04, 0.005],
    [0.01, 0, 0.005, 0.0225],
  ];
  const limits = { min: [0.5, 0, 0, 0], max: [0.6, 0.2, 0.2, 0.2] };
  const { weights, volatility } = solve(covariance, limits);
  const step = 1e-5;
  const relaxed = { min: [0.5 - step, 0, 0, 0], max: limits.max };
  expect(weights[0]!.binding).toBe('lower');
  const slope = (volatility - solve(covariance, relaxed).volatility) / step;
  expect(slope).toBeCloseTo(weights[0]!.shadowPrice, 4);
});

test('six assets agree with an independent solver', () => {
  // covariance of BTC, ETH, SOL, SPY, QQQ, GLD over the year to 2021-07-06, rounded; expected: projected gradient in
  // Python, 60,000 steps of 0.15 with the projection onto box and budget by bisection
  const { w, volatility } = solve(
    [
      [0.5884, 0.6054, 0.5851, 0.0255, 0.0425, 0.0154],
      [0.6054, 1.261, 1.1727, 0.0259, 0.0436, 0.0294],
      [0.5851, 1.1727, 4.3557, 0.0591, 0.089, 0.0521],
      [0.0255, 0.0259, 0.0591, 0.0223, 0.0286, 0.0068],
      [0.0425, 0.0436, 0.089, 0.0286, 0.05, 0.0115],
      [0.0154, 0.0294, 0.0521, 0.0068, 0.0115, 0.028],
    ],
    { min: [0.05, 0.01, 0, 0, 0, 0], max: [0.6, 0.3, 0.3, 0.45, 0.6, 0.6] },
  );
  [0.05, 0.01, 0, 0.45, 0, 0.49].forEach((weight, i) => expect(w[i]).toBeCloseTo(weight, 10));
  expect(volatility).toBeCloseTo(0.1373432561140153, 10);
});

test('bitcoin and two others have one solution only', () => {
  const { w } = solve(
    [
      [0.4, 0.1, 0],
      [0.1, 0.5, 0],
      [0, 0, 0.03],
    ],
    { min: [0.5, 0, 0], max: [0.6, 0.2, 0.2] },
  );
  expect(w).toEqual([0.6, 0.2, 0.2]);
});

test('an asset that is not wanted gets exactly nothing, not rounding dust', () => {
  const calm = [0.02, 0.01];
  const { w } = solve(
    [
      [0.59, 0.6, ...calm],
      [0.6, 1.26, ...calm],
      [0.02, 0.02, 0.022, 0.007],
      [0.01, 0.01, 0.007, 0.028],
    ],
    { min: [0.5, 0, 0, 0], max: [0.6, 0.2, 0.2, 0.2] },
  );
  expect(w).toEqual([0.6, 0, 0.2, 0.2]);
});

test('a perfect hedge has no variance left', () => {
  const { w, volatility, certificate } = solve([
    [0.04, -0.04],
    [-0.04, 0.04],
  ]);
  expect(w[0]).toBeCloseTo(0.5, 8);
  expect(volatility).toBeLessThan(1e-8);
  expect(certificate.conditionNumber).toBeNull();
});

test('identical assets share equally', () => {
  const row = [0.04, 0.04, 0.04];
  const { w } = solve([row, row, row], { min: [0, 0, 0], max: [1, 1, 1] });
  w.forEach((weight) => expect(weight).toBeCloseTo(1 / 3, 6));
});

test('a riskless asset takes what it may', () => {
  const { w } = solve(
    [
      [0.04, 0],
      [0, 0],
    ],
    { min: [0, 0], max: [1, 0.7] },
  );
  expect(w).toEqual([expect.closeTo(0.3, 12), 0.7]);
});

test('an asset whose limits coincide keeps its weight and shows what that costs', () => {
  const { weights } = solve(
    [
      [0.09, 0],
      [0, 0.01],
    ],
    { min: [0.5, 0], max: [0.5, 1] },
  );
  expect(weights[0]).toMatchObject({ weight: 0.5, binding: 'lower' });
  // marginal variances 0.045 and 0.005, volatility √(0.0225 + 0.0025)
  expect(weights[0]!.shadowPrice).toBeCloseTo(0.04 / Math.sqrt(0.025), 10);
});
