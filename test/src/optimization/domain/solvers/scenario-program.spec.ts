import type { Limits, LinearLimit } from '../../../../../src/optimization/domain/limits.js';
import {
  minimizeScenarioRisk,
  scenarioRisk,
  type ScenarioProblem,
  type ScenarioSolution,
} from '../../../../../src/optimization/domain/solvers/scenario-program.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import {
  leastRiskByHighs,
  loadHighs,
  marketReturns,
  scenarioProblem,
} from '../../../../../tools/differential/scenario-problems.js';

const box = (n: number, low = 0, high = 1, linear: LinearLimit[] = []): Limits => ({
  min: new Float64Array(n).fill(low),
  max: new Float64Array(n).fill(high),
  linear,
});
const cvar95 = { kind: 'cvar', confidence: 0.95 } as const;

function solved(problem: ScenarioProblem): ScenarioSolution {
  const answer = minimizeScenarioRisk(problem);
  if (answer.kind !== 'optimal') throw new Error(`no answer: ${JSON.stringify(answer)}`);
  return answer;
}

/** T x n from one list of returns per asset. */
function matrix(...assets: number[][]): Float64Array {
  return Float64Array.from({ length: assets[0]!.length * assets.length }, (_, at) => {
    return assets[at % assets.length]![Math.floor(at / assets.length)]!;
  });
}

/** The bound that the scenario weights and multipliers of an answer prove, computed anew from the data. */
function provenBound({ returns, limits, expectedReturn }: ScenarioProblem, answer: ScenarioSolution): number {
  const n = limits.min.length;
  const left = new Float64Array(n);
  returns.forEach((value, at) => (left[at % n]! -= answer.scenarioWeights[Math.floor(at / n)]! * value));
  let bound = 0;
  const subtract = (coefficients: (j: number) => number, multiplier: number, side: number) => {
    bound += multiplier * side;
    left.forEach((_, j) => (left[j]! -= multiplier * coefficients(j)));
  };
  for (const { limit, multiplier } of answer.binding) {
    if (limit.kind === 'budget') subtract(() => 1, multiplier, 1);
    if (limit.kind === 'linear') {
      const { coefficients, min, max } = limits.linear[limit.linear]!;
      subtract((j) => coefficients[j]!, multiplier, limit.side === 'min' ? min : max);
    }
    if (limit.kind === 'expected_return')
      subtract((j) => expectedReturn!.means[j]!, multiplier, expectedReturn!.atLeast);
  }
  left.forEach((value, j) => (bound += value * (value > 0 ? limits.min[j]! : limits.max[j]!)));
  return bound;
}

test('the maximin example of Papahristodoulou, Optimal portfolios using linear programming models, comes out', () => {
  // with 12 months the worst 5 % are less than one month: the largest monthly loss is made as small as possible
  const returns = matrix(
    [0.054, 0.045, -0.03, -0.018, 0.043, 0.047, 0.055, 0.036, -0.039, -0.043, 0.046, 0.052],
    [0.032, 0.055, -0.036, 0.052, 0.047, 0.034, 0.063, 0.048, 0.025, 0.04, 0.036, -0.017],
    [0.064, 0.056, 0.048, 0.007, 0.053, 0.036, 0.017, 0.047, -0.059, 0.047, 0.04, 0.032],
    [0.038, 0.062, -0.037, 0.05, 0.065, -0.043, 0.062, 0.034, 0.035, 0.056, 0.057, 0.025],
    [0.049, 0.067, -0.039, 0.051, 0.049, 0.037, 0.055, 0.025, 0.052, 0.02, 0.045, 0.04],
  );
  const { weights, risk } = solved({ returns, limits: box(5), risk: cvar95 });
  [0, 0, 0.459596, 0, 0.540404].forEach((weight, j) => expect(weights[j]).toBeCloseTo(weight, 6));
  expect(risk).toBeCloseTo(-0.000985, 6);
});

test('two assets that fall in turn are held half and half, by hand', () => {
  const returns = matrix([-0.1, 0.1], [0.1, -0.1]);
  for (const risk of [cvar95, { kind: 'cdar', confidence: 0.95 }, { kind: 'max_drawdown' }] as const) {
    const answer = solved({ returns, limits: box(2), risk });
    expect([...answer.weights]).toEqual([0.5, 0.5]);
    expect(answer.risk).toBeCloseTo(0, 15);
  }
});

