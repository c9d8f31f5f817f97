import fc from 'fast-check';
import { criticalLine, type FrontierProblem } from '../../../../../src/optimization/domain/solvers/critical-line.js';
import { sampleCovariance } from '../../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import { publishedFrontiers } from '../../../../support/published-frontiers.js';

const runs = (numRuns: number) => ({ seed: 20261125, numRuns });

function cornersOf(problem: FrontierProblem) {
  const outcome = criticalLine(problem);
  if (outcome.kind !== 'frontier') throw new Error(outcome.reason);
  return outcome.turningPoints;
}

const box = (n: number, min = 0, max = 1) => ({
  min: new Float64Array(n).fill(min),
  max: new Float64Array(n).fill(max),
});
const problemOf = (returns: number[], covariance: number[][], limits = box(returns.length)): FrontierProblem => ({
  expectedReturns: Float64Array.from(returns),
  covariance: Float64Array.from(covariance.flat()),
  ...limits,
});

const sizeOf = ({ covariance, expectedReturns }: FrontierProblem) => {
  const n = expectedReturns.length;
  const variance = expectedReturns.reduce((sum, _, i) => sum + covariance[i * n + i]!, 0) / n;
  return { n, variance: variance || 1, spread: Math.max(...expectedReturns) - Math.min(...expectedReturns) || 1 };
};

/** By how much the marginal gains miss the optimality conditions, in relation to their size; knows nothing of the walk. */
function missOfOptimality(problem: FrontierProblem, weights: Float64Array, lambda: number): number {
  const { n, variance, spread } = sizeOf(problem);
  let [ofFalling, ofRising] = [-Infinity, Infinity];
  for (let i = 0; i < n; i++) {
    let gain = -lambda * problem.expectedReturns[i]!;
    for (let j = 0; j < n; j++) gain += problem.covariance[i * n + j]! * weights[j]!;
    if (weights[i]! > problem.min[i]! + 1e-10) ofFalling = Math.max(ofFalling, gain);
    if (weights[i]! < problem.max[i]! - 1e-10) ofRising = Math.min(ofRising, gain);
  }
  return Math.max(0, (ofFalling - ofRising) / (variance + lambda * spread));
}

describe('published examples', () => {
  test.each(publishedFrontiers)('$source', ({ problem, corners }) => {
    const found = cornersOf(problem);
    expect(found).toHaveLength(corners.length);
    corners.forEach(({ weights, lambda }, k) => {
      weights.forEach((weight, i) => expect(found[k]!.weights[i]).toBeCloseTo(weight, 12));
      expect(Math.abs(found[k]!.lambda - lambda)).toBeLessThanOrEqual(1e-11 * Math.max(1, lambda));
    });
  });
});

