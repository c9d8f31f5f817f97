import { atRiskTolerance, atTargetReturn } from '../../../../../src/optimization/domain/frontier.js';
import { solvePositions, type BoxSolver } from '../../../../../src/optimization/domain/integer.js';
import type { Limits } from '../../../../../src/optimization/domain/limits.js';
import { plainProblem } from '../../../../../src/optimization/domain/optimization-problem.js';
import { within } from '../../../../../src/optimization/domain/optimizers/projected.js';
import { criticalLine } from '../../../../../src/optimization/domain/solvers/critical-line.js';
import type { QuadraticProgram, Row } from '../../../../../src/optimization/domain/solvers/program.js';
import {
  objectiveOf,
  solveQuadraticProgram,
  type QuadraticSolution,
} from '../../../../../src/optimization/domain/solvers/quadratic-program.js';
import { sampleCovariance } from '../../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';
import { times } from '../../../../../src/shared/vectors.js';
import type { AssetId } from '../../../../../src/shared/ids.js';
import { missesOf, worstOf } from '../../../../../tools/differential/optimality.js';
import { marketReturns } from '../../../../../tools/differential/scenario-problems.js';

const budget = (n: number): Row => ({ coefficients: new Float64Array(n).fill(1), min: 1, max: 1 });

function momentsOf(seed: number, n: number) {
  const periods = 2 * n + 60;
  const returns = marketReturns(seededRandom(seed), periods, n);
  const means = new Float64Array(n);
  returns.forEach((value, at) => (means[at % n]! += (value * 252) / periods));
  return { expectedReturns: means, covariance: sampleCovariance(returns, periods, n, 252) };
}

function solved(program: QuadraticProgram): QuadraticSolution {
  const outcome = solveQuadraticProgram(program);
  if (outcome.kind !== 'solved') throw new Error(outcome.kind);
  expect(worstOf(missesOf(program, outcome))).toBeLessThanOrEqual(1e-9);
  return outcome;
}

const largestDifference = (one: Float64Array, other: Float64Array): number =>
  one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);

test.each([2, 5, 12, 30])('points of the exact frontier of %i assets are the solutions of quadratic programs', (n) => {
  for (let seed = 0; seed < 8; seed++) {
    const moments = momentsOf(100 * n + seed, n);
    const box = {
      min: new Float64Array(n).fill(seed % 2 ? -0.1 : 0),
      max: new Float64Array(n).fill(seed < 4 ? 1 : 2.5 / n),
    };
    const outcome = criticalLine({ ...moments, ...box });
    if (outcome.kind !== 'frontier') throw new Error(outcome.reason);
    const frontier = { turningPoints: outcome.turningPoints, covariance: moments.covariance };
    const [top, bottom] = [outcome.turningPoints[0]!, outcome.turningPoints.at(-1)!];
    for (const lambda of [0, 0.01, 0.1, 1]) {
      const { x } = solved({
        quadratic: moments.covariance,
        linear: moments.expectedReturns.map((value) => -lambda * value),
        ...box,
        rows: [budget(n)],
      });
      expect(largestDifference(x, atRiskTolerance(frontier, lambda).weights)).toBeLessThan(1e-8);
    }
    for (const share of [0.1, 0.5, 0.9]) {
      const target = bottom.expectedReturn + share * (top.expectedReturn - bottom.expectedReturn);
      const query = atTargetReturn(frontier, target);
      if (query.kind !== 'point') throw new Error(query.reason);
      const { x } = solved({
        quadratic: moments.covariance,
        linear: new Float64Array(n),
        ...box,
        rows: [budget(n), { coefficients: moments.expectedReturns, min: target, max: Infinity }],
      });
      expect(largestDifference(x, query.point.weights)).toBeLessThan(1e-8);
    }
  }
});

test('the nearest feasible weights under linear limits satisfy the conditions of optimality', () => {
  let projections = 0;
  for (let seed = 0; seed < 60; seed++) {
    const n = 2 + (seed % 9);
    const random = seededRandom(seed);
    const { covariance } = momentsOf(seed, n);
    const group = Float64Array.from({ length: n }, (_, i) => Number(i % 2 === 0));
    const limits: Limits = {
      min: new Float64Array(n),
      max: new Float64Array(n).fill(Math.max(0.3, 1.5 / n)),
      linear: [{ label: 'every other', coefficients: group, min: 0.3, max: 0.4 + 0.2 * random.uniform() }],
    };
    const raw = Float64Array.from({ length: n }, () => random.uniform() ** 3);
    const total = raw.reduce((sum, value) => sum + value, 0);
    const wanted = raw.map((value) => value / total);
    const assets = Array.from(wanted, (_, asset) => `A${asset}` as AssetId);
    const nearest = within(plainProblem(assets, covariance, limits), wanted);
    if (nearest.kind !== 'solved' || nearest.projectedBy === null) continue;
    const { primalResidual, dualResidual, complementarity, dualityGap } = nearest.proof;
    for (const one of [primalResidual, dualResidual, complementarity, dualityGap])
      expect(one).toBeLessThanOrEqual(1e-9);
    projections++;
    // nothing on the way to any other feasible point is nearer
    const program: QuadraticProgram = {
      quadratic: covariance,
      linear: times(covariance, wanted).map((value) => -value),
      min: limits.min,
      max: limits.max,
      rows: [budget(n), ...limits.linear],
    };
    const other = solved({ ...program, linear: program.linear.map(() => random.normal()) }).x;
    const between = nearest.weights.map((weight, i) => weight + 0.01 * (other[i]! - weight));
    expect(objectiveOf(program, between)).toBeGreaterThanOrEqual(objectiveOf(program, nearest.weights) - 1e-14);
  }
  expect(projections).toBeGreaterThan(20);
});

test('at most 5 of 12 assets: branch and bound over quadratic programs finds what trying every set finds', () => {
  const n = 12;
  for (const seed of [1, 2]) {
    const { covariance, expectedReturns } = momentsOf(seed, n);
    const sector = Float64Array.from({ length: n }, (_, i) => Number(i < 6));
    const rows = [budget(n), { coefficients: sector, min: 0.2, max: 0.7 }];
    const solve: BoxSolver = (min, max) => {
      const program = { quadratic: covariance, linear: expectedReturns.map((value) => -value / 10), min, max, rows };
      const outcome = solveQuadraticProgram(program);
      return outcome.kind === 'solved' ? { weights: outcome.x, objective: objectiveOf(program, outcome.x) } : null;
    };
    const [min, max] = [new Float64Array(n), new Float64Array(n).fill(0.4)];
    const minimumPosition = new Float64Array(n).fill(0.05);
    const answer = solvePositions(solve, {
      assets: Array.from(min, (_, i) => `A${i}`),
      min,
      max,
      minimumPosition,
      mostAssets: 5,
    });
    if (answer.kind !== 'solved') throw new Error(answer.kind);

    let best = Infinity;
    for (let set = 1; set < 2 ** n; set++) {
      const isHeld = (i: number) => (set >> i) % 2 === 1;
      if ([...min.keys()].filter(isHeld).length > 5) continue;
      const found = solve(
        min.map((_, i) => (isHeld(i) ? 0.05 : 0)),
        max.map((high, i) => (isHeld(i) ? high : 0)),
      );
      best = Math.min(best, found?.objective ?? Infinity);
    }
    expect(answer.proven).toBe(true);
    expect(answer.weights.filter((weight) => weight > 0).length).toBeLessThanOrEqual(5);
    expect(answer.objective).toBeCloseTo(best, 12);
  }
});
