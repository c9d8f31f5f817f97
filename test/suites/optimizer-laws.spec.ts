import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { annualizedSampleCovariance } from '../../src/optimization/domain/moments/covariance.js';
import { certify, eigenvalues } from '../../src/optimization/domain/certificate.js';
import type { OptimizationProblem } from '../../src/optimization/domain/optimization-problem.js';
import { optimize } from '../../src/optimization/domain/optimize.js';
import { optimizerIds, type OptimizerId } from '../../src/optimization/domain/optimizers/registry.js';
import type { AssetId } from '../../src/shared/ids.js';

/** What a method minimises; a new method does not compile before its objective stands here. */
const objectives: Record<OptimizerId, (problem: OptimizationProblem, weights: readonly number[]) => number> = {
  minVariance: varianceOf,
};

/** Fixed, so that a run can be repeated; fast-check prints seed and path with every counterexample. */
const seed = 20261125;
const runs = (numRuns: number) => ({ seed, numRuns });

function varianceOf({ covariance }: OptimizationProblem, weights: readonly number[]): number {
  const column = Matrix.columnVector([...weights]);
  return column.transpose().mmul(covariance).mmul(column).get(0, 0);
}

const named = (n: number): AssetId[] => Array.from({ length: n }, (_, i) => `A${i}` as AssetId);

const average = (problem: OptimizationProblem): number => problem.covariance.trace() / problem.assets.length;

function weightsOf(problem: OptimizationProblem, id: OptimizerId): number[] {
  const outcome = optimize(problem, id);
  if (outcome.kind === 'infeasible') throw new Error(outcome.reason);
  return outcome.weights.map(({ weight }) => weight);
}

/** Limits around a point on the budget, so that at least that point is feasible; some touch it. */
const limitsAround = (n: number) =>
  fc
    .array(fc.record({ mass: fc.double({ min: 0.001, max: 1, noNaN: true }), down: share, up: share }), {
      minLength: n,
      maxLength: n,
    })
    .map((assets) => {
      const total = assets.reduce((sum, { mass }) => sum + mass, 0);
      const point = assets.map(({ mass }) => mass / total);
      return {
        point,
        min: assets.map(({ down }, i) => point[i]! * (1 - down)),
        max: assets.map(({ up }, i) => point[i]! + (1 - point[i]!) * up),
      };
    });
const share = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));

const returns = (observations: number, n: number) =>
  fc
    .array(fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: n, maxLength: n }), {
      minLength: observations,
      maxLength: observations,
    })
    .map((rows) => new Matrix(rows));

interface Case {
  readonly problem: OptimizationProblem;
  /** Weights that respect all limits, found without any optimizer. */
  readonly point: readonly number[];
}

/** Feasible problems of any rank: from two observations, that is rank one, to more than there are assets. */
const feasibleCase = (sizes: { min: number; max: number }, spare?: number): fc.Arbitrary<Case> =>
  fc.tuple(fc.integer(sizes), fc.integer({ min: 2, max: 14 })).chain(([n, observations]) =>
    fc.tuple(returns(spare === undefined ? observations : n + spare, n), limitsAround(n)).map(([sample, limits]) => ({
      point: limits.point,
      problem: {
        assets: named(n),
        covariance: annualizedSampleCovariance(sample, 365),
        constraints: { min: limits.min, max: limits.max },
      },
    })),
  );

/** Only where the covariance is far from singular are the best weights unique enough to be compared one by one. */
const assumeUnique = (problem: OptimizationProblem): void => {
  const spectrum = eigenvalues(problem.covariance);
  fc.pre(spectrum[0]! > 1e-6 * spectrum[spectrum.length - 1]!);
};

const rearranged = (problem: OptimizationProblem, order: readonly number[]): OptimizationProblem => ({
  assets: order.map((i) => problem.assets[i]!),
  covariance: problem.covariance.selection([...order], [...order]),
  constraints: {
    min: order.map((i) => problem.constraints.min[i]!),
    max: order.map((i) => problem.constraints.max[i]!),
  },
});

