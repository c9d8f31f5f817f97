import {
  blackLitterman,
  entropyPooling,
  meanView,
  volatilityView,
  type EntropyPoolingOutcome,
  type ReturnView,
} from '../../../../src/optimization/domain/views.js';
import { equilibriumMeans } from '../../../../src/optimization/domain/expected-returns.js';
import { solveSymmetric } from '../../../../src/optimization/domain/solvers/symmetric-solve.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

const percent = (values: Float64Array, digits: number) =>
  [...values].map((value) => Number((100 * value).toFixed(digits)));

/** Fractions against figures in per cent; what a paper prints differs by half its last digit and what its input rounds. */
const near = (values: Float64Array, expected: readonly number[], within: number) =>
  expected.forEach((value, i) => expect(Math.abs(100 * values[i]! - value)).toBeLessThan(within));

function combined(input: Parameters<typeof blackLitterman>[0]) {
  const answer = blackLitterman(input);
  if (answer.kind !== 'combined') throw new Error(answer.message);
  return answer;
}

describe('He and Litterman, The intuition behind Black-Litterman model portfolios, 1999', () => {
  // read in the paper itself, tables 1 to 8 (reference/He_Litterman_1999.pdf in moyixinqing/Black_Litterman_COP)
  // Australia, Canada, France, Germany, Japan, the United Kingdom, the United States
  const deviations = [0.16, 0.203, 0.248, 0.271, 0.21, 0.2, 0.187];
  const correlations = [
    [],
    [0.488],
    [0.478, 0.664],
    [0.515, 0.655, 0.861],
    [0.439, 0.31, 0.355, 0.354],
    [0.512, 0.608, 0.783, 0.777, 0.405],
    [0.491, 0.779, 0.668, 0.653, 0.306, 0.652],
  ];
  const covariance = Float64Array.from({ length: 49 }, (_, at) => {
    const [i, j] = [Math.floor(at / 7), at % 7];
    return deviations[i]! * deviations[j]! * (i === j ? 1 : correlations[Math.max(i, j)]![Math.min(i, j)]!);
  });
  const market = Float64Array.of(0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615);
  const aversion = 2.5;
  const prior = equilibriumMeans(covariance, market, aversion).means;
  const germany: ReturnView = {
    label: 'Germany beats the rest of Europe',
    coefficients: Float64Array.of(0, 0, -0.295, 1, 0, -0.705, 0),
    value: 0.05,
  };
  const canada: ReturnView = {
    label: 'Canada beats the United States',
    coefficients: Float64Array.of(0, 1, 0, 0, 0, 0, -1),
    value: 0.03,
  };
  const best = (answer: ReturnType<typeof combined>) =>
    solveSymmetric(answer.covariance, answer.means)!.map((weight) => weight / aversion);

  test('the equilibrium returns of table 2', () => {
    expect(percent(prior, 1)).toEqual([3.9, 6.9, 8.4, 9, 4.3, 6.8, 7.6]);
  });

  test('the returns and weights of table 4, with the view on Germany', () => {
    const answer = combined({ prior, covariance, tau: 0.05, views: [germany] });
    expect(answer.variances[0]! / 0.05).toBeCloseTo(0.021, 3);
    expect(percent(answer.means, 1)).toEqual([4.3, 7.6, 9.3, 11, 4.5, 7, 8.1]);
    const weights = best(answer);
    near(weights, [1.5, 2.1, -4, 35.4, 11, -9.5, 58.6], 0.06);
    const active = percent(
      weights.map((weight, i) => weight - market[i]! / 1.05),
      1,
    ).map((value) => value + 0);
    expect(active).toEqual([0, 0, -8.9, 30.2, 0, -21.3, 0]);
  });

  test('the returns and weights of table 5, with a second view on Canada', () => {
    const answer = combined({ prior, covariance, tau: 0.05, views: [germany, canada] });
    expect(answer.variances[1]! / 0.05).toBeCloseTo(0.017, 3);
    expect(percent(answer.means, 1)).toEqual([4.4, 8.7, 9.5, 11.2, 4.6, 7, 7.5]);
    expect(percent(best(answer), 1)).toEqual([1.5, 41.9, -3.4, 33.6, 11, -8.2, 18.8]);
  });

  const surer: ReturnView = { ...canada, value: 0.04 };
  const doubtful = (variance: number): ReturnView => ({ ...germany, certainty: { variance: 2 * variance } });

  test('the returns and weights of table 6, with a view on Canada of 4 %', () => {
    const answer = combined({ prior, covariance, tau: 0.05, views: [germany, surer] });
    expect(percent(answer.means, 1)).toEqual([4.4, 9.1, 9.5, 11.3, 4.6, 7, 7.3]);
    expect(percent(best(answer), 1)).toEqual([1.5, 53.3, -3.3, 33.1, 11, -7.8, 7.3]);
  });

  test('the returns and weights of table 7, with half the confidence in the view on Germany, and of table 8', () => {
    const [own] = combined({ prior, covariance, tau: 0.05, views: [germany] }).variances;
    const views = [doubtful(own!), surer];
    const answer = combined({ prior, covariance, tau: 0.05, views });
    expect(answer.variances[0]! / 0.05).toBeCloseTo(0.043, 3);
    near(answer.means, [4.3, 8.9, 9.3, 10.6, 4.6, 6.9, 7.2], 0.1);
    near(best(answer), [1.5, 53.9, -0.5, 23.6, 11, -1.1, 6.8], 0.1);
    // table 8: a third view that says what the others imply changes nothing
    const japan: ReturnView = {
      label: 'Canada beats Japan',
      coefficients: Float64Array.of(0, 1, 0, 0, -1, 0, 0),
      value: 0.0412,
    };
    const same = combined({ prior, covariance, tau: 0.05, views: [...views, japan] });
    expect(same.variances[2]! / 0.05).toBeCloseTo(0.059, 3);
    near(same.means, [4.3, 8.9, 9.3, 10.6, 4.6, 6.9, 7.2], 0.1);
    near(best(same), [1.5, 53.9, -0.5, 23.6, 11, -1.1, 6.8], 0.1);
  });

  test('no view, or one without confidence, leaves the prior; a certain one holds exactly', () => {
    expect(combined({ prior, covariance, tau: 0.05, views: [] }).means).toEqual(prior);
    const none = combined({ prior, covariance, tau: 0.05, views: [{ ...germany, certainty: { confidence: 0 } }] });
    expect(none.means).toEqual(prior);
    const sure = combined({ prior, covariance, tau: 0.05, views: [{ ...germany, certainty: { confidence: 1 } }] });
    expect(germany.coefficients.reduce((sum, c, i) => sum + c * sure.means[i]!, 0)).toBeCloseTo(0.05, 14);
  });

  test('a confidence of one half is the variance of the prior, and a variance can be given', () => {
    const plain = combined({ prior, covariance, tau: 0.05, views: [germany] });
    const half = combined({ prior, covariance, tau: 0.05, views: [{ ...germany, certainty: { confidence: 0.5 } }] });
    const variance = plain.variances[0]!;
    const stated = combined({ prior, covariance, tau: 0.05, views: [{ ...germany, certainty: { variance } }] });
    expect(half.means).toEqual(plain.means);
    expect(stated.means).toEqual(plain.means);
  });

  test('certain views that contradict each other are named; those that repeat each other are not', () => {
    const sure: ReturnView = { ...germany, certainty: { confidence: 1 } };
    const other: ReturnView = { ...sure, label: 'other', value: 0.06 };
    expect(blackLitterman({ prior, covariance, tau: 0.05, views: [sure, other] })).toMatchObject({
      kind: 'conflict',
      views: ['Germany beats the rest of Europe', 'other'],
    });
    const twice = combined({ prior, covariance, tau: 0.05, views: [sure, { ...sure, label: 'again' }] });
    twice.means.forEach((mean, i) => {
      expect(mean).toBeCloseTo(combined({ prior, covariance, tau: 0.05, views: [sure] }).means[i]!, 12);
    });
  });
});

