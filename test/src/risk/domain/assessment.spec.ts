import { defaultLimits } from '../../../../src/policies/domain/policy-limits.js';
import {
  assessRisk,
  dollars,
  withinLookback,
  type AssessmentInput,
  type RiskInNumeraire,
} from '../../../../src/risk/domain/assessment.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';

const asOf = Date.parse('2024-03-01T00:00:00Z');
const id = (text: string) => text as AssetId;

/** The last days before the as-of, with prices by how many days ago they were. */
const daily = (days: number, close: (ago: number) => number, isOpen: (time: number) => boolean = () => true) => {
  const times = Array.from({ length: days }, (_, i) => asOf - (days - i) * dayMs).filter(isOpen);
  return { openTimes: times, closes: times.map((time) => close((asOf - time) / dayMs)) };
};
/** Without the last days. */
const ended = ({ openTimes, closes }: ReturnType<typeof daily>, days: number) => ({
  openTimes: openTimes.slice(0, -days),
  closes: closes.slice(0, -days),
});
const isWeekday = (time: number) => new Date(time).getUTCDay() % 6 !== 0;
const wave = (size: number, speed: number) => (ago: number) => 100 * Math.exp(size * Math.sin(ago * speed));

const input = (given: Partial<AssessmentInput> = {}): AssessmentInput => ({
  asOf,
  lookbackDays: 100,
  weights: new Map([
    [id('BTC'), 0.6],
    [id('ETH'), 0.4],
  ]),
  closes: new Map([
    [id('BTC'), daily(300, wave(0.1, 1))],
    [id('ETH'), daily(300, wave(0.2, 2))],
    [id('SPY'), daily(300, wave(0.05, 3), isWeekday)],
  ]),
  numeraires: [id('BTC'), id('USD')],
  benchmark: id('BTC'),
  riskFreeRate: 0.02,
  limits: defaultLimits,
  shocks: null,
  classes: new Map(),
  seed: 42,
  ...given,
});

const sideOf = (assessment: ReturnType<typeof assessRisk>, numeraire: string) =>
  assessment.sides.find((side) => side.numeraire === numeraire)!;

test('a lookback of n days makes n returns of what trades every day, the last bar having ended at the as-of', () => {
  const kept = withinLookback(daily(300, wave(0.1, 1)), asOf, 100);
  expect(kept.openTimes.length).toBe(101);
  expect([kept.openTimes[0], kept.openTimes[100]]).toEqual([asOf - 101 * dayMs, asOf - dayMs]);
  expect(withinLookback(daily(300, wave(0.1, 1)), asOf + dayMs / 2, 100).openTimes.length).toBe(101);
});

test('the measures are those of the weighted sums of the returns', () => {
  const assessment = assessRisk(input());
  const { report } = sideOf(assessment, 'USD');
  const price = { btc: wave(0.1, 1), eth: wave(0.2, 2) };
  const returns = Array.from({ length: 100 }, (_, i) => {
    const ago = 100 - i;
    return 0.6 * (price.btc(ago) / price.btc(ago + 1) - 1) + 0.4 * (price.eth(ago) / price.eth(ago + 1) - 1);
  });
  const mean = returns.reduce((sum, value) => sum + value, 0) / 100;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 99;
  expect(report.observations).toBe(100);
  expect(report.headline.expectedReturn).toBeCloseTo(mean * 365, 10);
  expect(report.headline.volatility).toBeCloseTo(Math.sqrt(variance * 365), 12);
});

test('in BTC only what is not BTC moves', () => {
  const assessment = assessRisk(input());
  const { report, riskFreeRate } = sideOf(assessment, 'BTC');
  expect(riskFreeRate).toBe(0);
  expect(report.measures.volatility_contributions!.assets).toEqual({
    BTC: 0,
    ETH: expect.closeTo(report.headline.volatility!, 12) as number,
  });
});

test('with a stock among them the dates that all have count, and the year has 252 of them', () => {
  const weights = new Map([
    [id('BTC'), 0.7],
    [id('SPY'), 0.3],
  ]);
  for (const side of assessRisk(input({ weights })).sides) {
    expect(side).toMatchObject({ tradingDays: 'weekdays', periodsPerYear: 252, to: '2024-02-29' });
    // 101 days from Tuesday 2023-11-21 to Thursday 2024-02-29 have 14 weekends
    expect(side.report.observations).toBe(101 - 28 - 1);
  }
});

