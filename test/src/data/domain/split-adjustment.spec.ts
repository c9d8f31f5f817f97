import {
  splitAdjusted,
  splitAdjustedTexts,
  splitNotes,
  type KnownSplit,
} from '../../../../src/data/domain/split-adjustment.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';

const start = Date.parse('2020-08-24T00:00:00Z');
/** Closes of successive days from 2020-08-24 on. */
const daily = (...closes: number[]) => ({ openTimes: closes.map((_, i) => start + i * dayMs), closes });
const split = (date: string, factor: number, toldBy = 'yahoofinance'): KnownSplit => ({
  day: Date.parse(`${date}T00:00:00Z`),
  factor,
  toldBy,
});
/** Four for one before the close of the 28th. */
const raw = daily(500, 504, 496, 500, 126, 128);

test('raw prices of before a split are divided by it, so that it is no return', () => {
  const { closes, applied, suspected, unseen } = splitAdjusted(raw, 'raw', [split('2020-08-28', 4)], true);
  expect([...closes]).toEqual([125, 126, 124, 125, 126, 128]);
  expect([applied.length, suspected, unseen]).toEqual([1, [], []]);
});

test('prices that are adjusted already stay as they are, and so do unknown ones that show no split', () => {
  const adjusted = daily(125, 126, 124, 125, 126, 128);
  for (const adjustment of ['split', 'total_return', 'unknown'] as const) {
    const found = splitAdjusted(adjusted, adjustment, [split('2020-08-28', 4)], true);
    expect([...found.closes]).toEqual(adjusted.closes);
    expect([found.applied, found.unseen, found.suspected]).toEqual([[], [], []]);
  }
  expect([...splitAdjusted(raw, 'unknown', [split('2020-08-28', 4)], true).closes]).toEqual(adjusted.closes);
});

test('a split that raw prices do not show is not applied, and named', () => {
  const found = splitAdjusted(daily(125, 126, 124, 125, 126), 'raw', [split('2020-08-27', 4)], true);
  expect([...found.closes]).toEqual([125, 126, 124, 125, 126]);
  expect(splitNotes('AAPL', found)).toEqual([
    'AAPL: yahoofinance tells of a split of 4 for 1 on 2020-08-27, which the prices do not show',
  ]);
});

test('a split told some days off is applied where the prices show it, and told twice it is one', () => {
  const found = splitAdjusted(raw, 'raw', [split('2020-08-28', 4), split('2020-08-31', 4, 'ledger')], true);
  expect(found.closes[0]).toBe(125);
  const late = splitAdjusted(raw, 'raw', [split('2020-08-29', 4, 'ledger')], true);
  expect([...late.closes]).toEqual([...found.closes]);
  expect(late.applied).toEqual([split('2020-08-28', 4, 'ledger')]);
  expect(splitNotes('AAPL', late)).toEqual([
    'AAPL: prices before 2020-08-28 are carried over a split of 4 for 1, told by the ledger',
  ]);
});

test('a small split is looked for on its own day alone', () => {
  // 21 new for 20 old: 100 becomes 95.24; the fall by 5 % on the 27th is the market's
  const prices = daily(100, 100, 100, 95, 95, 91);
  expect([...splitAdjusted(prices, 'raw', [split('2020-08-29', 1.05)], true).closes].slice(0, 5)).toEqual(
    [100, 100, 100, 95, 95].map((close) => close / 1.05),
  );
  expect(splitAdjusted(prices, 'raw', [split('2020-08-26', 1.05)], true).applied).toEqual([]);
});

test('shares that are put together, and several splits, are carried over each', () => {
  const together = splitAdjusted(daily(1, 1.1, 11, 10), 'raw', [split('2020-08-26', 0.1)], true);
  expect([...together.closes]).toEqual([expect.closeTo(10, 12), expect.closeTo(11, 12), 11, 10]);
  const twice = splitAdjusted(
    daily(400, 200, 200, 200, 200, 200, 200, 20),
    'raw',
    [split('2020-08-25', 2), split('2020-08-31', 10)],
    true,
  );
  expect([...twice.closes]).toEqual(new Array(8).fill(20));
});

test('a jump of which nobody tells stays a return, and is named; of a coin it is a price', () => {
  const found = splitAdjusted(raw, 'raw', [], true);
  expect([...found.closes]).toEqual(raw.closes);
  expect(splitNotes('AAPL', found)).toEqual([
    'AAPL: the price jumps on 2020-08-28 as after a split of about 3.97 for 1, of which nobody tells: it counts as a return',
  ]);
  expect(splitNotes('AAPL', found, start + 5 * dayMs)).toEqual([]);
  expect(splitAdjusted(raw, 'raw', [], false).suspected).toEqual([]);
});

test('a split outside the prices concerns none of them', () => {
  const found = splitAdjusted(daily(100, 101), 'raw', [split('2020-08-24', 4), split('2020-09-10', 2)], true);
  expect([[...found.closes], found.applied, found.unseen]).toEqual([[100, 101], [], []]);
  expect(splitAdjusted(daily(), 'raw', [split('2020-08-24', 4)], true).closes).toHaveLength(0);
});

test('texts that no split concerns keep every digit', () => {
  const bars = [
    { openTime: start, close: '500.10' },
    { openTime: start + dayMs, close: '125.0300' },
  ];
  const reference = { assetId: 'AAPL' as AssetId, adjustment: 'raw' as const };
  const { closes, notes } = splitAdjustedTexts(reference, bars, [split(utcDate(start + dayMs), 4)], true);
  expect(closes.map(({ close }) => close)).toEqual(['125.025', '125.0300']);
  expect(notes).toHaveLength(1);
});
