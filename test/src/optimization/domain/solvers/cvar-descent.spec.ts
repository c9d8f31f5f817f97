import { descendCvar, type CvarProblem } from '../../../../../src/optimization/domain/solvers/cvar-descent.js';
import { minimizeScenarioRisk } from '../../../../../src/optimization/domain/solvers/scenario-program.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';
import { leastRiskByHighs, loadHighs } from '../../../../../tools/differential/scenario-problems.js';

/** Weights within a box that sum to 1, `tail` of the periods in the worst case. */
function problemOf(returns: Float64Array, n: number, tail: number, min: number, max: number): CvarProblem {
  const count = returns.length / n;
  return {
    returns,
    scale: 1,
    product: (weights, into) => {
      for (let t = 0; t < count; t++)
        into[t] = weights.reduce((sum, weight, j) => sum + weight * returns[t * n + j]!, 0);
    },
    most: new Float64Array(count).fill(1 / (tail * count)),
    min: new Float64Array(n).fill(min),
    max: new Float64Array(n).fill(max),
    rows: [{ coefficients: new Float64Array(n).fill(1), min: 1, max: 1 }],
  };
}

test('the walk goes from one asset to the half and half of two that fall in turn', () => {
  const returns = Float64Array.of(-0.1, 0.1, 0.1, -0.1);
  const answer = descendCvar(problemOf(returns, 2, 0.5, 0, 1), Float64Array.of(1, 0), Float64Array.of(1, 0))!;
  expect(answer.weights[0]).toBeCloseTo(0.5, 14);
  // both periods are the worst one: no weights lose less in both
  expect(answer.scenarioWeights[0]).toBeCloseTo(0.5, 14);
  expect(answer.scenarioWeights[1]).toBeCloseTo(0.5, 14);
});

test('bounds on the way are kept and stood on exactly', () => {
  const returns = Float64Array.of(-0.1, 0.1, 0.1, -0.1);
  const answer = descendCvar(problemOf(returns, 2, 0.5, 0.3, 0.7), Float64Array.of(0.7, 0.3), Float64Array.of(1, 0))!;
  expect(answer.weights[0]).toBeCloseTo(0.5, 14);
  const better = returns.map((value, at) => (at % 2 === 0 ? value + 0.3 : value));
  const held = descendCvar(problemOf(better, 2, 0.5, 0.3, 0.7), Float64Array.of(0.5, 0.5), Float64Array.of(1, 0))!;
  expect(held.weights[0]).toBe(0.7);
  expect(held.weights[1]).toBeCloseTo(0.3, 15);
});

test('the walk starts within the limits as well as at a corner, and ends at the same risk', () => {
  const random = seededRandom(3);
  const [n, count] = [8, 200];
  const returns = Float64Array.from({ length: n * count }, () => random.normal());
  const problem = problemOf(returns, n, 0.1, 0, 1);
  const riskFrom = (start: Float64Array) => {
    const path = new Float64Array(count);
    problem.product(start, path);
    const worst = [...path.keys()].sort((a, b) => path[a]! - path[b]!).slice(0, 20);
    const tail = path.map((_, t) => (worst.includes(t) ? problem.most[t]! : 0));
    const { weights, scenarioWeights } = descendCvar(problem, start, tail)!;
    problem.product(weights, path);
    expect(scenarioWeights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    return -scenarioWeights.reduce((sum, weight, t) => sum + weight * path[t]!, 0);
  };
  const inside = riskFrom(new Float64Array(n).fill(1 / n));
  expect(riskFrom(Float64Array.of(0, 0, 0, 1, 0, 0, 0, 0))).toBeCloseTo(inside, 12);
});

test.each([
  [0, 1],
  [-0.2, 0.5],
])(
  'many independent assets between %p and %p are left to the walk, which an independent solver confirms',
  async (min, max) => {
    const random = seededRandom(5);
    const [n, count] = [30, 600];
    const returns = Float64Array.from({ length: n * count }, () => 0.02 * random.normal());
    const limits = { min: new Float64Array(n).fill(min), max: new Float64Array(n).fill(max), linear: [] };
    const problem = { returns, limits, risk: { kind: 'cvar', confidence: 0.95 } } as const;
    const answer = minimizeScenarioRisk(problem);
    expect(answer).toMatchObject({ kind: 'optimal', cuts: 20 });
    const { risk } = leastRiskByHighs(await loadHighs(), problem)!;
    expect(answer).toMatchObject({ risk: expect.closeTo(risk, 12), relativeGap: expect.closeTo(0, 10) });
  },
);