test('the example of Idzorek, A step-by-step guide to the Black-Litterman model, 2005', () => {
  // read in the paper of 2004-07-20, tables 1 to 7 (reference/ in moyixinqing/Black_Litterman_COP)
  // US bonds, international bonds, US large growth and value, US small growth and value, developed and emerging equity
  const rows = [
    [0.001005, 0.001328, -0.000579, -0.000675, 0.000121, 0.000128, -0.000445, -0.000437],
    [0.001328, 0.007277, -0.001307, -0.00061, -0.002237, -0.000989, 0.001442, -0.001535],
    [-0.000579, -0.001307, 0.059852, 0.027588, 0.063497, 0.023036, 0.032967, 0.048039],
    [-0.000675, -0.00061, 0.027588, 0.029609, 0.026572, 0.021465, 0.020697, 0.029854],
    [0.000121, -0.002237, 0.063497, 0.026572, 0.102488, 0.042744, 0.039943, 0.065994],
    [0.000128, -0.000989, 0.023036, 0.021465, 0.042744, 0.032056, 0.019881, 0.032235],
    [-0.000445, 0.001442, 0.032967, 0.020697, 0.039943, 0.019881, 0.028355, 0.035064],
    [-0.000437, -0.001535, 0.048039, 0.029854, 0.065994, 0.032235, 0.035064, 0.079958],
  ];
  const covariance = Float64Array.from(rows.flat());
  const market = Float64Array.of(0.1934, 0.2613, 0.1209, 0.1209, 0.0134, 0.0134, 0.2418, 0.0349);
  const prior = equilibriumMeans(covariance, market, 3.07).means;
  // the market's weights are rounded to two digits of a per cent, hence the tolerances
  near(prior, [0.08, 0.67, 6.41, 4.08, 7.43, 3.7, 4.8, 6.6], 0.015);
  const views = (confident: boolean): ReturnView[] =>
    [
      {
        label: 'developed equity',
        coefficients: Float64Array.of(0, 0, 0, 0, 0, 0, 1, 0),
        value: 0.0525,
        confidence: 0.25,
      },
      { label: 'bonds', coefficients: Float64Array.of(-1, 1, 0, 0, 0, 0, 0, 0), value: 0.0025, confidence: 0.5 },
      {
        label: 'growth',
        coefficients: Float64Array.of(0, 0, 0.9, -0.9, 0.1, -0.1, 0, 0),
        value: 0.02,
        confidence: 0.65,
      },
    ].map(({ confidence, ...view }) => (confident ? { ...view, certainty: { confidence } } : view));
  const plain = combined({ prior, covariance, tau: 0.025, views: views(false) });
  [0.000709, 0.000141, 0.000866].forEach((variance, i) => expect(plain.variances[i]).toBeCloseTo(variance, 6));
  near(plain.means, [0.07, 0.5, 6.5, 4.32, 7.59, 3.94, 4.93, 6.84], 0.0105);
  const weights = solveSymmetric(covariance, plain.means)!.map((weight) => weight / 3.07);
  // table 7: what certain views would weigh, and how far the way there is gone
  const certainly = views(false).map((view) => ({ ...view, certainty: { confidence: 1 } }));
  const sure = combined({ prior, covariance, tau: 0.025, views: certainly });
  const full = solveSymmetric(covariance, sure.means)!.map((weight) => weight / 3.07);
  near(full, [43.82, 1.65, 3.81, 20.37, 0.42, 2.26, 35.21, 3.49], 0.1);
  const gone = Float64Array.of(6, 1, 2).map((i) => (weights[i]! - market[i]!) / (full[i]! - market[i]!));
  near(gone, [32.94, 43.06, 33.02], 0.12);
  near(weights, [29.88, 15.59, 9.35, 14.82, 1.04, 1.65, 27.81, 3.49], 0.05);
  // a confidence is the share of the way in weights from the market to the portfolio of a certain view
  const certain = (confidence: number) => {
    const view: ReturnView = { ...views(false)[0]!, certainty: { confidence } };
    const { means } = combined({ prior, covariance, tau: 0.025, views: [view] });
    return solveSymmetric(covariance, means)![6]! / 3.07 - market[6]!;
  };
  expect(certain(0.25) / certain(1)).toBeCloseTo(0.25, 10);
});

