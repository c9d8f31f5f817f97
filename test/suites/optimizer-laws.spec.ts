import fc from 'fast-check';
import { averageVariance } from '../../src/optimization/domain/certificate.js';
import {
  plainProblem,
  volatilityOf,
  type OptimizationProblem,
} from '../../src/optimization/domain/optimization-problem.js';
import { dot, times } from '../../src/shared/vectors.js';
import { lotsOf } from '../../src/optimization/domain/lots.js';
import { optimize } from '../../src/optimization/domain/optimize.js';
import { constraintKinds, type Optimizer } from '../../src/optimization/domain/optimizers/optimizer.js';
import { optimizers, type OptimizerId } from '../../src/optimization/domain/optimizers/registry.js';
import { scenarioRisk } from '../../src/optimization/domain/solvers/scenario-program.js';
import { sampleCovariance } from '../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../src/risk/domain/random.js';
import type { AssetId } from '../../src/shared/ids.js';

/** What a method minimises, where it minimises anything; smaller is better. A new method does not compile before it stands here. */
const objectives: Record<OptimizerId, ((problem: OptimizationProblem, weights: Float64Array) => number) | null> = {
  minVariance: ({ covariance }, weights) => volatilityOf(covariance, weights) ** 2,
  meanVariance: ({ covariance, expectedReturns, riskAversion }, weights) =>
    (riskAversion / 2) * volatilityOf(covariance, weights) ** 2 - dot(expectedReturns!, weights),
  maxSharpe: ({ covariance, expectedReturns, riskFreeRate }, weights) =>
    -(dot(expectedReturns!, weights) - riskFreeRate) / volatilityOf(covariance, weights),
  // at a target that binds for nobody: their feasible sets are those of all weights within the limits
  targetReturn: ({ covariance }, weights) => volatilityOf(covariance, weights) ** 2,
  targetRisk: ({ expectedReturns }, weights) => -dot(expectedReturns!, weights),
  maxDiversification: ({ covariance, assets: { length: n } }, weights) =>
    -weights.reduce((sum, one, i) => sum + one * Math.sqrt(covariance[i * (n + 1)]!), 0) /
    volatilityOf(covariance, weights),
  riskParity: null,
  hierarchicalRiskParity: null,
  hierarchicalEqualRisk: null,
  minCvar: ({ scenarios }, weights) =>
    scenarioRisk({ returns: scenarios!.returns, risk: { kind: 'cvar', confidence: 0.95 } }, weights),
  minCdar: ({ scenarios }, weights) =>
    scenarioRisk({ returns: scenarios!.returns, risk: { kind: 'cdar', confidence: 0.95 } }, weights),
  minMaxDrawdown: ({ scenarios }, weights) =>
    scenarioRisk({ returns: scenarios!.returns, risk: { kind: 'max_drawdown' } }, weights),
  minTrackingError: ({ covariance, benchmark }, weights) => {
    const away = weights.map((one, i) => one - benchmark![i]!);
    return dot(away, times(covariance, away));
  },
  equalWeight: null,
  inverseVolatility: null,
  resampledEfficiency: null,
};

/** Fixed, so that a run can be repeated; fast-check prints seed and path with every counterexample. */
const runs = (numRuns: number) => ({ seed: 20261125, numRuns });
/** Numbers as markets print them: what is too small to be squared is no return. */
const inThousandths = fc.integer({ min: -200, max: 250 }).map((one) => one / 1_000);
const unit = fc.double({ min: 0, max: 1, noNaN: true });

interface Case {
  problem: OptimizationProblem;
  /** Weights that keep the limits. */
  point: Float64Array;
}

