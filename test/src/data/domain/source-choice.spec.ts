import {
  firstMissing,
  firstWanted,
  isComplete,
  isStale,
  lastEnd,
  preferredSeries,
  whyNotOffered,
} from '../../../../src/data/domain/source-choice.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';
import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const asOf = Date.parse('2025-03-12T00:00:00Z');
const wanted = firstWanted(asOf);
const date = (ms: number) => utcDate(ms);

test('wants 800 days of history', () => {
  expect(date(wanted)).toBe('2023-01-02');
});

const offers = {
  candles: ['1d'],
  assetClasses: ['crypto'],
  quotes: false,
  history: '',
  wholeHistory: false,
  publicationLagMs: 0,
} as const;

test('says why a source is not asked', () => {
  expect(whyNotOffered(offers, 'crypto', '1d')).toBeUndefined();
  expect(whyNotOffered(offers, 'etf', '1d')).toBe('has no etf prices');
  expect(whyNotOffered(offers, 'crypto', '1h')).toBe('has no bars of 1h');
});

test.each([
  ['nothing is stored', { rows: 0, first: null, last: null, longestGapMs: 0 }, '2023-01-02'],
  [
    'the history is stored: the last bar again',
    { rows: 798, first: wanted + 2 * dayMs, last: asOf - dayMs, longestGapMs: 4 * dayMs },
    '2025-03-11',
  ],
  [
    'the history begins too late: all of it',
    { rows: 100, first: wanted + 30 * dayMs, last: asOf - dayMs, longestGapMs: dayMs },
    '2023-01-02',
  ],
  [
    'the history has a hole: all of it',
    { rows: 700, first: wanted, last: asOf - dayMs, longestGapMs: 60 * dayMs },
    '2023-01-02',
  ],
])('asks from the right bar when %s', (_, stored, from) => {
  expect(date(firstMissing(stored, '1d', asOf))).toBe(from);
});

test('a source is stale when its last bar before the as-of ended more than seven days before it', () => {
  const bar = (openTime: number) => ({ openTime, open: '1', high: '1', low: '1', close: '1', volume: null });
  expect(lastEnd([bar(asOf - 9 * dayMs), bar(asOf - 8 * dayMs), bar(asOf)], '1d', asOf)).toBe(asOf - 7 * dayMs);
  expect(lastEnd([bar(asOf)], '1d', asOf)).toBeUndefined();
  expect(isStale(asOf - 7 * dayMs, asOf)).toBe(false);
  expect(isStale(asOf - 7 * dayMs - 1, asOf)).toBe(true);
});

test.each([
  ['crypto', 1, true],
  ['crypto', 2, false],
  ['stock', 5, true],
  ['stock', 6, true],
  ['stock', 7, false],
] as const)('stored %s bars whose last opened %i days before leave nothing to ask for: %s', (assetClass, age, is) => {
  const stored = { rows: 500, first: wanted, last: asOf - age * dayMs, longestGapMs: 4 * dayMs };
  expect(isComplete(stored, assetClass, '1d', asOf)).toBe(is);
  expect(isComplete({ ...stored, longestGapMs: 8 * dayMs }, assetClass, '1d', asOf)).toBe(false);
  expect(isComplete({ ...stored, first: wanted + 8 * dayMs }, assetClass, '1d', asOf)).toBe(false);
});

test('prefers the configured order, then its simulated series, then what has most bars', () => {
  const stored = (source: string, rows = 10, adjustment: SeriesRef['adjustment'] = 'raw') => ({
    series: { assetId: 'BTC' as AssetId, interval: '1d', source, quoteCurrency: 'USDT', adjustment } as const,
    rows,
  });
  const chosen = (...all: ReturnType<typeof stored>[]) =>
    preferredSeries(all, ['binance', 'yahoofinance'])?.series.source;
  expect(chosen()).toBeUndefined();
  expect(chosen(stored('csv:x'), stored('yahoofinance'), stored('binance'))).toBe('binance');
  expect(chosen(stored('simulated:binance:1'), stored('yahoofinance'))).toBe('yahoofinance');
  expect(chosen(stored('csv:x'), stored('simulated:yahoofinance:1'))).toBe('simulated:yahoofinance:1');
  expect(chosen(stored('csv:y'), stored('csv:x'))).toBe('csv:x');
  expect(preferredSeries([stored('csv:x', 5, 'raw'), stored('csv:x', 9, 'split')], [])?.series.adjustment).toBe(
    'split',
  );
});
