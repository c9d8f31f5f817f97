import fc from 'fast-check';
import {
  atRiskTolerance,
  atTargetReturn,
  atTargetVolatility,
  maxSharpePoint,
  minVariancePoint,
  type Frontier,
  type FrontierPoint,
  type FrontierQuery,
} from '../../../../src/optimization/domain/frontier.js';
import { criticalLine, type FrontierProblem } from '../../../../src/optimization/domain/solvers/critical-line.js';
import { sampleCovariance } from '../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import { baileyLopezDePrado } from '../../../support/published-frontiers.js';

const runs = (numRuns: number) => ({ seed: 20261125, numRuns });

function frontierOf(problem: FrontierProblem): Frontier {
  const outcome = criticalLine(problem);
  if (outcome.kind !== 'frontier') throw new Error(outcome.reason);
  return { turningPoints: outcome.turningPoints, covariance: problem.covariance };
}

function pointOf(query: FrontierQuery): FrontierPoint {
  if (query.kind !== 'point') throw new Error(query.reason);
  return query.point;
}

const problemOf = (returns: number[], covariance: number[], max = 1): FrontierProblem => ({
  expectedReturns: Float64Array.from(returns),
  covariance: Float64Array.from(covariance),
  min: new Float64Array(returns.length),
  max: new Float64Array(returns.length).fill(max),
});

const measured = ({ expectedReturns, covariance }: FrontierProblem, weights: ArrayLike<number>) => {
  const n = expectedReturns.length;
  let [expectedReturn, variance] = [0, 0];
  for (let i = 0; i < n; i++) {
    expectedReturn += weights[i]! * expectedReturns[i]!;
    for (let j = 0; j < n; j++) variance += weights[i]! * weights[j]! * covariance[i * n + j]!;
  }
  return { expectedReturn, volatility: Math.sqrt(Math.max(0, variance)) };
};

describe('published portfolios of highest Sharpe ratio', () => {
  test('ten assets: Bailey & López de Prado 2013 find a ratio of 4.4535', () => {
    const { weights, expectedReturn, volatility } = pointOf(maxSharpePoint(frontierOf(baileyLopezDePrado.problem), 0));
    expect(expectedReturn / volatility).toBeCloseTo(4.4535, 4);
    // digits of the package portfolio-allocation
    [0.08397318948217423, 0.04890598613711377, 0, 0.21830925954049477, 0.0016773041709357821].forEach((weight, i) =>
      expect(weights[i]).toBeCloseTo(weight, 8),
    );
  });

  test('six assets: Kwan & Yuan, Optimal Portfolio Selection Without Short Sales', () => {
    const deviations = [0.1, 0.25, 0.18, 0.12, 0.08, 0.16];
    const correlations = [
      [1, 0.4, -0.1, 0.2, 0.2, 0.3],
      [0.4, 1, 0.3, 0.3, 0.1, 0.2],
      [-0.1, 0.3, 1, 0.2, -0.2, 0.3],
      [0.2, 0.3, 0.2, 1, 1, 0.1],
      [0.2, 0.1, -0.2, 1, 1, 0.2],
      [0.3, 0.2, 0.3, 0.1, 0.2, 1],
    ];
    const covariance = correlations.flatMap((row, i) => row.map((value, j) => value * deviations[i]! * deviations[j]!));
    const problem = problemOf([0.15, 0.18, 0.2, 0.11, 0.13, 0.12], covariance);
    const { weights } = pointOf(maxSharpePoint(frontierOf(problem), 0.08));
    [0.3318, 0, 0.2443, 0, 0.4239, 0].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 4));
  });

  test('two assets: Kopman & Liu, Maximizing the Sharpe Ratio and Information Ratio in the Barra Optimizer', () => {
    const { weights } = pointOf(maxSharpePoint(frontierOf(problemOf([0.05, 0.1], [0.05, 0.02, 0.02, 0.07])), 0));
    [0.2727, 0.7273].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 4));
  });
});

