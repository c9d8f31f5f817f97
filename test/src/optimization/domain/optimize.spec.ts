import { optimize } from '../../../../src/optimization/domain/optimize.js';
import { plainProblem, type OptimizationProblem } from '../../../../src/optimization/domain/optimization-problem.js';
import { optimizerIds } from '../../../../src/optimization/domain/optimizers/registry.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const limits = (min: number[], max: number[]) => ({
  min: Float64Array.from(min),
  max: Float64Array.from(max),
  linear: [],
});
const problem = (over: Partial<OptimizationProblem>): OptimizationProblem => ({
  ...plainProblem(['A', 'B'] as AssetId[], Float64Array.of(0.04, 0, 0, 0.01), limits([0, 0], [1, 1])),
  ...over,
});

describe('parts that do not fit together are a defect', () => {
  test.each<[string, Partial<OptimizationProblem>, string]>([
    ['matrix too large', { covariance: new Float64Array(9) }, '9 covariances for 2 assets'],
    ['a limit too few', { limits: limits([0], [1, 1]) }, 'min has 1 numbers for 2 assets'],
    ['a limit not a number', { limits: limits([0, 0], [1, NaN]) }, 'max of B is NaN'],
    ['an asset twice', { assets: ['A', 'A'] as AssetId[] }, 'assets are named twice: A, A'],
    ['no assets', { assets: [] }, 'the problem has no assets'],
    ['not symmetric', { covariance: Float64Array.of(1, 0.1, 0.2, 1) }, 'covariance is not symmetric at B, A: 0.2, 0.1'],
    ['not finite', { covariance: Float64Array.of(1, NaN, NaN, 1) }, 'covariance of B and A is NaN'],
  ])('%s', (_name, over, message) => {
    expect(() => optimize(problem(over), 'minVariance')).toThrow(InvariantViolation);
    expect(() => optimize(problem(over), 'minVariance')).toThrow(message);
  });
});

test('a matrix that is no covariance is an outcome in words', () => {
  expect(optimize(problem({ covariance: Float64Array.of(1, 2, 2, 1) }), 'minVariance')).toMatchObject({
    kind: 'infeasible',
    code: 'unsolved',
    reason: expect.stringContaining('not positive semi-definite'),
  });
});

test('limits that collide are an outcome that names them', () => {
  const reason = 'weights must sum to 1, but the upper limits add up to 0.7 (A 0.3, B 0.4)';
  expect(optimize(problem({ limits: limits([0, 0], [0.3, 0.4]) }), 'minVariance')).toEqual({
    kind: 'infeasible',
    code: 'limits',
    optimizer: { id: 'minVariance', version: 3 },
    reason,
    conflict: ['weights sum to 1', 'A at most 0.3', 'B at most 0.4'],
    relaxation: ['A at most 0.3: moved by 0.3'],
  });
});