test('the example of Meucci, The Black-Litterman approach: original model and extensions, 2010', () => {
  // six stock markets; the figures are those of a test that names the paper, class BlackLittermanPortfolioTestsWithMeucci2010
  const deviations = [0.21, 0.24, 0.24, 0.25, 0.29, 0.31];
  const correlations = [
    [],
    [0.54],
    [0.62, 0.69],
    [0.25, 0.29, 0.15],
    [0.41, 0.36, 0.46, 0.47],
    [0.59, 0.83, 0.65, 0.39, 0.38],
  ];
  const covariance = Float64Array.from({ length: 36 }, (_, at) => {
    const [i, j] = [Math.floor(at / 6), at % 6];
    return deviations[i]! * deviations[j]! * (i === j ? 1 : correlations[Math.max(i, j)]![Math.min(i, j)]!);
  });
  const market = Float64Array.of(0.04, 0.04, 0.05, 0.08, 0.71, 0.08);
  const prior = equilibriumMeans(covariance, market, 2.4).means;
  near(prior, [6.30378, 7.080422, 7.929562, 7.98774, 16.505222, 9.78851], 1e-6);
  const views: ReturnView[] = [
    { label: 'second', coefficients: Float64Array.of(0, 1, 0, 0, 0, 0), value: 0.12 },
    { label: 'fifth less sixth', coefficients: Float64Array.of(0, 0, 0, 0, 1, -1), value: -0.1 },
  ];
  const answer = combined({ prior, covariance, tau: 0.05, views });
  near(answer.variances, [0.288, 0.55938], 1e-6);
  near(answer.means, [7.806836, 10.85098, 9.88999, 8.059798, 13.437509, 15.445164], 1e-5);
  near(answer.covariance.subarray(0, 6), [4.597815, 2.787576, 3.233678, 1.358628, 2.598662, 3.955246], 1e-5);
  const weights = solveSymmetric(answer.covariance, answer.means)!.map((weight) => weight / 2.4);
  near(weights, [3.809524, 13.587425, 4.761905, 7.619048, 39.394338, 35.843758], 1e-5);
});

