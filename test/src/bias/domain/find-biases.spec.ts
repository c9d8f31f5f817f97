import { biases, type Bias } from '../../../../src/bias/domain/bias-test.js';
import { findBiases, overallWord, type Finding } from '../../../../src/bias/domain/find-biases.js';
import { odean } from '../../../../src/bias/domain/tests/disposition.js';
import type { Move, TradingHistory } from '../../../../src/bias/domain/trading-history.js';
import { tradingOf } from '../../../../src/bias/domain/trading.js';
import { defaultLimits } from '../../../../src/policies/domain/policy-limits.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';
import { plantedBiases, simulatedHistory } from '../../../../tools/bias/simulated-trader.js';
import { trial } from '../../../../tools/bias/trial.js';

const start = Date.UTC(2024, 0, 1);
const [btc, eth] = ['BTC', 'ETH'] as AssetId[] as [AssetId, AssetId];

const history = (rest: Partial<TradingHistory> = {}): TradingHistory => ({
  asOf: start + 100 * dayMs,
  since: start,
  moves: [],
  closes: new Map(),
  opinions: [],
  weights: null,
  limits: defaultLimits,
  currencies: new Set(),
  ...rest,
});

const of = (found: readonly Finding[], bias: Bias) => found.find((one) => one.bias === bias)!;

test("Odean's table I: PGR 0.148 and PLR 0.098 in the entire year, t = 35; 0.108 and 0.128 in December, t = -4.3", () => {
  const year = odean({ realisedGains: 13_883, paperGains: 79_658, realisedLosses: 11_930, paperLosses: 110_348 });
  expect([year.pgr.toFixed(3), year.plr.toFixed(3), Math.round(year.z!)]).toEqual(['0.148', '0.098', 35]);
  const december = odean({ realisedGains: 866, paperGains: 7_131, realisedLosses: 1_555, paperLosses: 10_604 });
  expect([december.pgr.toFixed(3), december.plr.toFixed(3), december.z!.toFixed(1)]).toEqual([
    '0.108',
    '0.128',
    '-4.3',
  ]);
});

test('where every gain and no loss was realised there is no z', () => {
  const all = odean({ realisedGains: 12, paperGains: 0, realisedLosses: 0, paperLosses: 9 });
  expect(all).toEqual({ pgr: 1, plr: 0, standardError: 0, z: null });
});

test('without trades every test says what it lacks, and the word is OK', () => {
  const found = findBiases(history());
  expect(found.map(({ bias }) => bias)).toEqual(biases);
  for (const { outcome, verdict } of found) {
    expect(verdict).toBe('not_enough_data');
    expect(outcome.kind === 'not_enough_data' && outcome.missing.length > 0).toBe(true);
  }
  expect(overallWord(found)).toBe('OK');
});

test.each(plantedBiases)('a trader with %s is told from chance', (trader) => {
  const pValues = [1, 2, 3, 4, 5, 6].flatMap((seed) => trial(trader, seed).pValues[trader] ?? []);
  expect(pValues.length).toBeGreaterThanOrEqual(2);
  expect(pValues.filter((one) => one <= 0.05).length).toBeGreaterThanOrEqual(pValues.length - 1);
});

test('a trader who chooses by chance is seldom suspected, by any of the tests', () => {
  const trials = Array.from({ length: 12 }, (_, seed) => trial('unbiased', seed + 1));
  const pValues = trials.flatMap((one) => Object.values(one.pValues).filter((p) => p !== null));
  expect(pValues.length).toBeGreaterThan(80);
  expect(pValues.filter((p) => p <= 0.05).length / pValues.length).toBeLessThan(0.12);
  expect(trials.filter(({ suspected }) => suspected.length > 0).length).toBeLessThanOrEqual(2);
});

