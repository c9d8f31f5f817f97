import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import {
  frozenMarket,
  isSimulated,
  observationsOf,
  whyTooLittleData,
  type DailyClose,
} from '../../../../src/optimization/domain/market-snapshot.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';

const day = (date: string) => Date.parse(`${date}T00:00:00Z`);
const series = (assetId: string, source = 'csv:test'): SeriesRef => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source,
  quoteCurrency: 'USD',
  adjustment: 'unknown',
});
const closes = (first: string, count: number, keep: (ms: number) => boolean = () => true): DailyClose[] =>
  Array.from({ length: count }, (_, i) => ({ openTime: day(first) + i * dayMs, close: String(100 + i) })).filter(
    ({ openTime }) => keep(openTime),
  );
const isWeekday = (ms: number) => ![0, 6].includes(new Date(ms).getUTCDay());

test('keeps the dates that every asset has, with each asset’s own closes on them', () => {
  const snapshot = frozenMarket(day('2021-01-07'), 365, [
    // Friday to Wednesday
    { series: series('BTC'), closes: closes('2021-01-01', 6) },
    { series: series('SPY'), closes: closes('2021-01-01', 6, isWeekday) },
  ]);
  expect(snapshot).toEqual({
    asOf: '2021-01-07T00:00:00Z',
    lookbackDays: 365,
    series: [
      { ...series('BTC'), bars: 6, firstDate: '2021-01-01', lastDate: '2021-01-06' },
      { ...series('SPY'), bars: 4, firstDate: '2021-01-01', lastDate: '2021-01-06' },
    ],
    dates: ['2021-01-01', '2021-01-04', '2021-01-05', '2021-01-06'],
    closes: { BTC: ['100', '103', '104', '105'], SPY: ['100', '103', '104', '105'] },
  });
  expect(observationsOf(snapshot)).toBe(3);
});

test('a bar that is still open at the as-of does not enter', () => {
  const asOf = day('2021-01-06') + dayMs - 1;
  const { dates } = frozenMarket(asOf, 365, [{ series: series('BTC'), closes: closes('2021-01-01', 10) }]);
  expect(dates.at(-1)).toBe('2021-01-05');
});

test('a lookback of 365 days holds 365 daily bars and so 364 returns', () => {
  const snapshot = frozenMarket(day('2021-07-07'), 365, [
    { series: series('BTC'), closes: closes('2019-01-01', 2000) },
  ]);
  expect(snapshot.dates.at(0)).toBe('2020-07-07');
  expect(snapshot.dates.at(-1)).toBe('2021-07-06');
  expect(observationsOf(snapshot)).toBe(364);
});

test('a few common dates are too few, and the shortest series is named', () => {
  const snapshot = frozenMarket(day('2021-07-07'), 365, [
    { series: series('BTC'), closes: closes('2020-01-01', 553) },
    { series: series('NEW'), closes: closes('2021-07-01', 6) },
  ]);
  expect(whyTooLittleData(snapshot)).toBe(
    'needs 20 daily returns on common dates within 365 days before 2021-07-07T00:00:00Z, has 5; ' +
      'the shortest series is NEW with 6 bars from 2021-07-01 to 2021-07-06',
  );
});

test('no bars at all are too few', () => {
  const snapshot = frozenMarket(day('2021-07-07'), 365, [{ series: series('BTC'), closes: [] }]);
  expect(whyTooLittleData(snapshot)).toMatch(/has 0; the shortest series is BTC with 0 bars$/);
});

test('common dates that end long before the as-of are refused, naming the series that ends first', () => {
  const snapshot = frozenMarket(day('2021-07-07'), 365, [
    { series: series('BTC'), closes: closes('2020-01-01', 553) },
    { series: series('OLD'), closes: closes('2020-01-01', 500) },
  ]);
  expect(whyTooLittleData(snapshot)).toBe(
    'the latest common date is 2021-05-14, 53 days before the as-of 2021-07-07T00:00:00Z; OLD ends on 2021-05-14',
  );
});

test('enough and fresh data has nothing against it', () => {
  const snapshot = frozenMarket(day('2021-07-07'), 365, [{ series: series('BTC'), closes: closes('2020-01-01', 553) }]);
  expect(whyTooLittleData(snapshot)).toBeUndefined();
});

test('one simulated series makes the whole snapshot simulated', () => {
  expect(isSimulated([series('BTC'), series('ETH', 'simulated:binance:1')])).toBe(true);
  expect(isSimulated([series('BTC'), series('ETH', 'binance')])).toBe(false);
});

test.each([
  ['an asset given twice', [series('BTC'), series('BTC', 'binance')], closes('2021-01-01', 3)],
  ['bars out of order', [series('BTC')], closes('2021-01-01', 3).reverse()],
  ['weekly bars', [{ ...series('BTC'), interval: '1w' as const }], closes('2021-01-01', 3)],
])('%s is a defect', (_name, refs, bars) => {
  const inputs = refs.map((ref) => ({ series: ref, closes: bars }));
  expect(() => frozenMarket(day('2021-02-01'), 365, inputs)).toThrow(InvariantViolation);
});
