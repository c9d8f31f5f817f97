import { Matrix } from 'ml-matrix';
import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import { btcBandPolicy } from '../../../../src/optimization/domain/constraints.js';
import { frozenMarket } from '../../../../src/optimization/domain/market-snapshot.js';
import { optimize, optimizeSnapshot } from '../../../../src/optimization/domain/optimize.js';
import type { OptimizationProblem } from '../../../../src/optimization/domain/optimization-problem.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';

const problem = (over: Partial<OptimizationProblem>): OptimizationProblem => ({
  assets: ['A', 'B'] as AssetId[],
  covariance: new Matrix([
    [0.04, 0],
    [0, 0.01],
  ]),
  constraints: { min: [0, 0], max: [1, 1] },
  ...over,
});

describe('parts that do not fit together are a defect', () => {
  test.each<[string, Partial<OptimizationProblem>, string]>([
    ['matrix too large', { covariance: Matrix.eye(3) }, 'covariance is 3×3 but 2 assets were given'],
    ['matrix not square', { covariance: Matrix.ones(2, 3) }, 'covariance is 2×3 but 2 assets were given'],
    ['a limit too few', { constraints: { min: [0], max: [1, 1] } }, 'constraints.min has 1 limits but 2 assets'],
    ['a limit not a number', { constraints: { min: [0, 0], max: [1, NaN] } }, 'constraints.max of B is NaN'],
    ['an asset twice', { assets: ['A', 'A'] as AssetId[] }, 'assets are named twice: A, A'],
    ['no assets', { assets: [] }, 'the problem has no assets'],
    [
      'not symmetric',
      {
        covariance: new Matrix([
          [1, 0.1],
          [0.2, 1],
        ]),
      },
      'covariance is not symmetric at B, A: 0.2, 0.1',
    ],
    [
      'not finite',
      {
        covariance: new Matrix([
          [1, NaN],
          [NaN, 1],
        ]),
      },
      'covariance of B and A is NaN',
    ],
  ])('%s', (_name, over, message) => {
    expect(() => optimize(problem(over), 'minVariance')).toThrow(InvariantViolation);
    expect(() => optimize(problem(over), 'minVariance')).toThrow(message);
  });
});

test('a matrix that is no covariance is an outcome with its eigenvalue', () => {
  const outcome = optimize(
    problem({
      covariance: new Matrix([
        [1, 2],
        [2, 1],
      ]),
    }),
    'minVariance',
  );
  expect(outcome).toMatchObject({
    kind: 'infeasible',
    reason: expect.stringMatching(/smallest eigenvalue is -1$/),
  });
});

test('limits that collide are an outcome that names them', () => {
  const outcome = optimize(problem({ constraints: { min: [0, 0], max: [0.3, 0.4] } }), 'minVariance');
  expect(outcome).toEqual({
    kind: 'infeasible',
    optimizer: { id: 'minVariance', version: 1 },
    reason: 'weights must sum to 1, but the upper limits add up to 0.7 (A 0.3, B 0.4)',
  });
});

describe('from frozen prices to weights', () => {
  const start = Date.parse('2021-01-01T00:00:00Z');
  const series = (assetId: string): SeriesRef => ({
    assetId: assetId as AssetId,
    interval: '1d',
    source: 'csv:test',
    quoteCurrency: 'USD',
    adjustment: 'unknown',
  });
  /** A path that swings by `size` with its own rhythm. */
  const swinging = (assetId: string, size: number, rhythm: number) => ({
    series: series(assetId),
    closes: Array.from({ length: 120 }, (_, i) => ({
      openTime: start + i * dayMs,
      close: String(100 * (1 + size * Math.sin(i * rhythm))),
    })),
  });
  const inputs = [
    swinging('BTC', 0.05, 0.9),
    swinging('ETH', 0.08, 1.3),
    swinging('SPY', 0.01, 2.1),
    swinging('GLD', 0.008, 0.5),
  ];
  const asOf = start + 120 * dayMs;

  test('respects the policy, adds up and is certified', () => {
    const { outcome, limits, statistics } = optimizeSnapshot(
      frozenMarket(asOf, 365, inputs),
      btcBandPolicy,
      'minVariance',
    );
    if (outcome.kind === 'infeasible') throw new Error(outcome.reason);
    const weight = Object.fromEntries(outcome.weights.map((one) => [one.assetId, one.weight]));
    expect(Object.values(weight).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
    // bitcoin is far wilder than the rest but for ether, so it stands at its lower limit and the calm ones at their upper
    expect(weight).toMatchObject({ BTC: 0.5, SPY: 0.2, GLD: 0.2 });
    expect(limits).toHaveLength(4);
    expect(statistics).toMatchObject({ observations: 119, periodsPerYear: 365, tradingDays: 'every_day' });
    expect(statistics.volatility).toBe(outcome.volatility);
    expect(outcome.certificate.dualityGap).toBeLessThan(1e-9);
  });

  test('a portfolio without bitcoin has an outcome in words', () => {
    const { outcome, statistics } = optimizeSnapshot(
      frozenMarket(asOf, 365, inputs.slice(1)),
      btcBandPolicy,
      'minVariance',
    );
    expect(outcome).toMatchObject({
      kind: 'infeasible',
      reason: expect.stringContaining('BTC must be among the assets'),
    });
    expect(statistics).toMatchObject({ observations: 119, volatility: null, periodsPerYear: null });
  });

  test('too few common dates have an outcome in words', () => {
    const short = inputs.map((one) => ({ ...one, closes: one.closes.slice(-10) }));
    const { outcome } = optimizeSnapshot(frozenMarket(asOf, 365, short), btcBandPolicy, 'minVariance');
    expect(outcome).toMatchObject({
      kind: 'infeasible',
      reason: expect.stringMatching(/^needs 20 daily returns .* has 9;/),
    });
  });
});
