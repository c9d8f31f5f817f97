import { measureRisk, riskMeasures, type MeasureId } from '../../../../../src/risk/domain/measures/registry.js';
import { sharpeStandardError } from '../../../../../src/risk/domain/measures/ratios.js';
import type { AssetId } from '../../../../../src/shared/ids.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import { managers } from '../../../../support/managers.js';
import { bacon, measureInput, prototypeReturns, beside } from '../../../../support/returns.js';

const monthly = { periodsPerYear: 12, riskFreeRate: 0 };

test('ids are unique, and every measure names its source', () => {
  expect(new Set(riskMeasures.map(({ id }) => id)).size).toBe(riskMeasures.length);
  for (const { id, source, name } of riskMeasures) {
    expect(id).toMatch(/^[a-z_0-9]+$/);
    expect(source.length > 5 && name.length > 3).toBe(true);
  }
});

test('Bacon’s portfolio has the values of his book and of the R package PerformanceAnalytics', () => {
  // the package's examples: DownsideDeviation 0.0255 (monthly), PainIndex 0.04, Kappa of order 2 (Sortino) 0.157,
  // OmegaSharpeRatio 0.29 (omega less 1), all at a minimum of 0.5 % a month
  const risk = measureRisk(measureInput(bacon.portfolio, { ...monthly, minimumReturn: 0.06 }));
  expect(risk.downside_deviation! / Math.sqrt(12)).toBeCloseTo(0.0255, 4);
  expect(risk.pain_index).toBeCloseTo(0.04, 4);
  expect(risk.sortino_ratio! / Math.sqrt(12)).toBeCloseTo(0.157, 3);
  expect(risk.omega_ratio).toBeCloseTo(1.29, 2);
  // MartinRatio 1.6945 and PainRatio 2.5926: the compounded return, which is Calmar's, over the ulcer and the pain index
  const compounded = risk.calmar_ratio! * risk.max_drawdown!.depth;
  expect(compounded / risk.ulcer_index!).toBeCloseTo(1.6945, 3);
  expect(compounded / risk.pain_index!).toBeCloseTo(2.5926, 3);
});

test('Bacon’s portfolio has the values that NumPy 2.4 gives', () => {
  const input = measureInput(bacon.portfolio, { ...monthly, benchmark: beside(bacon.portfolio, bacon.benchmark, 12) });
  const risk = measureRisk(input);
  const expected: Partial<Record<MeasureId, number>> = {
    volatility: 0.13700015867969229,
    ulcer_index: 0.06118428726189615,
    pain_index: 0.03998969068730461,
    calmar_ratio: 0.7166390511623746,
    tail_ratio: 1.1748310810810811,
    skewness: -0.08256245520856835,
    excess_kurtosis: 2.4324537941078748 - 3,
    beta: 0.9988502086225745,
    alpha: -0.012361450139020194,
    tracking_error: 0.033639715141222715,
    information_ratio: -0.3715845971799642,
    up_capture: 0.9592668024439919,
    down_capture: 0.984,
  };
  for (const [id, value] of Object.entries(expected)) expect(risk[id as MeasureId]).toBeCloseTo(value, 12);
  expect(risk.sharpe_ratio!.value).toBeCloseTo(0.7883202548144859, 12);
  expect(risk.max_drawdown!.depth).toBeCloseTo(0.144672955739218, 12);
});

describe('the manuals of the R package PerformanceAnalytics', () => {
  // read in tests/testthat/_snaps/all_snapshots.md of braverock/PerformanceAnalytics, which rounds some digits, cuts others
  const monthEnds = Array.from({ length: 133 }, (_, i) => new Date(Date.UTC(1996, i, 0)).toISOString().slice(0, 10));
  const within = (value: number | null, expected: number, tolerance = 1e-4) => {
    expect(Math.abs(value! - expected)).toBeLessThan(tolerance);
  };
  const dated = { ...monthly, dates: monthEnds };

  test('have these values of the fund HAM1 against the S&P 500', () => {
    const risk = measureRisk(
      measureInput(managers.fund, { ...dated, benchmark: beside(managers.fund, managers.market, 12) }),
    );
    within(risk.volatility! / Math.sqrt(12), 0.0256);
    within(risk.downside_deviation! / Math.sqrt(12), 0.0145);
    within(risk.sortino_ratio! / Math.sqrt(12), 0.7649);
    within(risk.calmar_ratio, 0.9061);
    within(risk.max_drawdown!.depth, 0.1518);
    within(risk.tracking_error, 0.1131);
    within(risk.beta, 0.391, 5e-4);
  });

  test('have these values of the fund at a yearly rate of 3.5 and a minimum return of 4 %', () => {
    const input = {
      ...dated,
      benchmark: beside(managers.fund, managers.market, 12),
      riskFreeRate: 0.035,
      minimumReturn: 0.04,
    };
    const risk = measureRisk(measureInput(managers.fund, input));
    within(risk.sharpe_ratio!.value / Math.sqrt(12), 0.3201);
    within(risk.downside_deviation! / Math.sqrt(12), 0.0157);
    within(risk.alpha! / 12, 0.0055, 1e-3);
  });

  test('have this worst drawdown of the S&P 500: from 2000-09, lowest in 2002-09, made good in 2006-10', () => {
    const { max_drawdown: worst } = measureRisk(measureInput(managers.market, dated));
    within(worst!.depth, 0.4473);
    // the package counts the first month of the fall, not the peak before it
    expect(worst).toMatchObject({ peak: '2000-08-31', trough: '2002-09-30', recovery: '2006-10-31' });
  });

  test('have these ratios of the fund in 1996', () => {
    const risk = measureRisk(
      measureInput(managers.fund.subarray(0, 12), { ...monthly, dates: monthEnds.slice(0, 13) }),
    );
    within(risk.sortino_ratio! / Math.sqrt(12), 1.492);
    within(risk.omega_ratio! - 1, 3.5983);
  });
});