/** The promises that every optimizer in the registry keeps. */
describe.each(optimizerIds)('laws of %s', (id) => {
  const objective = objectives[id];

  test('weights sum to 1 within 1e-9 and never leave their limits', () => {
    fc.assert(
      fc.property(feasibleCase({ min: 1, max: 9 }), ({ problem }) => {
        const weights = weightsOf(problem, id);
        expect(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThanOrEqual(1e-9);
        weights.forEach((weight, i) => {
          expect(weight).toBeGreaterThanOrEqual(problem.constraints.min[i]!);
          expect(weight).toBeLessThanOrEqual(problem.constraints.max[i]!);
        });
      }),
      runs(300),
    );
  });

  test('an independent check of the answer finds residuals and gap of at most 1e-9', () => {
    fc.assert(
      fc.property(feasibleCase({ min: 1, max: 9 }), ({ problem }) => {
        const { certificate } = certify(problem, weightsOf(problem, id));
        expect(certificate.primalResidual).toBeLessThanOrEqual(1e-9);
        expect(certificate.dualResidual).toBeLessThanOrEqual(1e-9);
        expect(certificate.complementarity).toBeLessThanOrEqual(1e-9);
        expect(certificate.dualityGap).toBeLessThanOrEqual(1e-9);
      }),
      runs(300),
    );
  });

  test('no feasible point is better on the objective of the method', () => {
    fc.assert(
      fc.property(feasibleCase({ min: 2, max: 9 }), ({ problem, point }) => {
        const gain = objective(problem, weightsOf(problem, id)) - objective(problem, point);
        // twice the certified gap of half the variance, against the average variance
        expect(gain).toBeLessThanOrEqual(2e-9 * average(problem));
      }),
      runs(300),
    );
  });

  test('three assets are at least as good as every point of a fine grid', () => {
    const step = 1 / 200;
    fc.assert(
      fc.property(feasibleCase({ min: 3, max: 3 }), ({ problem, point }) => {
        const { min, max } = problem.constraints;
        const inside = (w: number, i: number) => w >= min[i]! && w <= max[i]!;
        let bestOfGrid = objective(problem, point);
        for (let first = min[0]!; first <= max[0]!; first += step) {
          for (let second = min[1]!; second <= max[1]!; second += step) {
            const third = 1 - first - second;
            if (inside(third, 2)) bestOfGrid = Math.min(bestOfGrid, objective(problem, [first, second, third]));
          }
        }
        const found = objective(problem, weightsOf(problem, id));
        expect(found).toBeLessThanOrEqual(bestOfGrid + 2e-9 * average(problem));
      }),
      runs(20),
    );
  });

  test('the order of the assets does not matter', () => {
    const permuted = feasibleCase({ min: 2, max: 8 }, 8).chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.shuffledSubarray(
          one.problem.assets.map((_, i) => i),
          { minLength: one.problem.assets.length },
        ),
      ),
    );
    fc.assert(
      fc.property(permuted, ([{ problem }, order]) => {
        assumeUnique(problem);
        const weights = weightsOf(problem, id);
        const other = weightsOf(rearranged(problem, order), id);
        order.forEach((i, k) => expect(Math.abs(other[k]! - weights[i]!)).toBeLessThanOrEqual(1e-8));
      }),
      runs(200),
    );
  });

  test('the order of the assets does not matter where weights are undetermined, but for the last digits', () => {
    fc.assert(
      fc.property(feasibleCase({ min: 2, max: 8 }), ({ problem }) => {
        const order = problem.assets.map((_, i) => i).reverse();
        const weights = weightsOf(problem, id);
        const other = weightsOf(rearranged(problem, order), id);
        order.forEach((i, k) => expect(Math.abs(other[k]! - weights[i]!)).toBeLessThanOrEqual(1e-5));
      }),
      runs(200),
    );
  });

  test('the scale of the covariance does not matter, from 1e-8 to 1e8', () => {
    fc.assert(
      fc.property(feasibleCase({ min: 2, max: 8 }, 8), fc.integer({ min: -8, max: 8 }), ({ problem }, exponent) => {
        assumeUnique(problem);
        const scaled = { ...problem, covariance: Matrix.mul(problem.covariance, 10 ** exponent) };
        const weights = weightsOf(problem, id);
        weightsOf(scaled, id).forEach((weight, i) => expect(Math.abs(weight - weights[i]!)).toBeLessThanOrEqual(1e-8));
      }),
      runs(200),
    );
  });

  test('the same problem gives the same bytes', () => {
    fc.assert(
      fc.property(feasibleCase({ min: 1, max: 8 }), ({ problem }) => {
        expect(JSON.stringify(optimize(problem, id))).toBe(JSON.stringify(optimize(problem, id)));
      }),
      runs(50),
    );
  });

  test('an asset that is listed twice changes nothing but its share, which the two divide equally', () => {
    fc.assert(
      fc.property(feasibleCase({ min: 2, max: 6 }, 8), ({ problem }) => {
        assumeUnique(problem);
        const n = problem.assets.length;
        const order = [...problem.assets.keys(), 0];
        const doubled = rearranged(problem, order);
        const { min, max } = doubled.constraints;
        const halved = (limits: readonly number[]) =>
          limits.map((limit, i) => (i === 0 || i === n ? limit / 2 : limit));
        const twins = {
          ...doubled,
          assets: named(n + 1),
          constraints: { min: halved(min), max: halved(max) },
        };
        const weights = weightsOf(twins, id);
        const single = weightsOf(problem, id);
        expect(Math.abs(weights[0]! + weights[n]! - single[0]!)).toBeLessThanOrEqual(1e-7);
        expect(Math.abs(weights[0]! - weights[n]!)).toBeLessThanOrEqual(1e-5);
      }),
      runs(200),
    );
  });

  test('perfectly correlated assets are certified like any others', () => {
    const volatilities = fc.array(fc.double({ min: 0.05, max: 1.5, noNaN: true }), { minLength: 2, maxLength: 7 });
    fc.assert(
      fc.property(
        volatilities.chain((sigma) => fc.tuple(fc.constant(sigma), limitsAround(sigma.length))),
        ([sigma, { min, max }]) => {
          const column = Matrix.columnVector(sigma);
          const problem = {
            assets: named(sigma.length),
            covariance: column.mmul(column.transpose()),
            constraints: { min, max },
          };
          expect(optimize(problem, id).kind).toBe('solved');
        },
      ),
      runs(200),
    );
  });

  test('a single asset gets everything', () => {
    const problem = {
      assets: named(1),
      covariance: new Matrix([[0.25]]),
      constraints: { min: [0], max: [1] },
    };
    expect(weightsOf(problem, id)).toEqual([1]);
  });

  test('prices that never moved still give feasible weights without NaN', () => {
    const problem = {
      assets: named(3),
      covariance: Matrix.zeros(3, 3),
      constraints: { min: [0.5, 0, 0], max: [0.6, 0.3, 0.3] },
    };
    const weights = weightsOf(problem, id);
    expect(weights.every(Number.isFinite)).toBe(true);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  test('limits that cannot hold are infeasible with a reason, never NaN', () => {
    const limits = fc.record({
      n: fc.integer({ min: 1, max: 6 }),
      total: fc.double({ min: 0.1, max: 0.99, noNaN: true }),
    });
    fc.assert(
      fc.property(limits, ({ n, total }) => {
        const problem = {
          assets: named(n),
          covariance: Matrix.eye(n),
          constraints: { min: new Array<number>(n).fill(0), max: new Array<number>(n).fill(total / n) },
        };
        const outcome = optimize(problem, id);
        expect(outcome.kind).toBe('infeasible');
        expect(outcome.kind === 'infeasible' && outcome.reason).toMatch(/upper limits add up to 0\.\d/);
      }),
      runs(50),
    );
  });
});