/** Returns of n assets over T periods, some of them few; limits around a point on the budget. */
const cases = (most: number): fc.Arbitrary<Case> =>
  fc
    .record({ n: fc.integer({ min: 1, max: most }), periods: fc.integer({ min: 3, max: 40 }) })
    .chain(({ n, periods }) =>
      fc
        .record({
          returns: fc.array(inThousandths, {
            minLength: n * periods,
            maxLength: n * periods,
          }),
          masses: fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: n, maxLength: n }),
          rooms: fc.array(fc.tuple(unit, unit), { minLength: n, maxLength: n }),
        })
        .map(({ returns, masses, rooms }): Case => {
          const total = masses.reduce((sum, one) => sum + one, 0);
          const point = Float64Array.from(masses, (mass) => mass / total);
          const sample = Float64Array.from(returns);
          const assets = Array.from({ length: n }, (_, i) => `A${i}` as AssetId);
          const limits = {
            min: point.map((one, i) => one * rooms[i]![0]),
            max: point.map((one, i) => one + (1 - one) * rooms[i]![1]),
            linear: [],
          };
          const problem: OptimizationProblem = {
            ...plainProblem(assets, sampleCovariance(sample, periods, n, 252), limits),
            expectedReturns: Float64Array.from({ length: n }, (_, i) => {
              let sum = 0;
              for (let t = 0; t < periods; t++) sum += sample[t * n + i]!;
              return (sum / periods) * 252;
            }),
            scenarios: { returns: sample, periods, periodsPerYear: 252 },
            targetReturn: -1_000,
            targetVolatility: 1_000,
            benchmark: new Float64Array(n).fill(1 / n),
          };
          return { problem, point };
        }),
    );

/** Outcomes that say why there are no weights although the limits can hold. */
const honest = ['no_excess_return', 'unsolved'];
const solvedBy = (problem: OptimizationProblem, id: OptimizerId) => {
  const outcome = optimize(problem, id);
  if (outcome.kind === 'solved') return Float64Array.from(outcome.weights, ({ weight }) => weight);
  expect(honest).toContain(outcome.code);
  return undefined;
};

describe.each(optimizers.map(({ id }) => [id] as const))('laws of %s', (id) => {
  const isSlow = id === 'resampledEfficiency';
  const numRuns = isSlow ? 4 : 60;

  it('answers certified weights that sum to 1 within the limits, or says why not', () => {
    let solved = 0;
    fc.assert(
      fc.property(cases(isSlow ? 4 : 8), ({ problem }) => {
        const weights = solvedBy(problem, id);
        if (!weights) return;
        solved += 1;
        expect(weights.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 8);
        weights.forEach((weight, i) => {
          expect(weight).toBeGreaterThanOrEqual(problem.limits.min[i]! - 1e-8);
          expect(weight).toBeLessThanOrEqual(problem.limits.max[i]! + 1e-8);
        });
      }),
      runs(numRuns),
    );
    expect(solved).toBeGreaterThan(numRuns / 2);
  });

  it('is no worse than other weights within the limits, where it minimises something', () => {
    const objective = objectives[id];
    fc.assert(
      fc.property(cases(8), ({ problem, point }) => {
        const weights = objective && solvedBy(problem, id);
        if (!weights) return;
        const [own, other] = [objective(problem, weights), objective(problem, point)];
        const scale = Math.max(Math.abs(own), Math.abs(other), averageVariance(problem.covariance, point.length));
        expect(own).toBeLessThanOrEqual(other + 1e-7 * scale);
      }),
      runs(objective ? 60 : 1),
    );
  });

  it('gives the same bytes for the same problem', () => {
    fc.assert(
      fc.property(cases(4), ({ problem }) => {
        expect(JSON.stringify(optimize(problem, id))).toBe(JSON.stringify(optimize(problem, id)));
      }),
      runs(isSlow ? 2 : 20),
    );
  });

  it('says that limits cannot hold instead of answering', () => {
    const n = 3;
    const assets = ['A', 'B', 'C'] as AssetId[];
    const covariance = Float64Array.of(0.04, 0, 0, 0, 0.05, 0, 0, 0, 0.06);
    const limits = { min: new Float64Array(n), max: new Float64Array(n).fill(0.3), linear: [] };
    expect(optimize(plainProblem(assets, covariance, limits), id)).toMatchObject({
      kind: 'infeasible',
      code: 'limits',
      reason: 'weights must sum to 1, but the upper limits add up to 0.9 (A 0.3, B 0.3, C 0.3)',
    });
  });

  it('answers 1 for a single asset', () => {
    const limits = { min: Float64Array.of(0), max: Float64Array.of(1), linear: [] };
    const returns = Float64Array.of(0.01, -0.02, 0.03, 0.01);
    const problem = {
      ...plainProblem(['A'] as AssetId[], sampleCovariance(returns, 4, 1, 252), limits),
      expectedReturns: Float64Array.of(0.3),
      scenarios: { returns, periods: 4, periodsPerYear: 252 },
      targetReturn: 0.1,
      targetVolatility: 5,
      benchmark: Float64Array.of(1),
    };
    expect(optimize(problem, id)).toMatchObject({ kind: 'solved', weights: [{ weight: 1 }] });
  });
});