describe('whatever the method is, limits that cannot hold are single ones, with the amounts that make room', () => {
  const everything: Partial<OptimizationProblem> = {
    expectedReturns: Float64Array.of(0.1, 0.06),
    scenarios: { returns: Float64Array.of(0.01, -0.02, -0.01, 0.03, 0.02, 0.01), periods: 3, periodsPerYear: 252 },
    targetReturn: 0.01,
    targetVolatility: 1,
    benchmark: Float64Array.of(0.5, 0.5),
  };
  const calm = { label: 'calm ones', coefficients: Float64Array.of(0, 1), min: 0.8, max: 1 };
  const wild = { label: 'wild ones', coefficients: Float64Array.of(1, 0), min: 0.3, max: 1 };
  test.each(
    optimizerIds.flatMap((id) => [
      {
        id,
        what: 'lower limits',
        asked: limits([0.7, 0.5], [1, 1]),
        conflict: ['weights sum to 1', 'A at least 0.7', 'B at least 0.5'],
        moved: /^[AB] at least 0\.[75]: moved by 0\.2$/,
      },
      {
        id,
        what: 'upper limits',
        asked: limits([0, 0], [0.3, 0.4]),
        conflict: ['weights sum to 1', 'A at most 0.3', 'B at most 0.4'],
        moved: /^[AB] at most 0\.[34]: moved by 0\.3$/,
      },
      {
        id,
        what: 'a band that is empty',
        asked: limits([0, 0.6], [1, 0.4]),
        conflict: ['B at least 0.6', 'B at most 0.4'],
        moved: /^B at (least 0\.6|most 0\.4): moved by 0\.2$/,
      },
      {
        id,
        what: 'linear limits',
        asked: { ...limits([0, 0], [1, 1]), linear: [calm, wild] },
        conflict: ['calm ones at least 0.8', 'wild ones at least 0.3', 'weights sum to 1'],
        moved: /^(calm ones at least 0\.8|wild ones at least 0\.3): moved by 0\.1$/,
      },
    ]),
  )('$id: $what', ({ id, asked, conflict, moved }) => {
    const outcome = optimize(problem({ ...everything, limits: asked }), id);
    if (outcome.kind === 'solved') throw new Error('there are weights');
    expect([...outcome.conflict].sort()).toEqual([...conflict].sort());
    expect(outcome.relaxation).toEqual([expect.stringMatching(moved)]);
    expect(outcome.code).toBe('limits');
  });

  test.each(['targetReturn', 'minCvar', 'minCdar', 'minMaxDrawdown'] as const)(
    '%s: a target out of reach comes with the highest that can be reached, which has an answer',
    (id) => {
      const asked = { ...everything, limits: limits([0, 0.25], [1, 1]) };
      expect(optimize(problem({ ...asked, targetReturn: 0.095 }), id)).toMatchObject({
        code: 'out_of_reach',
        reason: 'no weights within the limits return 0.095: the highest return is 0.09',
        conflict: ['return at least 0.095', 'weights sum to 1', 'B at least 0.25'],
        relaxation: ['return at least 0.095: moved by 0.005, a target of 0.09 can be reached'],
      });
      expect(optimize(problem({ ...asked, targetReturn: 0.09 }), id).kind).toBe('solved');
    },
  );

  test('a lowest volatility that is offered has an answer', () => {
    const asked = { ...everything, covariance: Float64Array.of(0.07, 0.01, 0.01, 0.03) };
    const outcome = optimize(problem({ ...asked, targetVolatility: 0.01 }), 'targetRisk');
    if (outcome.kind === 'solved') throw new Error('there are weights');
    const [, reached] = /a target of ([\d.]+) can be reached/.exec(outcome.relaxation[0]!)!;
    expect(optimize(problem({ ...asked, targetVolatility: Number(reached) }), 'targetRisk').kind).toBe('solved');
  });

  test.each(['minVariance', 'equalWeight'] as const)('%s: a turnover too small for the other limits', (id) => {
    const asked = { limits: limits([0, 0], [0.2, 1]), current: Float64Array.of(0.5, 0.5), turnoverLimit: 0.1 };
    const outcome = optimize(problem({ ...everything, ...asked }), id);
    // what A has to lose is half of the trade, whatever is bought for it
    expect(outcome).toMatchObject({
      code: 'limits',
      conflict: ['turnover at most 0.1', 'A at most 0.2'],
      relaxation: ['turnover at most 0.1: moved by 0.2'],
    });
    expect(optimize(problem({ ...everything, ...asked, turnoverLimit: 0.3 }), id).kind).toBe('solved');
  });

  test('risk parity sells nothing short and gives nothing to an asset without a budget', () => {
    const asked = { limits: limits([-1, -1], [0.4, 1]), budgets: Float64Array.of(1, 0) };
    expect(optimize(problem({ ...everything, ...asked }), 'riskParity')).toMatchObject({
      code: 'limits',
      conflict: ['weights sum to 1', 'B has no risk budget', 'A at most 0.4'],
      relaxation: ['A at most 0.4: moved by 0.6'],
    });
  });
});

test('linear limits that collide come with the smallest set of them, and how far they would have to be moved', () => {
  const linear = [
    { label: 'calm ones', coefficients: Float64Array.of(0, 1), min: 0.8, max: 1 },
    { label: 'wild ones', coefficients: Float64Array.of(1, 0), min: 0.3, max: 1 },
    { label: 'not in the way', coefficients: Float64Array.of(1, 0), min: 0, max: 0.9 },
  ];
  const outcome = optimize(problem({ limits: { ...limits([0, 0], [1, 1]), linear } }), 'minVariance');
  expect(outcome).toMatchObject({
    kind: 'infeasible',
    code: 'limits',
    conflict: ['calm ones at least 0.8', 'wild ones at least 0.3', 'weights sum to 1'],
  });
  expect((outcome as { relaxation: readonly string[] }).relaxation.join()).toMatch(/moved by 0.1/);
});

test('a method says what it lacks and what it refuses', () => {
  expect(optimize(problem({}), 'maxSharpe')).toMatchObject({
    code: 'not_supported',
    reason: 'maxSharpe needs expected_returns',
  });
  const refused = optimize(problem({ l2: 1, expectedReturns: Float64Array.of(0.1, 0.2) }), 'maxSharpe');
  expect(refused).toMatchObject({ code: 'not_supported', reason: expect.stringContaining('l2 is refused') });
});

test('without a return above the risk-free rate there is no largest Sharpe ratio', () => {
  const outcome = optimize(problem({ expectedReturns: Float64Array.of(-0.1, 0.01), riskFreeRate: 0.02 }), 'maxSharpe');
  expect(outcome).toMatchObject({
    code: 'no_excess_return',
    reason: expect.stringContaining('minimum variance needs no'),
  });
});