test('a period at the edge of the tail counts in part: the worst 30 % of five periods are one and a half', () => {
  const risk = { kind: 'cvar', confidence: 0.7 } as const;
  const returns = Float64Array.of(-0.05, -0.1, 0.02, 0.03, 0.01);
  expect(scenarioRisk({ returns, risk }, Float64Array.of(1))).toBeCloseTo((0.1 + 0.05 / 2) / 1.5, 14);
  const probabilities = Float64Array.of(0.2, 0.4, 0.2, 0.1, 0.1);
  expect(scenarioRisk({ returns, risk, probabilities }, Float64Array.of(1))).toBeCloseTo(0.1, 14);
});

test('drawdowns are those of the uncompounded sum of returns, the start counted as a peak', () => {
  // sums -0.1, 0.1, 0, -0.2, 0.2: drawdowns 0.1, 0, 0.1, 0.3, 0
  const returns = Float64Array.of(-0.1, 0.2, -0.1, -0.2, 0.4);
  const one = Float64Array.of(1);
  expect(scenarioRisk({ returns, risk: { kind: 'max_drawdown' } }, one)).toBeCloseTo(0.3, 14);
  expect(scenarioRisk({ returns, risk: { kind: 'cdar', confidence: 0 } }, one)).toBeCloseTo(0.1, 14);
  expect(scenarioRisk({ returns, risk: { kind: 'cdar', confidence: 0.6 } }, one)).toBeCloseTo(0.2, 14);
});

test('seeded problems of every kind agree with an independent solver of the full linear program', async () => {
  const highs = await loadHighs();
  const seeds = Array.from({ length: 150 }, (_, seed) => seed);
  const answers = seeds.map((seed) => {
    const problem = scenarioProblem(seed);
    const largest = problem.returns.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
    return { seed, problem, largest, answer: minimizeScenarioRisk(problem), theirs: leastRiskByHighs(highs, problem) };
  });
  const without = (has: (one: (typeof answers)[number]) => boolean) =>
    answers.filter((one) => !has(one)).map(({ seed }) => seed);
  expect(without(({ answer }) => answer.kind === 'infeasible')).toEqual(without(({ theirs }) => theirs === null));
  const optimal = answers.flatMap(({ seed, problem, largest, answer, theirs }) => {
    if (answer.kind !== 'optimal' || theirs === null) return [];
    const unit = Math.max(Math.abs(theirs.risk), 1e-4 * largest);
    const { relativeGap, primalResidual } = answer;
    return {
      seed,
      relativeGap,
      primalResidual,
      difference: Math.abs(answer.risk - theirs.risk) / unit,
      proof: Math.abs(provenBound(problem, answer) - answer.risk) / unit,
      definition: Math.abs(scenarioRisk(problem, answer.weights) - answer.risk) / unit,
    };
  });
  const wrong = optimal.filter(
    (one) =>
      !(one.difference <= 1e-9 && one.relativeGap <= 1e-9 && one.primalResidual <= 1e-9) ||
      !(one.proof <= 1e-8 && one.definition <= 1e-9),
  );
  expect(wrong).toEqual([]);
  expect(optimal.length).toBeGreaterThan(100);
  expect(answers.length - optimal.length).toBeGreaterThan(3);
});