describe.each([
  'minVariance',
  'meanVariance',
  'maxSharpe',
  'maxDiversification',
  'riskParity',
  'minTrackingError',
] as const)('laws of convex %s', (id) => {
  it('does not depend on the order of the assets', () => {
    fc.assert(
      fc.property(cases(6), ({ problem }) => {
        const n = problem.assets.length;
        const back = (vector: Float64Array) => vector.slice().reverse();
        const turned: OptimizationProblem = {
          ...problem,
          covariance: back(problem.covariance),
          expectedReturns: back(problem.expectedReturns!),
          benchmark: back(problem.benchmark!),
          limits: { min: back(problem.limits.min), max: back(problem.limits.max), linear: [] },
        };
        const [one, other] = [solvedBy(problem, id), solvedBy(turned, id)];
        if (!one || !other) return;
        const objective = objectives[id];
        // where nothing is minimised no weights are tied
        const told = (weights: Float64Array) => (objective ? [objective(problem, weights)] : [...weights]);
        expect(told(back(other))).toEqual(told(one).map((value) => expect.closeTo(value, 7)));
        expect(other).toHaveLength(n);
      }),
      runs(40),
    );
  });
});

test.each([1e-8, 1e-4, 1e4, 1e8])(
  'minimum variance does not change when the covariance is %d times as large',
  (scale) => {
    fc.assert(
      fc.property(cases(6), ({ problem }) => {
        const n = problem.assets.length;
        // well-conditioned: without it, tied weights may be shared in another way
        const covariance = problem.covariance.slice();
        for (let i = 0; i < n; i++) covariance[i * (n + 1)]! += averageVariance(problem.covariance, n) / 10;
        const scaled = covariance.map((one) => one * scale);
        const [one, other] = [
          solvedBy({ ...problem, covariance }, 'minVariance'),
          solvedBy({ ...problem, covariance: scaled }, 'minVariance'),
        ];
        one!.forEach((weight, i) => expect(other![i]).toBeCloseTo(weight, 8));
      }),
      runs(30),
    );
  },
);

test('minimum variance gives identical assets identical weights', () => {
  const covariance = Float64Array.of(0.04, 0.04, 0.01, 0.04, 0.04, 0.01, 0.01, 0.01, 0.09);
  const limits = { min: new Float64Array(3), max: new Float64Array(3).fill(1), linear: [] };
  const weights = solvedBy(plainProblem(['A', 'B', 'C'] as AssetId[], covariance, limits), 'minVariance')!;
  expect(weights[0]).toBeCloseTo(weights[1]!, 8);
});

/** Returns of one market and each asset's own, with everything that any method asks for. */
function history(seed: number, n: number, periods: number): OptimizationProblem {
  const random = seededRandom(seed);
  const returns = new Float64Array(n * periods);
  for (let t = 0; t < periods; t++) {
    const market = random.normal();
    for (let i = 0; i < n; i++) returns[t * n + i] = 0.01 * (0.6 * market + (1 + i / n) * random.normal());
  }
  const masses = Float64Array.from({ length: n }, () => 0.1 + Math.abs(random.normal()));
  const mass = masses.reduce((sum, one) => sum + one, 0);
  const problem: OptimizationProblem = {
    ...plainProblem(
      Array.from({ length: n }, (_, i) => `A${i}` as AssetId),
      sampleCovariance(returns, periods, n, 252),
      { min: new Float64Array(n), max: new Float64Array(n).fill(1), linear: [] },
    ),
    expectedReturns: Float64Array.from({ length: n }, (_, i) => 0.05 + 0.02 * i + 0.01 * Math.abs(random.normal())),
    scenarios: { returns, periods, periodsPerYear: 252 },
    riskFreeRate: 0.02,
    targetReturn: 0.08,
    benchmark: masses.map((one) => one / mass),
  };
  const least = optimize(problem, 'minVariance');
  if (least.kind !== 'solved') throw new Error(least.reason);
  return { ...problem, targetVolatility: 1.2 * least.volatility };
}

