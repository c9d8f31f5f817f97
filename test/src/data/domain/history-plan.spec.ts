import type { AssetClass } from '../../../../src/data/domain/asset.js';
import type { Interval } from '../../../../src/data/domain/candle.js';
import { expectedOpens } from '../../../../src/data/domain/exchange-calendar.js';
import {
  barsAbout,
  collectedFor,
  completeness,
  leavesNothingToAsk,
  holesOf,
  missingHistory,
  partDays,
  usualFrom,
  wholeHistory,
  type HistoryWanted,
  type TimeWindow,
} from '../../../../src/data/domain/history-plan.js';
import { dayMs, hourMs, toIso } from '../../../../src/shared/time.js';

const at = (text: string) => Date.parse(text);
const asOf = at('2025-03-12T00:40:00Z');
const days = (from: string): HistoryWanted => ({ assetClass: 'crypto', interval: '1d', from: at(from), asOf });
const shown = (parts: readonly TimeWindow[]) => parts.map(({ from, to }) => `${toIso(from)} ${toIso(to)}`);
const opens = ({ assetClass, interval, from, asOf: to }: HistoryWanted) =>
  expectedOpens(assetClass, interval, from, to);

test.each<[Interval, string]>([
  ['1d', '2023-01-02T00:00:00Z'],
  ['1w', '2023-01-02T00:00:00Z'],
  ['1h', '2024-12-12T00:00:00Z'],
  ['4h', '2024-12-12T00:00:00Z'],
  ['1m', '2025-03-10T00:00:00Z'],
  ['15m', '2025-03-10T00:00:00Z'],
])('the usual history of %s begins %s', (interval, from) => {
  expect(toIso(usualFrom(interval, asOf))).toBe(from);
});

test('of 4h and 1w the bars that they are made of are collected, unless only they are offered', () => {
  expect(collectedFor(['1w', '1d', '4h'], () => true)).toEqual(['1d', '1h']);
  expect(collectedFor(['1w', '1m'], (one) => one === '1w')).toEqual(['1w', '1m']);
});

test('without anything stored all is missing', () => {
  const wanted = days('2023-01-02');
  expect(shown(missingHistory(wanted, []))).toEqual(['2023-01-02T00:00:00Z 2025-03-12T00:40:00Z']);
  expect(wholeHistory(wanted)).toEqual(missingHistory(wanted, []));
  expect(wholeHistory(days('2025-03-12'))).toEqual([]);
});

test.each<[AssetClass, Interval, number]>([
  ['crypto', '1m', 13],
  ['crypto', '1h', 833],
  ['crypto', '1d', 20_000],
  ['stock', '1m', 71],
  ['stock', '1h', 4_000],
  ['etf', '1d', 20_000],
])('of %s %s bars 20,000 at most are asked for at once: %i days', (assetClass, interval, expected) => {
  expect(partDays(assetClass, interval)).toBe(expected);
  const [from, asOfThen] = [at('2024-01-02'), at('2024-01-02') + Math.min(expected, 2_000) * dayMs];
  expect(opens({ assetClass, interval, from, asOf: asOfThen }).length).toBeLessThanOrEqual(20_000);
});

test('the last stored bar is asked for again, so that a correction of it is seen', () => {
  const wanted = days('2023-01-02');
  const stored = opens(wanted);
  expect(shown(missingHistory(wanted, stored))).toEqual(['2025-03-11T00:00:00Z 2025-03-12T00:40:00Z']);
  expect(shown(missingHistory(wanted, stored.slice(0, -5)))).toEqual(['2025-03-06T00:00:00Z 2025-03-12T00:40:00Z']);
  // later bars, of another collection, are no reason to leave the as-of out
  const later = [...stored, asOf + dayMs];
  expect(shown(missingHistory(wanted, later))).toEqual(['2025-03-11T00:00:00Z 2025-03-12T00:40:00Z']);
});

test('a hole and a beginning that is missing are asked for by themselves when they are far apart', () => {
  const wanted: HistoryWanted = { assetClass: 'crypto', interval: '1h', from: at('2024-01-01'), asOf };
  const stored = opens(wanted).filter((open, i) => i >= 24 && !(i >= 3_000 && i < 3_010));
  expect(shown(missingHistory(wanted, stored))).toEqual([
    '2024-01-01T00:00:00Z 2024-01-02T00:00:00Z',
    '2024-05-05T00:00:00Z 2024-05-05T10:00:00Z',
    '2025-03-11T23:00:00Z 2025-03-12T00:40:00Z',
  ]);
  // within a page of each other they are one question
  expect(missingHistory(days('2023-01-02'), opens(days('2023-01-05')))).toHaveLength(1);
});