describe('two uncorrelated assets, by hand', () => {
  const two = { expectedReturns: Float64Array.of(0.1, 0.06) };
  const solved = (over: Partial<OptimizationProblem>, id: Parameters<typeof optimize>[1]) => {
    const outcome = optimize(problem({ ...two, ...over }), id);
    if (outcome.kind !== 'solved') throw new Error(outcome.reason);
    return { ...outcome, w: outcome.weights.map(({ weight }) => weight) };
  };

  test('the tangency portfolio holds excess return over variance: 0.08/0.04 to 0.04/0.01', () => {
    const { w, sharpe } = solved({ riskFreeRate: 0.02 }, 'maxSharpe');
    expect(w[0]).toBeCloseTo(1 / 3, 9);
    // sqrt(0.08²/0.04 + 0.04²/0.01)
    expect(sharpe).toBeCloseTo(Math.sqrt(0.32), 9);
  });

  test('utility: 5(0.04 a - 0.01 b) = 0.1 - 0.06 with a + b = 1, so a = 0.36', () => {
    expect(solved({ riskAversion: 5 }, 'meanVariance').w[0]).toBeCloseTo(0.36, 9);
  });

  test('a target return of 0.08 needs half of each, and costs what the frontier says', () => {
    expect(solved({ targetReturn: 0.08 }, 'targetReturn').w[0]).toBeCloseTo(0.5, 9);
    expect(optimize(problem({ ...two, targetReturn: 0.2 }), 'targetReturn')).toMatchObject({ code: 'out_of_reach' });
  });

  test('a target volatility of 0.1118 is that of half of each', () => {
    expect(solved({ targetVolatility: Math.sqrt(0.0125) }, 'targetRisk').w[0]).toBeCloseTo(0.5, 8);
    expect(optimize(problem({ ...two, targetVolatility: 0.01 }), 'targetRisk')).toMatchObject({ code: 'out_of_reach' });
  });

  test('most diversified is inverse to the volatility when nothing is correlated', () => {
    expect(solved({}, 'maxDiversification').w[0]).toBeCloseTo(1 / 3, 9);
  });

  test('turnover stops half-way: from half of each no more than a tenth is traded', () => {
    const current = Float64Array.of(0.5, 0.5);
    const { w, binding } = solved({ current, turnoverLimit: 0.1 }, 'minVariance');
    expect(w[0]).toBeCloseTo(0.4, 9);
    // marginal variances 0.016 and 0.006, volatility 0.1: a unit from A to B lowers it by 0.01 / 0.1
    expect(binding).toEqual([
      {
        limit: 'turnover',
        side: 'max',
        shadowPrice: expect.closeTo(0.1, 9),
        words: 'allowing 1 point more turnover lowers yearly volatility by 0.1 points',
      },
    ]);
  });

  test('a cost above what is gained keeps what is held', () => {
    const current = Float64Array.of(0.5, 0.5);
    expect(solved({ current, costRate: 1 }, 'minVariance').w[0]).toBeCloseTo(0.5, 9);
  });

  test('a binding limit says in words what a point of it is worth', () => {
    const { binding } = solved({ limits: limits([0.5, 0], [1, 1]) }, 'minVariance');
    // marginal variances 0.02 and 0.005, volatility sqrt(0.0125): 0.015 / 0.1118 = 0.134
    expect(binding).toMatchObject([
      { limit: 'A', side: 'min', words: 'allowing 1 point less A lowers yearly volatility by 0.134 points' },
    ]);
  });
});

describe('a certificate has what was computed, and null for what there is not', () => {
  test('equal weights within the limits: that they keep these is all that there is to prove', () => {
    const outcome = optimize(problem({}), 'equalWeight');
    expect(outcome).toMatchObject({
      certificate: {
        of: 'the limits alone: nothing is optimised',
        primalResidual: 0,
        dualResidual: null,
        complementarity: null,
        dualityGap: null,
      },
    });
  });

  test('equal weights that the limits move are the nearest ones, which is proven', () => {
    const outcome = optimize(problem({ limits: limits([0, 0], [0.3, 1]) }), 'equalWeight');
    if (outcome.kind === 'infeasible') throw new Error(outcome.reason);
    const { of, dualResidual, complementarity, dualityGap } = outcome.certificate;
    expect(of).toBe('nearest to the wanted weights');
    for (const one of [dualResidual, complementarity, dualityGap]) expect(one).toBeLessThanOrEqual(1e-9);
  });

  test('risk parity: the residual is of the shares of the risk, and limits that stand in the way are named', () => {
    const outcome = optimize(problem({ limits: limits([0.4, 0], [1, 1]) }), 'riskParity');
    if (outcome.kind === 'infeasible') throw new Error(outcome.reason);
    expect(outcome.certificate).toMatchObject({
      of: 'shares of the risk as budgeted: nothing is optimised',
      dualResidual: expect.closeTo(0, 11),
      complementarity: null,
      dualityGap: null,
    });
    expect(outcome.weights[0]).toMatchObject({ weight: 0.4, binding: 'lower', shadowPrice: 0 });
    expect(outcome.notes).toEqual([expect.stringMatching(/^A at least 0.4: .*no objective prices them/)]);
  });
});