describe('the tests of empyrical', () => {
  // empyrical/tests/test_stats.py of quantopian/empyrical: mixed_returns and negative_returns
  const zero = { periodsPerYear: 252, riskFreeRate: 0, minimumReturn: 0 };

  test('have these values of gains and losses', () => {
    const mixed = [0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1];
    const risk = measureRisk(measureInput(mixed, { ...zero, benchmark: beside(mixed, new Float64Array(8), 252) }));
    expect(risk.sharpe_ratio!.value).toBeCloseTo(1.7238613961706866, 12);
    expect(risk.volatility).toBeCloseTo(0.9136465399704637, 12);
    // these count the day before the first return, too, as one without a return
    const withDayBefore = measureRisk(measureInput([0, ...mixed], zero));
    expect(withDayBefore.calmar_ratio).toBeCloseTo(19.135925373194233, 10);
    expect(withDayBefore.tail_ratio).toBeCloseTo(0.9473684210526313, 12);
    expect(risk.max_drawdown!.depth).toBeCloseTo(0.1, 12);
    expect(risk.sortino_ratio).toBeCloseTo(2.605531251673693, 12);
    expect(risk.downside_deviation).toBeCloseTo(0.6044832503882966, 12);
    expect(risk.information_ratio! / Math.sqrt(252)).toBeCloseTo(0.10859306069076737, 12);
    // a minimum of 1,000 % a year, which the package takes a 252nd root of
    const high = measureInput(mixed, { ...zero, minimumReturn: 252 * (11 ** (1 / 252) - 1) });
    expect(measureRisk(high).omega_ratio).toBeCloseTo(0.8335426349755793, 12);
    const tenth = measureInput(mixed, { ...zero, minimumReturn: 25.2 });
    expect(measureRisk(tenth).downside_deviation).toBeCloseTo(1.7161730681956295, 12);
  });

  test('have these values of losses alone', () => {
    const risk = measureRisk(measureInput([0, -0.06, -0.07, -0.01, -0.09, -0.02, -0.06, -0.08, -0.05], zero));
    expect(risk.sharpe_ratio!.value).toBeCloseTo(-24.406808633910085, 11);
    expect(risk.sortino_ratio).toBeCloseTo(-13.532743075043401, 11);
    expect(risk.max_drawdown!.depth).toBeCloseTo(0.3659, 4);
    expect(risk.omega_ratio).toBe(0);
  });
});

test('the prototype’s check values hold', () => {
  const risk = measureRisk(measureInput(prototypeReturns));
  expect(risk.volatility).toBeCloseTo(0.2939388, 7);
  expect(risk.sharpe_ratio!.value).toBeCloseTo(-2.2113449, 6);
  expect(risk.historical_tail!.var).toBeCloseTo(0.0265, 12);
  expect(risk.historical_tail!.cvar).toBeCloseTo(0.03, 12);
  expect(risk.normal_tail!.cvar).toBeCloseTo(0.0406940195, 10);
  expect(risk.max_drawdown!.depth).toBeCloseTo(0.0349955, 7);
});

test.each([
  // Lo 2002: table of the standard errors of Sharpe ratios of independent returns by observations
  [0.5, 12, 0.306],
  [1.5, 60, 0.188],
  [3, 125, 0.21],
])('the standard error of a Sharpe ratio of %d from %d returns is %d', (ratio, observations, expected) => {
  expect(sharpeStandardError(ratio, observations, 1)).toBeCloseTo(expected, 3);
});

test('the standard error of an annualised ratio grows with the root of the periods in a year', () => {
  expect(sharpeStandardError(0.1 * Math.sqrt(12), 60, 12)).toBeCloseTo(
    sharpeStandardError(0.1, 60, 1) * Math.sqrt(12),
    12,
  );
});