test('a benchmark changes the measures against it and nothing else', () => {
  const [byBtc, byStock, byShort] = ['BTC', 'SPY', 'NEW'].map((benchmark) =>
    sideOf(
      assessRisk(
        input({
          benchmark: id(benchmark),
          closes: new Map(input().closes).set(id('NEW'), daily(26, wave(0.1, 1))),
        }),
      ),
      'USD',
    ),
  ) as [RiskInNumeraire, RiskInNumeraire, RiskInNumeraire];
  for (const side of [byStock, byShort]) {
    expect(side).toMatchObject({ hasBenchmark: true, tradingDays: 'every_day', periodsPerYear: 365 });
    expect(side.report.headline).toEqual(byBtc.report.headline);
    expect(side.report.measures.sortino_ratio).toBe(byBtc.report.measures.sortino_ratio);
    expect(side.report.measures.beta).not.toBe(byBtc.report.measures.beta);
  }
  // 101 days with 14 weekends, and 26 days
  expect([byBtc, byStock, byShort].map((side) => side.benchmarkObservations)).toEqual([100, 72, 25]);
});

test('a benchmark whose prices ended long ago is compared with nothing, and that is said', () => {
  const closes = new Map(input().closes).set(id('OLD'), ended(daily(300, wave(0.1, 1)), 8));
  const assessment = assessRisk(input({ benchmark: id('OLD'), closes }));
  const side = sideOf(assessment, 'USD');
  expect(side).toMatchObject({ hasBenchmark: false, benchmarkObservations: 0 });
  expect(side.report.measures.beta).toBeNull();
  expect(side.report.headline.volatility).toBeGreaterThan(0);
  expect(assessment.notes).toContainEqual(expect.stringMatching(/^nothing is compared with OLD in USD: .* 2024-02-21/));
});

test.each([90, 365])('prices that ended eleven months ago make no number, within %i days', (lookbackDays) => {
  const weights = new Map([
    [id('BTC'), 0.5],
    [id('ETH'), 0.29],
    [id('USD'), 0.21],
  ]);
  const old = (speed: number) => ended(daily(1000, wave(0.1, speed)), 330);
  const closes = new Map([
    [id('BTC'), old(1)],
    [id('ETH'), old(2)],
  ]);
  const assessment = assessRisk(input({ weights, closes, lookbackDays }));
  expect(assessment.assets.map(({ use }) => use)).toEqual(['stale', 'stale', 'used']);
  expect(assessment.coveredWeight).toBe(0.21);
  for (const { report } of assessment.sides) {
    expect(report).toMatchObject({ observations: 0, overallRecommendation: 'INSUFFICIENT_DATA' });
    expect(Object.values(report.headline)).toEqual([null, null, null, null, null]);
  }
  // the last bar is of 331 days before 2024-03-01 and ended a day later
  expect(assessment.notes).toEqual([
    'BTC is left out: the newest price of BTC is of 2023-04-05, 330 days before the as-of, at most 7 count',
    'ETH is left out: the newest price of ETH is of 2023-04-05, 330 days before the as-of, at most 7 count',
    'nothing is measured: of what is no cash 0 % has usable prices, half of it is needed',
  ]);
});

test('a price may be seven days old and no more', () => {
  const used = (days: number) =>
    assessRisk(
      input({ closes: new Map(input().closes).set(id('ETH'), ended(daily(300, wave(0.2, 2)), days)) }),
    ).assets.map(({ use }) => use);
  expect(used(7)).toEqual(['used', 'used']);
  expect(used(8)).toEqual(['used', 'stale']);
});

test('half of what is no cash has to have prices', () => {
  const of = (btc: number, unknown: number) =>
    assessRisk(
      input({
        weights: new Map([
          [id('BTC'), btc],
          [id('GLD'), unknown],
          [id('USD'), 0.5],
        ]),
      }),
    );
  expect(sideOf(of(0.25, 0.25), 'USD').report.headline.volatility).toBeGreaterThan(0);
  const less = of(0.2, 0.3);
  expect(sideOf(less, 'USD').report.headline.volatility).toBeNull();
  expect(less.notes).toEqual([
    'GLD is left out: no price is stored',
    'nothing is measured: of what is no cash 40 % has usable prices, half of it is needed',
  ]);
});