function pooled(...input: Parameters<typeof entropyPooling>): Extract<EntropyPoolingOutcome, { kind: 'pooled' }> {
  const answer = entropyPooling(...input);
  if (answer.kind !== 'pooled') throw new Error(answer.message);
  return answer;
}

test('Jaynes’s die: of a mean of 4.5 the least that can be said is a distribution with more sixes than ones', () => {
  // E. T. Jaynes, Brandeis lectures, 1962; the digits of basic_machine_learning/maxent.py, ikoryakovskiy/machine_learning
  const faces = Float64Array.of(1, 2, 3, 4, 5, 6);
  const { probabilities } = pooled(
    [{ label: 'mean', values: faces, relation: 'equal', target: 4.5 }],
    new Float64Array(6).fill(1 / 6),
  );
  near(probabilities, [5.44, 7.88, 11.42, 16.54, 23.98, 34.75], 5.1e-3);
});

describe('entropy pooling', () => {
  const [periods, n] = [800, 3];
  const random = seededRandom(12);
  const returns = Float64Array.from({ length: periods * n }, () => 0.0005 + 0.02 * random.normal());
  const prior = new Float64Array(periods).fill(1 / periods);
  const first = Float64Array.of(1, 0, 0);
  const second = Float64Array.of(0, 1, 0);
  const mean = (probabilities: Float64Array, coefficients: Float64Array) =>
    meanView(returns, coefficients, { label: '', relation: 'equal', target: 0 }).values.reduce(
      (sum, value, t) => sum + value * probabilities[t]!,
      0,
    );

  test('three equally likely scenarios are tilted as the closed form says', () => {
    // values -1, 0, 1 with mean m: x^2 (1 - m) - x m - (1 + m) = 0 for the odds x of each step
    const values = Float64Array.of(-1, 0, 1);
    const target = 0.4;
    const { probabilities, relativeEntropy, effectiveScenarios } = pooled(
      [{ label: 'up', values, relation: 'equal', target }],
      new Float64Array(3).fill(1 / 3),
    );
    const odds = (target + Math.sqrt(target ** 2 + 4 * (1 - target) * (1 + target))) / (2 * (1 - target));
    const total = 1 / odds + 1 + odds;
    [1 / odds / total, 1 / total, odds / total].forEach((p, t) => expect(probabilities[t]).toBeCloseTo(p, 12));
    // with a flat prior the two measures are the same thing: scenarios * exp(-divergence)
    expect(effectiveScenarios).toBeCloseTo(3 * Math.exp(-relativeEntropy), 12);
  });

  test('no views leave the prior, and every scenario counts', () => {
    const answer = pooled([], prior);
    expect(answer.probabilities).toEqual(prior);
    expect(answer.effectiveScenarios).toBeCloseTo(periods, 6);
    expect(answer.relativeEntropy).toBeCloseTo(0, 12);
  });

  test('views on means and a volatility hold, and inequalities that hold anyway have no multiplier', () => {
    const answer = pooled(
      [
        meanView(returns, first, { label: 'a', relation: 'equal', target: 0.003 }),
        meanView(returns, first, { label: 'b', relation: 'at_least', target: 0.001 }),
        meanView(returns, second, { label: 'c', relation: 'at_most', target: -0.001 }),
        volatilityView(returns, first, 0.003, { label: 'd', relation: 'equal', target: 0.03 }),
      ],
      prior,
    );
    expect(answer.residual).toBeLessThan(1e-9);
    expect(mean(answer.probabilities, first)).toBeCloseTo(0.003, 11);
    expect(mean(answer.probabilities, second)).toBeCloseTo(-0.001, 11);
    expect(answer.multipliers[1]).toBe(0);
    expect(answer.multipliers[2]).toBeLessThan(0);
    const variance = answer.probabilities.reduce((sum, p, t) => sum + p * (returns[t * n]! - 0.003) ** 2, 0);
    expect(Math.sqrt(variance)).toBeCloseTo(0.03, 11);
    expect(answer.effectiveScenarios).toBeLessThan(periods);
    expect(answer.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  test('views at any scale of the returns give the same probabilities', () => {
    const view = meanView(returns, first, { label: 'a', relation: 'equal', target: 0.003 });
    const { probabilities } = pooled([view], prior);
    for (const scale of [1e-8, 1e8]) {
      const scaled = { ...view, values: view.values.map((value) => value * scale), target: view.target * scale };
      pooled([scaled], prior).probabilities.forEach((p, t) => expect(p).toBeCloseTo(probabilities[t]!, 12));
    }
  });

  test('a scenario that the prior rules out stays ruled out', () => {
    const values = Float64Array.of(-1, 0, 1, 50);
    const answer = pooled(
      [{ label: 'a', values, relation: 'equal', target: 0.9 }],
      Float64Array.of(0.25, 0.5, 0.25, 0),
    );
    expect(answer.probabilities[3]).toBe(0);
    expect(
      entropyPooling([{ label: 'a', values, relation: 'equal', target: 2 }], Float64Array.of(0.25, 0.5, 0.25, 0)),
    ).toMatchObject({
      kind: 'infeasible',
      views: ['a'],
    });
  });

  test('views that cannot hold are named, alone or together', () => {
    const high = meanView(returns, first, { label: 'high', relation: 'at_least', target: 0.003 });
    const low = meanView(returns, first, { label: 'low', relation: 'at_most', target: 0.002 });
    const other = meanView(returns, second, { label: 'other', relation: 'at_most', target: 0.5 });
    expect(entropyPooling([high, other, low], prior)).toMatchObject({ kind: 'infeasible', views: ['high', 'low'] });
    expect(entropyPooling([{ ...high, target: 3 }], prior)).toMatchObject({ kind: 'infeasible', views: ['high'] });
  });

  test('shapes that do not fit are our mistake', () => {
    expect(() => entropyPooling([], new Float64Array(3))).toThrow(InvariantViolation);
    const view = { label: 'a', values: new Float64Array(2), relation: 'equal', target: 0 } as const;
    expect(() => entropyPooling([view], prior)).toThrow(InvariantViolation);
  });
});
