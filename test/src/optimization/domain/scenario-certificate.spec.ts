import { certifyScenarios } from '../../../../src/optimization/domain/scenario-certificate.js';
import {
  minimizeScenarioRisk,
  type ScenarioProblem,
  type ScenarioRisk,
  type ScenarioSolution,
} from '../../../../src/optimization/domain/solvers/scenario-program.js';
import { congruential } from '../../../support/returns.js';

type Answer = Pick<ScenarioSolution, 'weights' | 'scenarioWeights' | 'binding'>;

describe('two assets of which each loses 0.1 in one of two periods, the worse half counted', () => {
  const problem: ScenarioProblem = {
    returns: Float64Array.of(-0.1, 0, 0, -0.1),
    limits: { min: Float64Array.of(0, 0), max: Float64Array.of(1, 1), linear: [] },
    risk: { kind: 'cvar', confidence: 0.5 },
  };
  const half: Answer = {
    weights: Float64Array.of(0.5, 0.5),
    scenarioWeights: Float64Array.of(0.5, 0.5),
    binding: [{ limit: { kind: 'budget' }, multiplier: 0.05 }],
  };
  const certified = (over: Partial<Answer>) => certifyScenarios(problem, { ...half, ...over });

  test('half of each is proven by half of each period', () => {
    expect(certified({})).toEqual({ dualResidual: 0, complementarity: 0 });
  });

  test('other weights have a risk of 0.06, of which the periods explain 0.05', () => {
    const { dualResidual, complementarity } = certified({ weights: Float64Array.of(0.6, 0.4) });
    expect([dualResidual, complementarity]).toEqual([0, expect.closeTo(0.01 / 0.05, 12)]);
  });

  test('without the multiplier of the budget the slope is unexplained', () => {
    expect(certified({ binding: [] }).dualResidual).toBe(1);
  });

  test('shares of periods that are no worst case are a miss', () => {
    const { dualResidual } = certified({ scenarioWeights: Float64Array.of(1.2, -0.2), binding: [] });
    expect(dualResidual).toBeGreaterThanOrEqual(0.2);
    expect(certified({ scenarioWeights: Float64Array.of(0.4, 0.4) }).dualResidual).toBeGreaterThanOrEqual(0.2 - 1e-12);
  });

  test('a limit that has a multiplier must be stood on, on the side that it has', () => {
    const boxed = { ...problem, limits: { ...problem.limits, max: Float64Array.of(0.4, 1) } };
    const answer: Answer = {
      weights: Float64Array.of(0.4, 0.6),
      scenarioWeights: Float64Array.of(0, 1),
      binding: [
        { limit: { kind: 'budget' }, multiplier: 0.1 },
        { limit: { kind: 'asset', asset: 0, side: 'max' }, multiplier: -0.1 },
      ],
    };
    expect(certifyScenarios(boxed, answer)).toEqual({ dualResidual: 0, complementarity: 0 });
    const away = certifyScenarios(boxed, { ...answer, weights: Float64Array.of(0.3, 0.7) });
    expect(away.complementarity).toBeCloseTo((0.1 * 0.1) / 0.1, 12);
    const turned = answer.binding.map((one) => ({ ...one, multiplier: Math.abs(one.multiplier) }));
    expect(certifyScenarios(boxed, { ...answer, binding: turned }).dualResidual).toBe(1);
  });
});

test('a drawdown is one stretch: two that are not of one drawdown are no worst case', () => {
  const problem: ScenarioProblem = {
    returns: Float64Array.of(-0.1, -0.1, 0.1),
    limits: { min: Float64Array.of(1), max: Float64Array.of(1), linear: [] },
    risk: { kind: 'max_drawdown' },
  };
  const answer = (scenarioWeights: Float64Array, multiplier: number): Answer => ({
    weights: Float64Array.of(1),
    scenarioWeights,
    binding: [{ limit: { kind: 'budget' }, multiplier }],
  });
  expect(certifyScenarios(problem, answer(Float64Array.of(1, 1, 0), 0.2))).toEqual({
    dualResidual: 0,
    complementarity: 0,
  });
  expect(certifyScenarios(problem, answer(Float64Array.of(1, 0, 1), 0)).dualResidual).toBe(1);
});

test.each<[string, ScenarioRisk]>([
  ['CVaR', { kind: 'cvar', confidence: 0.95 }],
  ['CDaR', { kind: 'cdar', confidence: 0.9 }],
  ['the maximum drawdown', { kind: 'max_drawdown' }],
])('what the search finds for %s meets the conditions, and nothing near it does', (_name, risk) => {
  const n = 6;
  for (let seed = 1; seed <= 12; seed++) {
    const returns = congruential(n * 150, seed).map((value) => value / 20);
    const problem: ScenarioProblem = {
      returns,
      limits: {
        min: new Float64Array(n),
        max: new Float64Array(n).fill(0.4),
        linear: [{ label: 'first two', coefficients: Float64Array.of(2, 1, 0, 0, 0, 0), min: 0.3, max: 0.5 }],
      },
      risk,
      expectedReturn: { means: Float64Array.from({ length: n }, (_, i) => i / 1_000), atLeast: 0.0027 },
    };
    const found = minimizeScenarioRisk(problem);
    if (found.kind !== 'optimal') throw new Error(found.kind);
    const { dualResidual, complementarity } = certifyScenarios(problem, found);
    expect(Math.max(dualResidual, complementarity)).toBeLessThanOrEqual(1e-9);
    const weights = found.weights.map((weight, i) => weight + (i === 0 ? 0.01 : i === 5 ? -0.01 : 0));
    expect(certifyScenarios(problem, { ...found, weights }).complementarity).toBeGreaterThan(1e-6);
  }
});
