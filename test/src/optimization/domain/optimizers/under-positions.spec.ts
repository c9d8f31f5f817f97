import { plainProblem, type OptimizationProblem } from '../../../../../src/optimization/domain/optimization-problem.js';
import type { Optimizer, OptimizerOutcome } from '../../../../../src/optimization/domain/optimizers/optimizer.js';
import {
  optimizerById,
  optimizers,
  type OptimizerId,
} from '../../../../../src/optimization/domain/optimizers/registry.js';
import { underPositions } from '../../../../../src/optimization/domain/optimizers/under-positions.js';
import { sampleCovariance } from '../../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';
import type { AssetId } from '../../../../../src/shared/ids.js';

const n = 6;
const periods = 80;

function problemOf(seed: number): OptimizationProblem {
  const random = seededRandom(seed);
  const returns = Float64Array.from({ length: n * periods }, (_, at) => 0.02 * random.normal() + 0.001 * (at % n));
  const means = Float64Array.from({ length: n }, (_, i) => 0.05 + 0.05 * i);
  const assets = Array.from({ length: n }, (_, i) => `A${i}` as AssetId);
  const limits = { min: new Float64Array(n), max: new Float64Array(n).fill(0.7), linear: [] };
  return {
    ...plainProblem(assets, sampleCovariance(returns, periods, n, 252), limits),
    expectedReturns: means,
    scenarios: { returns, periods, periodsPerYear: 252 },
    targetReturn: 0.2,
    targetVolatility: 0.25,
    benchmark: new Float64Array(n).fill(1 / n),
    current: new Float64Array(n).fill(1 / n),
  };
}

/** The best of all sets of two or fewer, each held with at least 0.35. */
function byEnumeration(problem: OptimizationProblem, solve: (one: OptimizationProblem) => OptimizerOutcome): number {
  let best = Infinity;
  for (let set = 1; set < 2 ** n; set++) {
    const isHeld = (i: number) => (set >> i) % 2 === 1;
    if ([...Array(n).keys()].filter(isHeld).length > 2) continue;
    const answer = solve({
      ...problem,
      limits: {
        ...problem.limits,
        min: problem.limits.min.map((low, i) => (isHeld(i) ? 0.35 : low)),
        max: problem.limits.max.map((high, i) => (isHeld(i) ? high : 0)),
      },
    });
    if (answer.kind === 'solved') best = Math.min(best, answer.objective);
  }
  return best;
}

const solverOf =
  (id: OptimizerId) =>
  (problem: OptimizationProblem): OptimizerOutcome =>
    optimizerById(id).solve(problem);
const searching = optimizers.filter(({ constraints }: Optimizer) => constraints.positions === 'supported');

test.each(searching.map(({ id }) => [id] as const))('%s finds what trying every set finds', (id) => {
  const solve = solverOf(id);
  for (const seed of [1, 2, 3]) {
    const problem = problemOf(seed);
    const answer = underPositions({ ...problem, positions: { mostAssets: 2, minimumPosition: 0.35 } }, solve);
    if (answer.kind !== 'solved') throw new Error(answer.reason);
    const best = byEnumeration(problem, solve);
    expect(Math.abs(answer.objective - best)).toBeLessThanOrEqual(1e-7 * Math.abs(best));
    expect(answer.choice).toMatchObject({ proven: true });
    expect(answer.weights.filter((weight) => weight > 1e-9)).toHaveLength(2);
    // what the choice keeps out is no limit that one could widen
    expect(answer.multipliers.upper.filter((value, i) => value > 0 && answer.weights[i]! <= 1e-9)).toHaveLength(0);
  }
});

test('where a choice could not be solved nothing is called proven', () => {
  const problem = { ...problemOf(1), positions: { mostAssets: 2, minimumPosition: 0.35 } };
  const solve = solverOf('minVariance');
  let asked = 0;
  const answer = underPositions(problem, (one) =>
    ++asked === 3 ? { kind: 'infeasible', code: 'unsolved', reason: 'no convergence' } : solve(one),
  );
  expect(answer).toMatchObject({ kind: 'solved', choice: { proven: false, gap: null } });
});

test('positions of what may be sold short are refused', () => {
  const problem = problemOf(1);
  problem.limits.min[2] = -0.1;
  const answer = underPositions(
    { ...problem, positions: { mostAssets: 2, minimumPosition: 0 } },
    solverOf('minVariance'),
  );
  expect(answer).toMatchObject({ code: 'not_supported', reason: expect.stringContaining('A2 may be held short') });
});