test('without prices of the benchmark everything else is measured', () => {
  const side = sideOf(assessRisk(input({ benchmark: id('GLD') })), 'USD');
  expect(side).toMatchObject({ hasBenchmark: false, tradingDays: 'every_day' });
  expect(side.report.measures.beta).toBeNull();
  expect(side.report.headline.volatility).toBeGreaterThan(0);
});

test('what has too few prices, or none, is named and left out, and the others are scaled up', () => {
  const weights = new Map([
    [id('BTC'), 0.5],
    [id('ETH'), 0.2],
    [id('SOL'), 0.2],
    [id('GLD'), 0.1],
  ]);
  const closes = new Map(input().closes).set(id('SOL'), daily(20, wave(0.1, 1)));
  const assessment = assessRisk(input({ weights, closes }));
  expect(assessment.assets.map(({ assetId, use, observations }) => [assetId, use, observations])).toEqual([
    ['BTC', 'used', 100],
    ['ETH', 'used', 100],
    ['SOL', 'too_short', 19],
    ['GLD', 'no_prices', 0],
  ]);
  expect(assessment.coveredWeight).toBeCloseTo(0.7, 12);
  const { concentration } = sideOf(assessment, 'USD').report.measures;
  expect(concentration!.herfindahl).toBeCloseTo((0.5 ** 2 + 0.2 ** 2) / 0.7 ** 2, 12);
});

test('fewer than 20 common dates make no number', () => {
  const closes = new Map(input().closes)
    .set(
      id('BTC'),
      daily(300, wave(0.1, 1), (time) => (time / dayMs) % 2 === 0),
    )
    .set(
      id('ETH'),
      daily(300, wave(0.2, 2), (time) => (time / dayMs) % 2 === 1),
    );
  for (const { report, from } of assessRisk(input({ closes })).sides) {
    expect(from).toBeNull();
    expect(report).toMatchObject({ observations: 0, overallRecommendation: 'INSUFFICIENT_DATA' });
    expect(Object.values(report.headline)).toEqual([null, null, null, null, null]);
  }
});

test('without prices of BTC there is no number in BTC, and all of them in US dollars', () => {
  const weights = new Map([[id('ETH'), 1]]);
  const closes = new Map(input().closes);
  closes.delete(id('BTC'));
  const assessment = assessRisk(input({ weights, closes }));
  expect(sideOf(assessment, 'BTC').report.headline.volatility).toBeNull();
  expect(sideOf(assessment, 'USD').report.headline.volatility).toBeGreaterThan(0);
  expect(assessment.correlationsWithBtc).toEqual([]);
});

test('nothing held is no risk report but words', () => {
  const assessment = assessRisk(input({ weights: new Map() }));
  expect(assessment).toMatchObject({ assets: [], coveredWeight: 0, correlationsWithBtc: [] });
  for (const { report } of assessment.sides) expect(report.overallRecommendation).toBe('INSUFFICIENT_DATA');
});

test('a dollar is worth a dollar on every day, and moves in BTC alone', () => {
  const { openTimes, closes } = dollars(asOf);
  expect(openTimes[openTimes.length - 1]).toBe(asOf - dayMs);
  expect(new Set(Array.from(closes))).toEqual(new Set([1]));
  const assessment = assessRisk(input({ weights: new Map([[id('USD'), 1]]) }));
  expect(sideOf(assessment, 'USD').report.headline).toMatchObject({ volatility: 0, cvar95: 0 });
  expect(sideOf(assessment, 'BTC').report.headline.volatility).toBeGreaterThan(0);
});

test('windows of history that were not over at the as-of are not replayed', () => {
  const ids = (at: string) =>
    sideOf(assessRisk(input({ asOf: Date.parse(at) })), 'USD').stress.windows.map((window) => window.id);
  expect(ids('2019-01-01T00:00:00Z')).toEqual(['crypto_winter_2018']);
  expect(ids('2022-05-13T00:00:00Z')).toContain('luna_2022');
  expect(ids('2022-05-12T23:59:59Z')).not.toContain('luna_2022');
});

test('the same input gives the same bytes', () => {
  expect(JSON.stringify(assessRisk(input()))).toBe(JSON.stringify(assessRisk(input())));
});