describe('two uncorrelated assets of returns 20 % and 10 %, variances 0.01 and 0.04', () => {
  const frontier = frontierOf(problemOf([0.2, 0.1], [0.01, 0, 0, 0.04]));

  test('the least variance is at 80 to 20', () => {
    expect(minVariancePoint(frontier).weights[0]).toBeCloseTo(0.8, 14);
  });

  test('a target return between the corners is met exactly, one below is met by the least variance', () => {
    const { weights, volatility, expectedReturn } = pointOf(atTargetReturn(frontier, 0.19));
    expect(weights[0]).toBeCloseTo(0.9, 14);
    expect(expectedReturn).toBeCloseTo(0.19, 14);
    expect(volatility).toBeCloseTo(Math.sqrt(0.81 * 0.01 + 0.01 * 0.04), 14);
    expect(pointOf(atTargetReturn(frontier, 0.05)).weights[0]).toBeCloseTo(0.8, 14);
  });

  test('a target volatility between the corners is met exactly, one above is met by the highest return', () => {
    const { weights } = pointOf(atTargetVolatility(frontier, Math.sqrt(0.81 * 0.01 + 0.01 * 0.04)));
    expect(weights[0]).toBeCloseTo(0.9, 13);
    expect([...pointOf(atTargetVolatility(frontier, 5)).weights]).toEqual([1, 0]);
  });

  test('a risk tolerance between the corners gives (0.04 + 0.1 lambda) / 0.05 of the first', () => {
    expect(atRiskTolerance(frontier, 0.05).weights[0]).toBeCloseTo(0.9, 14);
    expect([...atRiskTolerance(frontier, 7).weights]).toEqual([1, 0]);
    expect(atRiskTolerance(frontier, 0).weights[0]).toBeCloseTo(0.8, 14);
  });

  test('the highest Sharpe ratio shares by excess return over variance', () => {
    // 0.15 / 0.01 to 0.05 / 0.04
    expect(pointOf(maxSharpePoint(frontier, 0.05)).weights[0]).toBeCloseTo(15 / 16.25, 13);
  });

  test('what no portfolio reaches is said with what is possible', () => {
    expect(atTargetReturn(frontier, 0.21)).toEqual({
      kind: 'unreachable',
      reason: 'no portfolio reaches a return of 0.21: the highest is 0.2',
    });
    expect(atTargetVolatility(frontier, 0.05)).toMatchObject({ kind: 'unreachable' });
    expect(maxSharpePoint(frontier, 0.2)).toEqual({
      kind: 'unreachable',
      reason: 'no portfolio reaches a return above the risk-free rate of 0.2: the highest is 0.2',
    });
  });
});

test('a portfolio without risk that returns more than the rate is the answer to the highest Sharpe ratio', () => {
  const frontier = frontierOf(problemOf([0.1, 0.03], [0.04, 0, 0, 0]));
  expect(pointOf(maxSharpePoint(frontier, 0.02))).toMatchObject({ volatility: 0, expectedReturn: 0.03 });
});

test('where weights stay while the risk tolerance falls, every question still has its answer', () => {
  // Sharpe's example, whose second and third corner are the same weights
  const problem = {
    ...problemOf([2.8, 6.3, 10.8], [1, 2.96, 2.31, 2.96, 54.76, 39.886, 2.31, 39.886, 237.16], 0.5),
    min: new Float64Array(3).fill(0.2),
  };
  const frontier = frontierOf(problem);
  const kink = measured(problem, [0.2, 0.5, 0.3]);
  expect([...atRiskTolerance(frontier, 11.3).weights]).toEqual([0.2, 0.5, expect.closeTo(0.3, 14)]);
  expect(pointOf(atTargetReturn(frontier, kink.expectedReturn)).weights[1]).toBeCloseTo(0.5, 12);
  expect(pointOf(atTargetVolatility(frontier, kink.volatility)).weights[1]).toBeCloseTo(0.5, 12);
});

