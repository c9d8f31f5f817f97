import {
  backtestVar,
  baselZone,
  christoffersen,
  kupiec,
  rollingForecasts,
} from '../../../../src/risk/domain/var-backtest.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

/** Fewest and most exceptions at which the test does not reject at 5 %. */
function accepted(observations: number, confidence: number): [number, number] {
  const counts = Array.from({ length: observations }, (_, k) => k).filter(
    (k) => kupiec(k, observations, confidence).statistic < 3.841,
  );
  return [counts[0]!, counts.at(-1)!];
}

test.each([
  // Kupiec 1995, as reprinted in Jorion, "Value at Risk", chapter 6: N < 7, 1 < N < 11, 4 < N < 17, ...
  [0.99, 255, 0, 6],
  [0.99, 510, 2, 10],
  [0.99, 1000, 5, 16],
  [0.975, 255, 3, 11],
  [0.975, 510, 7, 20],
  [0.975, 1000, 16, 35],
  [0.95, 255, 7, 20],
  [0.95, 510, 17, 35],
  [0.95, 1000, 38, 64],
  [0.9, 255, 17, 35],
  [0.9, 510, 39, 64],
  [0.9, 1000, 82, 119],
])('at %d over %d days Kupiec’s test accepts %d to %d exceptions', (confidence, days, fewest, most) => {
  // the paper leaves out the case without exceptions, which a test at 99 % over 255 days rejects
  const [low, high] = accepted(days, confidence);
  expect([Math.min(low, fewest === 0 ? 0 : low), high]).toEqual([fewest, most]);
});

test('J.P. Morgan’s 20 exceptions in 252 days of 1998 are rejected', () => {
  // Jorion, "Value at Risk", chapter 6: 3.91 against 3.84
  const { statistic, pValue } = kupiec(20, 252, 0.95);
  expect(statistic).toBeCloseTo(3.91, 2);
  expect(pValue).toBeCloseTo(0.0479, 4);
});

test('15 exceptions in 1,000 days at 99 % are not rejected', () => {
  // Hull, "Risk Management and Financial Institutions", exercise 9.14
  expect(kupiec(15, 1000, 0.99).statistic).toBeCloseTo(2.19, 2);
});

test('J.P. Morgan’s exceptions of 1998 came in clusters', () => {
  // Jorion, chapter 6: 14 exceptions after 232 days without, 6 after 20 days with one; 9.53 and together 13.44
  const independence = christoffersen({ missMiss: 218, missHit: 14, hitMiss: 14, hitHit: 6 })!;
  expect(independence.statistic).toBeCloseTo(9.53, 2);
  expect(independence.statistic + kupiec(20, 252, 0.95).statistic).toBeCloseTo(13.44, 2);
});

test('6 exceptions in 252 days at 99 %, four of them after another, are not too many but come together', () => {
  // Jorion, "Value at Risk", chapter 6, question 10, as answered on bionicturtle.com: 3.498 (cut off) and 25.837
  expect(Math.floor(kupiec(6, 252, 0.99).statistic * 1_000)).toBe(3_498);
  const independence = christoffersen({ missMiss: 244, missHit: 2, hitMiss: 2, hitHit: 4 })!;
  expect(independence.statistic).toBeCloseTo(25.837, 3);
});

test('57 exceptions in 1,043 days at 95 %, four of them after another, as in the manual of MATLAB', () => {
  // Risk Management Toolbox, varbacktest.pof and varbacktest.cci
  expect(kupiec(57, 1043, 0.95).statistic).toBeCloseTo(0.46147, 5);
  expect(kupiec(57, 1043, 0.95).pValue).toBeCloseTo(0.49694, 5);
  const independence = christoffersen({ missMiss: 932, missHit: 53, hitMiss: 53, hitHit: 4 })!;
  expect(independence.statistic).toBeCloseTo(0.25866, 5);
  expect(independence.pValue).toBeCloseTo(0.61104, 5);
});

test('no exceptions at all have a likelihood too', () => {
  // -2·250·ln(0.99) = 5.0252
  expect(kupiec(0, 250, 0.99).statistic).toBeCloseTo(5.0252, 4);
  expect(kupiec(250, 250, 0.99).statistic).toBeCloseTo(-500 * Math.log(0.01), 8);
});

test('without days after an exception independence cannot be judged', () => {
  expect(christoffersen({ missMiss: 249, missHit: 0, hitMiss: 0, hitHit: 0 })).toBeNull();
});

test('of 250 days at 99 % up to 4 exceptions are green, 5 to 9 yellow, 10 and more red', () => {
  const zones = Array.from({ length: 13 }, (_, k) => baselZone(k, 250, 0.99));
  expect(zones).toEqual([...Array<string>(5).fill('green'), ...Array<string>(5).fill('yellow'), 'red', 'red', 'red']);
  expect(baselZone(250, 250, 0.99)).toBe('red');
});

test('of 750 days at 99.5 % the yellow zone begins at 7 exceptions and the red one at 13', () => {
  // "Backtesting KPI's", cfrm17.github.io, which extends the committee's definition
  const zones = [6, 7, 12, 13].map((k) => baselZone(k, 750, 0.995));
  expect(zones).toEqual(['green', 'yellow', 'yellow', 'red']);
});

test('an exception is a loss above the forecast made for its period', () => {
  const result = backtestVar([-0.03, -0.02, 0.01, -0.05, 0.02], [0.02, 0.02, 0.02, 0.04, 0.04], 0.95)!;
  expect(result).toMatchObject({ observations: 5, exceptions: 2, expectedExceptions: expect.closeTo(0.25, 12) });
  expect(result.conditionalCoverage!.statistic).toBeCloseTo(
    result.coverage.statistic + result.independence!.statistic,
    12,
  );
  expect(backtestVar([], [], 0.95)).toBeNull();
});

test('a forecast sees only what came before its return', () => {
  const returns = Float64Array.of(-0.01, -0.02, -0.03, 0.5, -0.9);
  const { returns: judged, forecasts } = rollingForecasts(returns, 3, 0.95);
  expect([...judged]).toEqual([0.5, -0.9]);
  // quantile of -.03, -.02, -.01 at .05: -.03 + .1 × .01
  expect(forecasts[0]).toBeCloseTo(0.029, 14);
  expect(rollingForecasts(returns, 9, 0.95).returns).toHaveLength(0);
  expect(() => rollingForecasts(returns, 1, 0.95)).toThrow(InvariantViolation);
});

test('forecasts from independent returns are not rejected', () => {
  const { normal } = seededRandom(11);
  const rolling = rollingForecasts(Float64Array.from({ length: 1250 }, normal), 250, 0.95);
  const result = backtestVar(rolling.returns, rolling.forecasts, 0.95)!;
  expect(result.zone).toBe('green');
  expect(result.conditionalCoverage!.pValue).toBeGreaterThan(0.05);
});