/** The same problem with the assets in another order, some of them perhaps more than once. */
function chosen(problem: OptimizationProblem, order: readonly number[]): OptimizationProblem {
  const n = problem.assets.length;
  const { returns, periods, periodsPerYear } = problem.scenarios!;
  const pick = (vector: Float64Array) => Float64Array.from(order, (i) => vector[i]!);
  return {
    ...problem,
    assets: order.map((i, at) => `${problem.assets[i]}-${at}` as AssetId),
    covariance: Float64Array.from(order.flatMap((i) => order.map((j) => problem.covariance[i * n + j]!))),
    expectedReturns: pick(problem.expectedReturns!),
    scenarios: {
      returns: Float64Array.from({ length: periods * order.length }, (_, at) => {
        return returns[Math.floor(at / order.length) * n + order[at % order.length]!]!;
      }),
      periods,
      periodsPerYear,
    },
    limits: { min: pick(problem.limits.min), max: pick(problem.limits.max), linear: [] },
    benchmark: pick(problem.benchmark!),
  };
}

/** In units in which every return is so many times as large; an aversion is one over a return. */
const inUnits = (problem: OptimizationProblem, factor: number): OptimizationProblem => ({
  ...problem,
  covariance: problem.covariance.map((one) => one * factor * factor),
  expectedReturns: problem.expectedReturns!.map((one) => one * factor),
  scenarios: { ...problem.scenarios!, returns: problem.scenarios!.returns.map((one) => one * factor) },
  riskFreeRate: problem.riskFreeRate * factor,
  riskAversion: problem.riskAversion / factor,
  targetReturn: problem.targetReturn! * factor,
  targetVolatility: problem.targetVolatility! * factor,
});

const sumOf = (weights: readonly { readonly weight: number }[]) => weights.reduce((sum, { weight }) => sum + weight, 0);
const noRiskToShare = 'A mix of these assets has no risk at all, so that no risk can be shared out.';

describe.each(optimizers.map(({ id }) => [id] as const))('whatever the assets are, %s', (id) => {
  const isDrawn = id === 'resampledEfficiency';
  const weightsOf = (problem: OptimizationProblem) => {
    const weights = solvedBy(problem, id);
    expect(weights).toBeDefined();
    expect(weights!.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 8);
    return weights!;
  };
  const seeds = isDrawn ? [1] : [1, 2, 3, 4, 5, 6];

  it('does not depend on their order', () => {
    const order = [3, 0, 4, 2, 1];
    for (const seed of seeds) {
      const problem = history(seed, 5, 60);
      const [weights, moved] = [weightsOf(problem), weightsOf(chosen(problem, order))];
      // another order draws other histories
      order.forEach((i, at) => expect(Math.abs(moved[at]! - weights[i]!)).toBeLessThan(isDrawn ? 0.1 : 1e-7));
    }
  });

  it.each([1e-8, 1e-4, 1e4, 1e8])('does not depend on the unit of returns: %d', (factor) => {
    for (const seed of seeds) {
      const problem = history(seed, 5, 60);
      const [weights, scaled] = [weightsOf(problem), weightsOf(inUnits(problem, factor))];
      weights.forEach((weight, i) => expect(Math.abs(scaled[i]! - weight)).toBeLessThan(1e-7));
    }
  });

  it('gains and loses nothing by an asset that is listed twice', () => {
    const objective = objectives[id];
    for (const seed of seeds) {
      const problem = history(seed, 5, 60);
      const twice = { ...chosen(problem, [0, 1, 2, 3, 4, 4]) };
      twice.benchmark!.set([problem.benchmark![4]! / 2, problem.benchmark![4]! / 2], 4);
      const [weights, doubled] = [weightsOf(problem), weightsOf(twice)];
      if (!objective) continue;
      const own = objective(problem, weights);
      expect(Math.abs(objective(twice, doubled) - own)).toBeLessThan(1e-7 * Math.max(1e-3, Math.abs(own)));
    }
  });

  it('has weights for fewer periods than assets, or says that a mix of them has no risk', () => {
    for (const seed of seeds) {
      const problem = { ...history(seed, 6, 4), targetVolatility: 0.12 };
      const outcome = optimize(problem, id);
      const words = outcome.kind === 'solved' ? sumOf(outcome.weights).toFixed(8) : outcome.reason;
      expect(['1.00000000', id === 'riskParity' ? noRiskToShare : '']).toContain(words);
    }
  });

  it('has weights for assets that all move together', () => {
    const { returns } = history(1, 1, 60).scenarios!;
    const same = Float64Array.from({ length: 240 }, (_, at) => returns[Math.floor(at / 4)]! * (1 + (at % 4)));
    const problem: OptimizationProblem = {
      ...history(1, 4, 60),
      covariance: sampleCovariance(same, 60, 4, 252),
      scenarios: { returns: same, periods: 60, periodsPerYear: 252 },
      targetVolatility: 1,
    };
    weightsOf(problem);
  });

  it('says that no asset returns more than the risk-free rate, or does not need one that does', () => {
    const outcome = optimize({ ...history(1, 5, 60), riskFreeRate: 0.9 }, id);
    expect(outcome).toMatchObject(id === 'maxSharpe' ? { code: 'no_excess_return' } : { kind: 'solved' });
  });
});