describe('laws', () => {
  const randomProblem = (seed: number, n: number, periods: number): FrontierProblem => {
    const random = seededRandom(seed);
    const returns = new Float64Array(n * periods).map(() => random.normal() / 20);
    return {
      ...problemOf(
        Array.from({ length: n }, () => random.normal() / 10),
        [...sampleCovariance(returns, periods, n, 52)],
        Math.max(0.5, 2 / n),
      ),
    };
  };
  const cases = fc.record({
    seed: fc.nat(1e6),
    n: fc.integer({ min: 2, max: 8 }),
    periods: fc.integer({ min: 3, max: 20 }),
  });

  test('a point has the return and volatility of its weights, and meets its target', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), ({ seed, n, periods }, share) => {
        const problem = randomProblem(seed, n, periods);
        const frontier = frontierOf(problem);
        const [top, bottom] = [frontier.turningPoints[0]!, frontier.turningPoints.at(-1)!];
        const ofReturn = bottom.expectedReturn + share * (top.expectedReturn - bottom.expectedReturn);
        const ofVolatility = bottom.volatility + share * (top.volatility - bottom.volatility);
        const byReturn = pointOf(atTargetReturn(frontier, ofReturn));
        const byVolatility = pointOf(atTargetVolatility(frontier, ofVolatility));
        expect(byReturn.expectedReturn).toBeCloseTo(ofReturn, 12);
        expect(byVolatility.volatility).toBeCloseTo(ofVolatility, 9);
        for (const point of [byReturn, byVolatility]) {
          const { expectedReturn, volatility } = measured(problem, point.weights);
          expect(point.expectedReturn).toBeCloseTo(expectedReturn, 12);
          expect(point.volatility).toBeCloseTo(volatility, 7);
        }
      }),
      runs(300),
    );
  });

  const thirds = Array.from({ length: 101 * 101 }, (_, k) => [Math.floor(k / 101) / 100, (k % 101) / 100])
    .filter(([a, b]) => a! + b! <= 1)
    .map(([a, b]) => [a!, b!, 1 - a! - b!]);

  test('three assets: no point of a fine grid beats the frontier', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 0, max: 1, noNaN: true }), (seed, share) => {
        const problem = randomProblem(seed, 3, 12);
        const frontier = frontierOf(problem);
        const [top, bottom] = [frontier.turningPoints[0]!, frontier.turningPoints.at(-1)!];
        const target = bottom.expectedReturn + share * (top.expectedReturn - bottom.expectedReturn);
        const atReturn = pointOf(atTargetReturn(frontier, target));
        const sharpe = maxSharpePoint(frontier, 0);
        const ratio = sharpe.kind === 'point' ? sharpe.point.expectedReturn / sharpe.point.volatility : 0;
        const grid = thirds
          .filter((weights) => weights.every((weight, i) => weight <= problem.max[i]!))
          .map((weights) => measured(problem, weights));
        const best = Math.max(...grid.map(({ expectedReturn, volatility }) => expectedReturn / volatility));
        expect(best).toBeLessThanOrEqual(ratio + 1e-9);
        const least = grid.filter(({ expectedReturn }) => expectedReturn >= target).map(({ volatility }) => volatility);
        expect(Math.min(...least)).toBeGreaterThanOrEqual(atReturn.volatility - 1e-9);
      }),
      runs(15),
    );
  });

  test('the ratio of the answer is at least that of points all along the frontier', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: -0.1, max: 0.1, noNaN: true }), ({ seed, n, periods }, rate) => {
        const frontier = frontierOf(randomProblem(seed, n, periods));
        const answer = maxSharpePoint(frontier, rate);
        const [top, bottom] = [frontier.turningPoints[0]!, frontier.turningPoints.at(-1)!];
        expect(answer.kind).toBe(top.expectedReturn > rate ? 'point' : 'unreachable');
        // without risk there is no ratio
        fc.pre(answer.kind === 'point' && answer.point.volatility > 1e-6);
        const ratioOf = (point: FrontierPoint) => (point.expectedReturn - rate) / point.volatility;
        const best = ratioOf(pointOf(answer));
        for (let k = 0; k <= 50; k++) {
          const target = bottom.expectedReturn + (k / 50) * (top.expectedReturn - bottom.expectedReturn);
          const ratio = ratioOf(pointOf(atTargetReturn(frontier, target)));
          expect(ratio).toBeLessThanOrEqual(best + 1e-9 * Math.abs(best));
        }
      }),
      runs(200),
    );
  });
});