describe('by hand', () => {
  test('two uncorrelated assets: from the better one to the shares inverse to the variances', () => {
    // free weights: w1 = (v2 + lambda (m1 - m2)) / (v1 + v2) = (0.04 + 0.1 lambda) / 0.05, which is 1 at lambda 0.1
    const corners = cornersOf(
      problemOf(
        [0.2, 0.1],
        [
          [0.01, 0],
          [0, 0.04],
        ],
      ),
    );
    expect(corners.map(({ lambda }) => lambda)).toEqual([expect.closeTo(0.1, 14), 0]);
    expect([...corners[0]!.weights]).toEqual([1, 0]);
    expect(corners[1]!.weights[0]).toBeCloseTo(0.8, 14);
    expect(corners[1]!.expectedReturn).toBeCloseTo(0.18, 14);
    expect(corners[1]!.volatility).toBeCloseTo(Math.sqrt(0.64 * 0.01 + 0.04 * 0.04), 14);
    expect(corners.map(({ free }) => free)).toEqual([[0], [0, 1]]);
  });

  test('a single asset is the whole frontier', () => {
    const corners = cornersOf(problemOf([0.1], [[0.25]]));
    expect(corners).toEqual([
      { weights: Float64Array.of(1), expectedReturn: 0.1, volatility: 0.5, lambda: 0, free: [0] },
    ]);
  });

  test('limits that leave one choice are the whole frontier', () => {
    const limits = { min: Float64Array.of(0.4, 0.6), max: Float64Array.of(1, 1) };
    const corners = cornersOf(
      problemOf(
        [0.1, 0.2],
        [
          [1, 0],
          [0, 1],
        ],
        limits,
      ),
    );
    expect(corners).toHaveLength(1);
    expect([...corners[0]!.weights]).toEqual([0.4, 0.6]);
  });

  test('upper limits that add up to 1 leave one portfolio, whatever the risk tolerance', () => {
    const limits = { min: Float64Array.of(0, 0), max: Float64Array.of(0.6, 0.4) };
    const corners = cornersOf(
      problemOf(
        [0.1, 0.2],
        [
          [1, 0],
          [0, 1],
        ],
        limits,
      ),
    );
    for (const { weights } of corners) expect([...weights]).toEqual([0.6, 0.4]);
  });

  test('returns that are all the same leave the portfolio of least variance', () => {
    const corners = cornersOf(
      problemOf(
        [0.1, 0.1, 0.1],
        [
          [0.01, 0, 0],
          [0, 0.02, 0],
          [0, 0, 0.04],
        ],
      ),
    );
    expect(corners).toHaveLength(1);
    [4, 2, 1].forEach((share, i) => expect(corners[0]!.weights[i]).toBeCloseTo(share / 7, 13));
  });

  test('among equal highest returns the first corner is the one of least variance', () => {
    const corners = cornersOf(
      problemOf(
        [0.2, 0.2, 0.1],
        [
          [0.01, 0, 0],
          [0, 0.03, 0],
          [0, 0, 0.02],
        ],
      ),
    );
    expect(corners[0]!.weights[0]).toBeCloseTo(0.75, 13);
    expect(corners[0]!.weights[1]).toBeCloseTo(0.25, 13);
    expect(corners[0]!.weights[2]).toBe(0);
  });

  test('cash takes all at no risk tolerance, and the last corner is the one of highest return without risk', () => {
    const corners = cornersOf(
      problemOf(
        [0.1, 0.02, 0.03],
        [
          [0.04, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
      ),
    );
    expect(corners.at(-1)).toMatchObject({ expectedReturn: 0.03, volatility: 0, lambda: 0 });
  });

  test('prices that never moved leave the highest return', () => {
    const corners = cornersOf({
      expectedReturns: Float64Array.of(0.1, 0.2),
      covariance: new Float64Array(4),
      ...box(2),
    });
    expect(corners).toHaveLength(1);
    expect([...corners[0]!.weights]).toEqual([0, 1]);
  });

  test('of two identical assets the first is used, and the second once the first is full', () => {
    const twins = (max: number) =>
      cornersOf(
        problemOf(
          [0.2, 0.2, 0.1],
          [
            [0.04, 0.04, 0],
            [0.04, 0.04, 0],
            [0, 0, 0.01],
          ],
          box(3, 0, max),
        ),
      );
    expect(twins(1).every(({ weights }) => weights[1] === 0)).toBe(true);
    expect([...twins(0.6)[0]!.weights]).toEqual([0.6, 0.4, 0]);
  });
});

describe('laws', () => {
  /** Limits around a point of the budget, and returns and covariances with ties, twins and any rank. */
  const problems = (sizes: { min: number; max: number }): fc.Arbitrary<FrontierProblem> =>
    fc
      .record({
        n: fc.integer(sizes),
        periods: fc.integer({ min: 2, max: 14 }),
        seed: fc.nat(0xffffffff),
        isCoarse: fc.boolean(),
        hasTwins: fc.boolean(),
        hasTies: fc.boolean(),
        width: fc.constantFrom(0, 0.3, 1),
      })
      .map(({ n, periods, seed, isCoarse, hasTwins, hasTies, width }) => {
        const random = seededRandom(seed);
        const coarse = () => Math.floor(3 * random.uniform()) - 1;
        const returns = new Float64Array(n * periods).map(() => (isCoarse ? coarse() : random.normal() / 10));
        for (let i = 1; hasTwins && i < n; i++) {
          if (random.uniform() < 0.3) for (let t = 0; t < periods; t++) returns[t * n + i] = returns[t * n]!;
        }
        const shares = new Float64Array(n).map(() => random.uniform());
        const total = shares.reduce((sum, share) => sum + share, 0);
        return {
          expectedReturns: new Float64Array(n).map(() => (hasTies ? coarse() / 10 : random.normal() / 10)),
          covariance: sampleCovariance(returns, periods, n, 365),
          min: shares.map((share) => (share / total) * (1 - width * random.uniform())),
          max: shares.map((share) => share / total + (1 - share / total) * width * random.uniform()),
        };
      });

  test('every corner keeps the limits, sums to 1 and is optimal for its risk tolerance', () => {
    fc.assert(
      fc.property(problems({ min: 1, max: 12 }), (problem) => {
        for (const { weights, lambda } of cornersOf(problem)) {
          expect(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThanOrEqual(1e-12);
          weights.forEach((weight, i) => {
            expect(weight).toBeGreaterThanOrEqual(problem.min[i]!);
            expect(weight).toBeLessThanOrEqual(problem.max[i]!);
          });
          expect(missOfOptimality(problem, weights, lambda)).toBeLessThanOrEqual(1e-9);
        }
      }),
      runs(1_000),
    );
  });

  test('risk tolerance, return and volatility fall from corner to corner, and half the variance bends like lambda', () => {
    fc.assert(
      fc.property(problems({ min: 2, max: 10 }), (problem) => {
        const { variance, spread } = sizeOf(problem);
        const corners = cornersOf(problem);
        corners.slice(1).forEach((below, k) => {
          const above = corners[k]!;
          expect(above.lambda).toBeGreaterThan(below.lambda);
          expect(above.expectedReturn - below.expectedReturn).toBeGreaterThanOrEqual(-1e-9 * spread);
          expect(above.volatility - below.volatility).toBeGreaterThanOrEqual(-1e-9 * Math.sqrt(variance));
          // convex: the chord's slope lies between the slopes at its ends
          const rise = (above.volatility ** 2 - below.volatility ** 2) / 2;
          const run = above.expectedReturn - below.expectedReturn;
          const slack = 1e-8 * (variance + above.lambda * spread);
          expect(rise).toBeLessThanOrEqual(above.lambda * run + slack);
          expect(rise).toBeGreaterThanOrEqual(below.lambda * run - slack);
        });
      }),
      runs(500),
    );
  });

  test('the walk between neighbours is optimal too', () => {
    fc.assert(
      fc.property(problems({ min: 2, max: 8 }), fc.double({ min: 0, max: 1, noNaN: true }), (problem, share) => {
        const corners = cornersOf(problem);
        corners.slice(1).forEach((below, k) => {
          const above = corners[k]!;
          const weights = below.weights.map((weight, i) => weight + share * (above.weights[i]! - weight));
          const lambda = below.lambda + share * (above.lambda - below.lambda);
          expect(missOfOptimality(problem, weights, lambda)).toBeLessThanOrEqual(1e-8);
        });
      }),
      runs(300),
    );
  });

  const wellConditioned = (seed: number, n: number): FrontierProblem => {
    const random = seededRandom(seed);
    const covariance = sampleCovariance(
      new Float64Array(5 * n * n).map(() => random.normal() / 10),
      5 * n,
      n,
      365,
    );
    return { expectedReturns: new Float64Array(n).map(() => random.uniform() / 5), covariance, ...box(n, 0, 0.7) };
  };

  test('the order of the assets does not matter', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 9 }), (seed, n) => {
        const problem = wellConditioned(seed, n);
        const order = [...Array(n).keys()].reverse();
        const corners = cornersOf(problem);
        const others = cornersOf({
          ...problem,
          expectedReturns: Float64Array.from(order, (i) => problem.expectedReturns[i]!),
          covariance: Float64Array.from(order.flatMap((i) => order.map((j) => problem.covariance[i * n + j]!))),
        });
        expect(others).toHaveLength(corners.length);
        corners.forEach(({ weights }, k) =>
          order.forEach((i, p) => expect(Math.abs(others[k]!.weights[p]! - weights[i]!)).toBeLessThanOrEqual(1e-10)),
        );
      }),
      runs(200),
    );
  });

  test('the scales of covariance and returns do not matter, from 1e-8 to 1e8', () => {
    const exponent = fc.integer({ min: -8, max: 8 });
    fc.assert(
      fc.property(fc.nat(1e6), exponent, exponent, (seed, ofVariance, ofReturns) => {
        const problem = wellConditioned(seed, 6);
        const corners = cornersOf(problem);
        const scaled = cornersOf({
          ...problem,
          expectedReturns: problem.expectedReturns.map((value) => value * 10 ** ofReturns),
          covariance: problem.covariance.map((value) => value * 10 ** ofVariance),
        });
        expect(scaled).toHaveLength(corners.length);
        corners.forEach(({ weights, lambda }, k) => {
          weights.forEach((weight, i) => expect(Math.abs(scaled[k]!.weights[i]! - weight)).toBeLessThanOrEqual(1e-10));
          const relative = scaled[k]!.lambda / 10 ** (ofVariance - ofReturns);
          expect(Math.abs(relative - lambda)).toBeLessThanOrEqual(1e-9 * Math.max(1, lambda));
        });
      }),
      runs(200),
    );
  });

  test('an asset listed twice changes no return and no volatility', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 8 }), (seed, n) => {
        const problem = { ...wellConditioned(seed, n), ...box(n) };
        const order = [...Array(n).keys(), 0];
        const corners = cornersOf(problem);
        const twins = cornersOf({
          expectedReturns: Float64Array.from(order, (i) => problem.expectedReturns[i]!),
          covariance: Float64Array.from(order.flatMap((i) => order.map((j) => problem.covariance[i * n + j]!))),
          ...box(n + 1),
        });
        expect(twins).toHaveLength(corners.length);
        corners.forEach(({ expectedReturn, volatility }, k) => {
          expect(twins[k]!.expectedReturn).toBeCloseTo(expectedReturn, 9);
          expect(twins[k]!.volatility).toBeCloseTo(volatility, 9);
        });
      }),
      runs(200),
    );
  });

  test('perfectly correlated assets have a frontier', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 7 }), (volatilities) => {
        const n = volatilities.length;
        const covariance = Float64Array.from(volatilities.flatMap((a) => volatilities.map((b) => (a * b) / 400)));
        const expectedReturns = Float64Array.from(volatilities, (a, i) => a / 50 + (i % 2) / 10);
        const problem = { expectedReturns, covariance, ...box(n) };
        for (const { weights, lambda } of cornersOf(problem)) {
          expect(missOfOptimality(problem, weights, lambda)).toBeLessThanOrEqual(1e-9);
        }
      }),
      runs(200),
    );
  });

  test('two hundred assets of fifty returns have a frontier that ends without risk', () => {
    const random = seededRandom(5);
    const covariance = sampleCovariance(
      new Float64Array(200 * 50).map(() => random.normal()),
      50,
      200,
      1,
    );
    const problem = { expectedReturns: new Float64Array(200).map(() => random.normal()), covariance, ...box(200) };
    const corners = cornersOf(problem);
    expect(corners.length).toBeGreaterThan(40);
    for (const { weights, lambda } of corners) {
      expect(missOfOptimality(problem, weights, lambda)).toBeLessThanOrEqual(1e-9);
    }
  });
});