test.each([1, 2, 4, 5])(
  'a target risk has an answer of that volatility where %d returns span the covariance',
  (periods) => {
    const n = 6;
    for (let seed = 1; seed <= 10; seed++) {
      const { returns } = history(seed, n, periods + 1).scenarios!;
      const covariance = new Float64Array(n * n);
      for (let t = 0; t < periods; t++) {
        for (let at = 0; at < n * n; at++) {
          covariance[at]! += 252 * returns[t * n + Math.floor(at / n)]! * returns[t * n + (at % n)]!;
        }
      }
      const problem = { ...history(seed, n, 60), covariance };
      const least = optimize(problem, 'minVariance');
      if (least.kind !== 'solved') throw new Error(least.reason);
      // next to the least, which is rounding where a mix has no risk, and far from it
      for (const target of [least.volatility * 1.001, least.volatility * 1.2, 1e-5, 1e-4, 0.05]) {
        const outcome = optimize({ ...problem, targetVolatility: target }, 'targetRisk');
        // below a hundred thousandth rounding decides what a mix without risk returns: nothing is proven
        const isUnproven = target < 1e-5 && outcome.kind === 'infeasible' && outcome.code === 'unsolved';
        if (isUnproven) continue;
        expect(outcome).toMatchObject(target >= least.volatility ? { kind: 'solved' } : { code: 'out_of_reach' });
        if (outcome.kind !== 'solved') continue;
        expect(outcome.volatility).toBeLessThanOrEqual(target * (1 + 1e-6) + 1e-8);
      }
    }
  },
);