test('what came after the as-of changes nothing', () => {
  const whole = simulatedHistory('disposition', 7);
  const asOf = whole.since + 900 * dayMs;
  const told = findBiases({ ...whole, asOf });
  const known = findBiases({
    ...whole,
    asOf,
    closes: new Map(
      [...whole.closes].map(([assetId, { openTimes, closes }]) => {
        const count = openTimes.filter((opens) => opens + dayMs <= asOf).length;
        return [assetId, { openTimes: openTimes.slice(0, count), closes: closes.slice(0, count) }];
      }),
    ),
    moves: whole.moves.filter(({ at }) => at < asOf),
  });
  expect(told).toEqual(known);
});

test('amounts in another money, or all twice as large, change no p value', () => {
  const whole = simulatedHistory('unbiased', 3);
  const doubled = {
    ...whole,
    moves: whole.moves.map((move) => ({ ...move, units: move.units * 2, usd: move.usd! * 2, feeUsd: 0 })),
  };
  const pValues = (from: TradingHistory) =>
    findBiases(from).map(({ outcome }) => (outcome.kind === 'tested' ? (outcome.pValue?.toFixed(9) ?? null) : 'none'));
  expect(pValues(doubled)).toEqual(pValues(whole));
});

test('Bitcoin is judged by its own band: 60 % is none, 61 % is concentration, 21 % of another asset as well', () => {
  const concentration = (weights: Record<string, number>) =>
    of(findBiases(history({ weights: new Map(Object.entries(weights) as [AssetId, number][]) })), 'concentration');
  expect(concentration({ BTC: 0.6, ETH: 0.2, SPY: 0.2 })).toMatchObject({ verdict: 'none', severity: null });
  expect(concentration({ BTC: 0.61, ETH: 0.2, SPY: 0.19 })).toMatchObject({
    verdict: 'suspected',
    severity: 'high',
    outcome: { effect: { words: 'BTC is 61 % of the portfolio, its limit is 60 %' } },
  });
  expect(concentration({ BTC: 0.55, ETH: 0.21, SPY: 0.2 })).toMatchObject({
    verdict: 'suspected',
    adjustedPValue: null,
  });
  // too little of something is no concentration
  expect(concentration({ BTC: 0.2, ETH: 0.2 })).toMatchObject({ verdict: 'none' });
});

test('the severe word wins, then the one of medium severity; a small effect is a caution', () => {
  const word = (...severities: Finding['severity'][]) => overallWord(severities.map((severity) => ({ severity })));
  expect([word(), word(null), word('low'), word('low', 'medium'), word('medium', 'high')]).toEqual([
    'OK',
    'OK',
    'CAUTION',
    'REDUCE_POSITION_SIZE',
    'AVOID_TRADING',
  ]);
});

const move = (kind: Move['kind'], assetId: AssetId, day: number, units: number, usd: number | null): Move => ({
  assetId,
  at: start + day * dayMs,
  kind,
  units,
  usd,
  feeUsd: null,
});

test('gains are told against the average cost, which is unknown as long as anything of unknown cost is held', () => {
  const { sales } = tradingOf(
    history({
      moves: [
        move('buy', btc, 1, 1, 100),
        move('buy', btc, 2, 1, 200),
        move('sell', btc, 3, 1, 180),
        move('in', btc, 4, 1, null),
        move('sell', btc, 5, 1, 180),
        move('sell', btc, 6, 1, 180),
        move('buy', btc, 7, 2, 100),
        move('sell', btc, 8, 1, 75),
      ],
    }),
  );
  expect(sales.map(({ gainUsd }) => gainUsd)).toEqual([30, null, null, 25]);
});

test('fills of one day are one trade, and what is bought and sold within a day has a gain', () => {
  const { buys, sales, saleDays } = tradingOf(
    history({
      moves: [
        move('buy', eth, 1, 1, 100),
        move('buy', eth, 1, 1, 120),
        move('sell', eth, 1, 1, 130),
        move('sell', eth, 1, 1, 130),
      ],
    }),
  );
  expect(buys).toEqual([{ day: 401, assetId: eth, units: 2, usd: 220, feeUsd: 0 }]);
  expect(sales).toHaveLength(1);
  expect(saleDays.map(({ gainUsd }) => gainUsd)).toEqual([40]);
});