describe('what cannot be', () => {
  const identity = [
    [1, 0],
    [0, 1],
  ];

  test('limits that cannot hold are answered in words', () => {
    expect(criticalLine(problemOf([1, 2], identity, box(2, 0.6, 1)))).toEqual({
      kind: 'infeasible',
      reason: 'weights must sum to 1, but the lower limits add up to 1.2',
    });
    expect(criticalLine(problemOf([1, 2], identity, box(2, 0, 0.4)))).toEqual({
      kind: 'infeasible',
      reason: 'weights must sum to 1, but the upper limits add up to 0.8',
    });
    expect(criticalLine(problemOf([1, 2], identity, box(2, 0.5, 0.4)))).toMatchObject({ kind: 'infeasible' });
  });

  test('a matrix that turns out to be no covariance is answered in words, not with weights', () => {
    const indefinite = [
      [-1, 0.5],
      [0.5, 1.5],
    ];
    expect(criticalLine(problemOf([1, 2], indefinite))).toMatchObject({
      kind: 'unsolved',
      reason: expect.stringContaining('positive semi-definite') as string,
    });
  });

  test('sizes that differ and numbers that are not finite are refused', () => {
    expect(() => criticalLine({ ...problemOf([1, 2], identity), min: new Float64Array(3) })).toThrow(
      InvariantViolation,
    );
    expect(() => criticalLine(problemOf([1, NaN], identity))).toThrow(InvariantViolation);
    expect(() => criticalLine(problemOf([], []))).toThrow(InvariantViolation);
  });
});