test('the largest drawdown has the dates of its peak, trough and recovery', () => {
  const risk = measureRisk(measureInput([0.1, -0.2, 0.1, 0.5, -0.1]));
  expect(risk.max_drawdown).toEqual({
    depth: expect.closeTo(0.2, 12),
    peak: '2021-01-02',
    trough: '2021-01-03',
    recovery: '2021-01-05',
  });
  // the first fall took two periods to recover, the second one is open
  expect(risk.average_drawdown).toEqual({
    depth: expect.closeTo(0.15, 12),
    count: 2,
    recovered: 1,
    recoveryPeriods: 2,
    openSince: '2021-01-05',
  });
});

test('of a portfolio that only gains, the drawdown is 0 and what divides by losses is unknown', () => {
  const risk = measureRisk(measureInput([0.01, 0.02, 0.03]));
  expect(risk.max_drawdown).toEqual({ depth: 0, peak: null, trough: null, recovery: null });
  expect([risk.downside_deviation, risk.pain_index, risk.ulcer_index]).toEqual([0, 0, 0]);
  expect([risk.sortino_ratio, risk.calmar_ratio, risk.omega_ratio, risk.average_drawdown]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('Bitcoin in bitcoin has no risk, and what divides by it is unknown', () => {
  const zeros = new Float64Array(30);
  const risk = measureRisk(measureInput(zeros, { benchmark: beside(zeros, zeros) }));
  expect([risk.volatility, risk.tracking_error, risk.max_drawdown!.depth]).toEqual([0, 0, 0]);
  expect(risk.historical_tail).toEqual({ var: 0, cvar: 0 });
  for (const id of [
    'sharpe_ratio',
    'sortino_ratio',
    'calmar_ratio',
    'omega_ratio',
    'skewness',
    'excess_kurtosis',
    'tail_ratio',
    'beta',
    'alpha',
    'information_ratio',
    'up_capture',
    'down_capture',
    'cornish_fisher_tail',
  ] as const) {
    expect([id, risk[id]]).toEqual([id, null]);
  }
});

test('a deviation that is only rounding makes no ratio', () => {
  // a price that grows by 1 % a period: returns differ in their last digits
  const prices = Array.from({ length: 40 }, (_, i) => 100 * 1.01 ** i);
  const returns = prices.slice(1).map((price, i) => price / prices[i]! - 1);
  const risk = measureRisk(measureInput(returns, { benchmark: beside(returns, returns) }));
  expect([risk.sharpe_ratio, risk.beta, risk.information_ratio, risk.skewness]).toEqual([null, null, null, null]);
});

test.each([0, 1])('of %d returns nothing is known that is an estimate', (count) => {
  const risk = measureRisk(measureInput(new Array<number>(count).fill(0.01)));
  const { max_drawdown, pain_index, ulcer_index, average_drawdown, conditional_drawdown, ...estimates } = risk;
  expect(new Set(Object.values(estimates))).toEqual(new Set([null]));
  expect(average_drawdown).toBeNull();
  expect([max_drawdown?.depth ?? null, pain_index, ulcer_index, conditional_drawdown]).toEqual(
    new Array(4).fill(count === 0 ? null : 0),
  );
});

test('a total loss gives finite numbers', () => {
  const risk = measureRisk(measureInput([0.1, -1, 0.2, 0.1]));
  expect(risk.calmar_ratio).toBe(-1);
  for (const value of numbersIn(risk)) expect(Number.isFinite(value)).toBe(true);
});

test('a benchmark of another length is refused', () => {
  expect(() => measureRisk(measureInput([0.1, 0.2], { benchmark: beside([0.1, 0.2], new Float64Array(3)) }))).toThrow(
    InvariantViolation,
  );
});

test('the parts of a composition sum to the measures of the whole', () => {
  const assets = ['BTC', 'ETH'] as AssetId[];
  const weights = Float64Array.of(0.6, 0.4);
  const assetReturns = Float64Array.from({ length: 48 }, (_, i) =>
    i % 2 === 0 ? bacon.portfolio[i >> 1]! : bacon.benchmark[23 - (i >> 1)]!,
  );
  const returns = Float64Array.from(
    { length: 24 },
    (_, t) => 0.6 * assetReturns[2 * t]! + 0.4 * assetReturns[2 * t + 1]!,
  );
  const risk = measureRisk(measureInput(returns, { ...monthly, composition: { assets, weights, assetReturns } }));
  expect(risk.volatility_contributions!.total).toBeCloseTo(risk.volatility!, 12);
  expect(risk.cvar_contributions!.total).toBeCloseTo(risk.historical_tail!.cvar, 12);
  expect(Object.keys(risk.volatility_contributions!.assets)).toEqual(assets);
  expect(risk.concentration).toMatchObject({
    herfindahl: expect.closeTo(0.52, 12),
    effectiveAssets: expect.closeTo(1 / 0.52, 12),
  });
});

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