describe('every method and every kind of limit', () => {
  const n = 3;
  const periods = 60;
  const random = seededRandom(7);
  const returns = Float64Array.from({ length: n * periods }, (_, at) => 0.02 * random.normal() + 0.001 * (at % n));
  const assets = ['A', 'B', 'C'] as AssetId[];
  const base: OptimizationProblem = {
    ...plainProblem(assets, sampleCovariance(returns, periods, n, 252), {
      min: new Float64Array(n),
      max: new Float64Array(n).fill(0.8),
      linear: [],
    }),
    expectedReturns: Float64Array.of(0.1, 0.2, 0.3),
    scenarios: { returns, periods, periodsPerYear: 252 },
    targetReturn: 0.15,
    targetVolatility: 1,
    benchmark: Float64Array.of(0.5, 0.3, 0.2),
    current: Float64Array.of(0.4, 0.3, 0.3),
  };
  const withLimit = {
    box: { limits: { ...base.limits, max: Float64Array.of(0.2, 0.8, 0.8) } },
    linear: {
      limits: {
        ...base.limits,
        linear: [{ label: 'A and B', coefficients: Float64Array.of(1, 1, 0), min: 0, max: 0.35 }],
      },
    },
    turnover: { turnoverLimit: 0.05 },
    cost: { costRate: 0.01 },
    l2: { l2: 0.5 },
    positions: { positions: { mostAssets: 2, minimumPosition: 0.25 } },
    lots: {},
  } as const;
  const answered = (problem: OptimizationProblem, id: OptimizerId) => {
    const outcome = optimize(problem, id);
    if (outcome.kind !== 'solved') throw new Error(outcome.reason);
    return Float64Array.from(outcome.weights, ({ weight }) => weight);
  };
  const traded = (weights: Float64Array) =>
    weights.reduce((sum, weight, i) => sum + Math.abs(weight - base.current![i]!), 0);
  /** Half the variance counts as often as the aversion says where there is a cost, so that both are yearly returns. */
  const halfOf = (
    { covariance, costRate, riskAversion }: OptimizationProblem,
    weights: Float64Array,
    from: Float64Array = new Float64Array(n),
  ) => {
    const away = weights.map((one, i) => one - from[i]!);
    return ((costRate > 0 ? riskAversion : 1) / 2) * dot(away, times(covariance, away));
  };
  /** What a cost or squares are added to. */
  const addedTo: Partial<Record<OptimizerId, (problem: OptimizationProblem, weights: Float64Array) => number>> = {
    minVariance: (problem, weights) => halfOf(problem, weights),
    targetReturn: (problem, weights) => halfOf(problem, weights),
    meanVariance: objectives.meanVariance!,
    minTrackingError: (problem, weights) => halfOf(problem, weights, problem.benchmark!),
  };
  /** By how much the objective with what is added to it is less on the way to other weights within the limits. */
  const missOfLeast = (
    id: OptimizerId,
    weights: Float64Array,
    problem: OptimizationProblem,
    added: (weights: Float64Array) => number,
  ) => {
    // the mean of many optima is none
    if (id === 'resampledEfficiency') return 0;
    const objective = (one: Float64Array) => addedTo[id]!(problem, one) + added(one);
    const own = objective(weights);
    let miss = 0;
    for (let a = 0; a <= 20; a++) {
      for (let b = 0; a + b <= 20; b++) {
        const other = Float64Array.of(a / 20, b / 20, (20 - a - b) / 20);
        const isWithin = Math.max(...other) <= 0.8 && dot(other, base.expectedReturns!) >= base.targetReturn!;
        if (!isWithin) continue;
        for (const step of [1e-3, 1e-2, 0.1, 1]) {
          miss = Math.max(miss, own - objective(weights.map((one, i) => one + step * (other[i]! - one))));
        }
      }
    }
    return miss;
  };
  const keeps = {
    box: (weights: Float64Array) => weights[0]! - 0.2,
    linear: (weights: Float64Array) => weights[0]! + weights[1]! - 0.35,
    turnover: (weights: Float64Array) =>
      weights.reduce((sum, one, i) => sum + Math.abs(one - base.current![i]!), 0) / 2 - 0.05,
    cost: (weights: Float64Array, id: OptimizerId) =>
      Math.max(
        traded(weights) - traded(answered(base, id)),
        missOfLeast(id, weights, { ...base, ...withLimit.cost }, (one) => withLimit.cost.costRate * traded(one)),
      ),
    l2: (weights: Float64Array, id: OptimizerId) =>
      Math.max(
        dot(weights, weights) - dot(answered(base, id), answered(base, id)),
        missOfLeast(id, weights, { ...base, ...withLimit.l2 }, (one) => (withLimit.l2.l2 / 2) * dot(one, one)),
      ),
    // small positions that are held, and how many are held too many
    positions: (weights: Float64Array) =>
      Math.max(weights.filter((one) => one > 1e-9).length - 2, ...weights.map((one) => (one > 1e-9 ? 0.25 - one : 0))),
    lots: (weights: Float64Array) => {
      const prices = Object.fromEntries(assets.map((assetId) => [assetId, '3']));
      const sizes = Object.fromEntries(assets.map((assetId) => [assetId, '1']));
      const plan = lotsOf(
        assets.map((assetId, i) => ({ assetId, weight: weights[i]! })),
        prices,
        { totalUsd: '100', sizes },
      );
      if (typeof plan === 'string') throw new Error(plan);
      // no further from its weight than the lot of 3 that one asset costs
      return Math.max(...plan.bought.map(({ weight }, i) => Math.abs(weight - weights[i]!))) - 0.03;
    },
  };
  const all = optimizers.flatMap((optimizer: Optimizer) =>
    constraintKinds.map((kind) => {
      const support = optimizer.constraints[kind];
      const refused = typeof support === 'object' ? support.refused : '';
      return { id: optimizer.id as OptimizerId, kind, support: refused ? 'refused' : support, refused };
    }),
  );
  const asked = (id: OptimizerId, kind: (typeof constraintKinds)[number]) =>
    optimize({ ...base, ...withLimit[kind] }, id);

  it.each(all.filter(({ refused }) => refused))('$id refuses $kind, and says why', ({ id, kind, refused }) => {
    expect(asked(id, kind)).toMatchObject({ code: 'not_supported', reason: `${kind} is refused: ${refused}` });
  });

  it.each(all.filter(({ refused }) => !refused))('$id keeps $kind: $support', ({ id, kind, support }) => {
    const outcome = asked(id, kind);
    if (outcome.kind !== 'solved') throw new Error(outcome.reason);
    const weights = Float64Array.from(outcome.weights, ({ weight }) => weight);
    expect(keeps[kind](weights, id)).toBeLessThanOrEqual(1e-8);
    // a supported limit is part of the method: nothing is projected
    expect(support === 'supported' && kind !== 'box' ? outcome.projected : null).toBeNull();
  });
});