describe('with daily returns of six assets', () => {
  const n = 6;
  const returns = marketReturns(seededRandom(11), 400, n);
  const group: LinearLimit = {
    label: 'first two',
    coefficients: Float64Array.of(1, 1, 0, 0, 0, 0),
    min: 0.5,
    max: 0.6,
  };
  const limits = box(n, 0.02, 0.4, [group]);
  const means = new Float64Array(n);
  returns.forEach((value, at) => (means[at % n]! += value / 400));
  const problem: ScenarioProblem = { returns, limits, risk: cvar95 };
  const answer = solved(problem);

  test('the dual scenario weights prove that the risk is the least there is', () => {
    expect(answer.relativeGap).toBeLessThan(1e-12);
    expect(answer.scenarioWeights.every((weight) => weight >= 0 && weight <= 1 / (0.05 * 400) + 1e-12)).toBe(true);
    expect(answer.scenarioWeights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(provenBound(problem, answer)).toBeCloseTo(answer.risk, 14);
  });

  test('a multiplier is the change of the least risk when the limit moves', () => {
    const ofGroup = answer.binding.find(({ limit }) => limit.kind === 'linear');
    expect(ofGroup?.limit).toEqual({ kind: 'linear', linear: 0, side: 'min' });
    const step = 1e-7;
    const moved = solved({ ...problem, limits: { ...limits, linear: [{ ...group, min: group.min + step }] } });
    expect((moved.risk - answer.risk) / step).toBeCloseTo(ofGroup!.multiplier, 6);
  });

  test('a least expected return is kept and costs risk', () => {
    const own = answer.weights.reduce((sum, weight, j) => sum + weight * means[j]!, 0);
    const atLeast = own + 1e-5;
    const asked = solved({ ...problem, expectedReturn: { means, atLeast } });
    expect(asked.weights.reduce((sum, weight, j) => sum + weight * means[j]!, 0)).toBeGreaterThanOrEqual(
      atLeast - 1e-15,
    );
    expect(asked.risk).toBeGreaterThan(answer.risk);
    expect(asked.binding.find(({ limit }) => limit.kind === 'expected_return')!.multiplier).toBeGreaterThan(0);
  });

  test.each([1e-8, 1e8])('returns times %p give the same weights and the risk times the same', (scale) => {
    const scaled = solved({ ...problem, returns: returns.map((value) => value * scale) });
    scaled.weights.forEach((weight, j) => expect(weight).toBeCloseTo(answer.weights[j]!, 9));
    expect(scaled.risk / scale).toBeCloseTo(answer.risk, 13);
    expect(scaled.relativeGap).toBeLessThan(1e-9);
  });

  test('the order of the assets and of the periods does not matter to CVaR', () => {
    const order = [3, 1, 5, 0, 2, 4];
    const turned = Float64Array.from(returns, (_, at) => returns[(399 - Math.floor(at / n)) * n + order[at % n]!]!);
    const linear = [{ ...group, coefficients: Float64Array.from(order, (j) => group.coefficients[j]!) }];
    const again = solved({ returns: turned, limits: { ...limits, linear }, risk: cvar95 });
    expect(again.risk).toBeCloseTo(answer.risk, 14);
    order.forEach((j, at) => expect(again.weights[at]).toBeCloseTo(answer.weights[j]!, 9));
  });

  test('the same input gives the same bytes', () => {
    expect(solved(problem)).toEqual(answer);
  });

  test('an asset that moves twice as far is sold short as far as the limits let', () => {
    const random = seededRandom(8);
    const doubled = Float64Array.from({ length: 400 }, () => 0);
    for (let t = 0; t < 200; t++) {
      doubled[2 * t] = 0.02 * random.normal();
      doubled[2 * t + 1] = 2 * doubled[2 * t]! + 0.001 * random.normal();
    }
    const short = solved({ returns: doubled, limits: box(2, -0.3, 2), risk: cvar95 });
    expect(short.weights[1]).toBe(-0.3);
    expect(short.risk).toBeLessThan(solved({ returns: doubled, limits: box(2), risk: cvar95 }).risk);
  });

  test('without limits on the weights the risk still has a least, where there is no riskless gain', () => {
    const free = solved({ ...problem, limits: box(n, -Infinity, Infinity) });
    expect(free.relativeGap).toBeLessThan(1e-9);
    expect(free.risk).toBeLessThanOrEqual(solved({ ...problem, limits: box(n, -10, 10) }).risk + 1e-14);
  });
});

test('a duplicated asset changes the risk by nothing', () => {
  const single = marketReturns(seededRandom(5), 200, 3);
  const doubled = Float64Array.from({ length: 800 }, (_, at) => single[Math.floor(at / 4) * 3 + Math.min(at % 4, 2)]!);
  for (const risk of [cvar95, { kind: 'cdar', confidence: 0.9 }, { kind: 'max_drawdown' }] as const) {
    const [of3, of4] = [
      solved({ returns: single, limits: box(3), risk }),
      solved({ returns: doubled, limits: box(4), risk }),
    ];
    expect(of4.risk).toBeCloseTo(of3.risk, 13);
    expect(of4.weights[2]! + of4.weights[3]!).toBeCloseTo(of3.weights[2]!, 9);
  }
});

test('one asset is held in full', () => {
  const answer = solved({ returns: Float64Array.of(0.1, -0.2, 0.05), limits: box(1), risk: cvar95 });
  expect([...answer.weights]).toEqual([1]);
  expect(answer.risk).toBeCloseTo(0.2, 15);
});

test('fewer periods than assets have an answer with a proof', () => {
  const answer = solved({ returns: marketReturns(seededRandom(2), 4, 12), limits: box(12), risk: cvar95 });
  expect(answer.relativeGap).toBeLessThan(1e-9);
});

test('an asset that is better in every period is held alone', () => {
  const returns = marketReturns(seededRandom(3), 300, 4).map((value, at) => (at % 4 === 2 ? 0.3 + value : value));
  const answer = solved({ returns, limits: box(4), risk: cvar95 });
  expect([...answer.weights]).toEqual([0, 0, 1, 0]);
});

test('when no period loses, CVaR is negative and drawdowns are zero', () => {
  const returns = marketReturns(seededRandom(4), 100, 3).map(Math.abs);
  expect(solved({ returns, limits: box(3), risk: cvar95 }).risk).toBeLessThan(0);
  const { risk, relativeGap } = solved({ returns, limits: box(3), risk: { kind: 'max_drawdown' } });
  expect(risk).toBeCloseTo(0, 15);
  expect(relativeGap).toBeLessThan(1e-9);
});

test('returns of zero have no risk', () => {
  expect(solved({ returns: new Float64Array(20), limits: box(2), risk: cvar95 }).risk).toBeCloseTo(0, 15);
});

test('an unlimited riskless gain is told as unbounded', () => {
  const returns = matrix([0.1, 0.2], [0, 0]);
  expect(minimizeScenarioRisk({ returns, limits: box(2, -Infinity, Infinity), risk: cvar95 })).toEqual({
    kind: 'unbounded',
  });
});

describe('limits that cannot hold together are named', () => {
  const returns = marketReturns(seededRandom(6), 50, 3);
  const of = (limits: Limits, more: Partial<ScenarioProblem> = {}) =>
    minimizeScenarioRisk({ returns, limits, risk: cvar95, ...more });

  test('a minimum above the maximum of an asset', () => {
    const limits = { ...box(3), min: Float64Array.of(0, 0.7, 0), max: Float64Array.of(1, 0.6, 1) };
    expect(of(limits)).toEqual({
      kind: 'infeasible',
      conflict: [
        { kind: 'asset', asset: 1, side: 'min' },
        { kind: 'asset', asset: 1, side: 'max' },
      ],
    });
  });

  test('maxima that do not add up to 1', () => {
    const answer = of(box(3, 0, 0.3));
    expect(answer).toMatchObject({ kind: 'infeasible' });
    expect(answer).toMatchObject({
      conflict: expect.arrayContaining([
        { kind: 'budget' },
        ...[0, 1, 2].map((asset) => ({ kind: 'asset', asset, side: 'max' })),
      ]),
    });
  });

  test('a group and an asset', () => {
    const linear = [{ label: 'others', coefficients: Float64Array.of(0, 1, 1), min: 0.6, max: Infinity }];
    const answer = of({ ...box(3, 0, 1, linear), min: Float64Array.of(0.5, 0, 0) });
    expect(answer).toEqual({
      kind: 'infeasible',
      conflict: expect.arrayContaining([
        { kind: 'budget' },
        { kind: 'linear', linear: 0, side: 'min' },
        { kind: 'asset', asset: 0, side: 'min' },
      ]),
    });
  });

  test('an expected return that no asset has', () => {
    const answer = of(box(3), { expectedReturn: { means: Float64Array.of(0.1, 0.2, 0.3), atLeast: 0.4 } });
    expect(answer).toMatchObject({
      kind: 'infeasible',
      conflict: expect.arrayContaining([{ kind: 'expected_return' }]),
    });
  });
});

test('shapes that do not fit are our mistake', () => {
  const problem = { returns: new Float64Array(5), limits: box(2), risk: cvar95 };
  expect(() => minimizeScenarioRisk(problem)).toThrow(InvariantViolation);
  expect(() => minimizeScenarioRisk({ ...problem, returns: Float64Array.of(0.1, NaN) })).toThrow(InvariantViolation);
  const whole = { ...problem, returns: new Float64Array(4) };
  expect(() => minimizeScenarioRisk({ ...whole, risk: { kind: 'cvar', confidence: 1 } })).toThrow(InvariantViolation);
  expect(() => minimizeScenarioRisk({ ...whole, probabilities: new Float64Array(3) })).toThrow(InvariantViolation);
});