test('a hole that the source has answered for is left, what follows the last bar never', () => {
  const wanted: HistoryWanted = { assetClass: 'crypto', interval: '1h', from: at('2024-01-01'), asOf };
  const stored = opens(wanted).slice(2_000, -3);
  const answered = [{ from: wanted.from, to: asOf }];
  expect(missingHistory(wanted, stored, answered)).toEqual([{ from: stored.at(-1), to: asOf }]);
  // it answered for a part of the hole only
  const half = [{ from: wanted.from, to: wanted.from + 1_000 * hourMs }];
  expect(missingHistory(wanted, stored, half)[0]).toEqual({
    from: wanted.from + 1_000 * hourMs,
    to: wanted.from + 2_000 * hourMs,
  });
});

test('holes are what is missing and nothing more', () => {
  const wanted = days('2023-01-02');
  const stored = opens(wanted);
  expect(holesOf(wanted, stored)).toEqual([]);
  expect(shown(holesOf(wanted, stored.slice(5)))).toEqual(['2023-01-02T00:00:00Z 2023-01-07T00:00:00Z']);
});

test('stocks miss nothing on holidays and at weekends', () => {
  const wanted: HistoryWanted = { assetClass: 'stock', interval: '1d', from: at('2024-06-28'), asOf: at('2024-07-06') };
  const stored = ['2024-06-28', '2024-07-01', '2024-07-02', '2024-07-03', '2024-07-05'].map(at);
  expect(missingHistory(wanted, stored)).toEqual([{ from: at('2024-07-05'), to: wanted.asOf }]);
  expect(completeness(wanted, stored)).toEqual({ missing: 0, beforeFirst: 0, isFresh: true });
  expect(completeness(wanted, stored.slice(0, -1))).toEqual({ missing: 1, beforeFirst: 0, isFresh: false });
});

test('what the calendar expects before the first bar is counted apart from what it expects behind it', () => {
  const wanted = days('2025-03-01');
  const stored = [at('2025-03-05'), at('2025-03-06'), at('2025-03-09'), at('2025-03-11')];
  expect(completeness(wanted, stored)).toEqual({ missing: 3, beforeFirst: 4, isFresh: true });
  expect(completeness(wanted, [])).toEqual({ missing: 11, beforeFirst: null, isFresh: false });
  // a first bar that the calendar does not expect, as a source may have one
  expect(completeness(wanted, [at('2025-03-04T12:00:00Z')])).toEqual({ missing: 7, beforeFirst: 4, isFresh: false });
  const hours: HistoryWanted = { assetClass: 'stock', interval: '1h', from: at('2024-06-27'), asOf: at('2024-07-06') };
  const stored1h = opens(hours).slice(7);
  expect(completeness(hours, stored1h)).toEqual({ missing: 0, beforeFirst: 7, isFresh: true });
});

test.each<[AssetClass, Interval, string, number]>([
  ['crypto', '1m', '2016-03-12T00:40:00Z', 3_287 * 1_440],
  ['crypto', '1d', '2025-01-01T00:40:00Z', 70],
  ['crypto', '1w', '2025-01-01T00:40:00Z', 10],
  ['stock', '1d', '2024-03-12T00:40:00Z', 261],
  ['etf', '1h', '2024-03-12T00:40:00Z', 1_825],
  ['stock', '1d', '2026-01-01T00:00:00Z', 0],
])('a history of %s %s from %s on has about %i bars', (assetClass, interval, from, bars) => {
  const wanted: HistoryWanted = { assetClass, interval, from: at(from), asOf };
  expect(barsAbout(wanted)).toBe(bars);
  // holidays, of which there are some ten a year, are not left out
  const { length } = opens(wanted);
  expect(bars).toBeGreaterThanOrEqual(length);
  expect(bars).toBeLessThanOrEqual(length * 1.06 + 1);
});

test('what is stored answers for a source only when it reaches the last bar and misses next to nothing', () => {
  const wanted = days('2024-01-01');
  const stored = opens(wanted);
  expect(leavesNothingToAsk(wanted, stored)).toBe(true);
  expect(leavesNothingToAsk(wanted, stored.slice(0, -1))).toBe(false);
  expect(
    leavesNothingToAsk(
      wanted,
      stored.filter((_, i) => i !== 100),
    ),
  ).toBe(true);
  expect(
    leavesNothingToAsk(
      wanted,
      stored.filter((_, i) => i < 100 || i > 110),
    ),
  ).toBe(false);
  expect(leavesNothingToAsk(wanted, stored.slice(30))).toBe(false);
  expect(leavesNothingToAsk(wanted, [])).toBe(false);
});
