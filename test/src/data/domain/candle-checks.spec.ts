import fc from 'fast-check';
import { checkCandles, whyCandleIsRefused, type OfferedCandle } from '../../../../src/data/domain/candle-checks.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';

const now = Date.parse('2025-02-01T15:00:00Z');
const on = (date: string, prices: Partial<OfferedCandle> = {}): OfferedCandle => ({
  where: `row ${date}`,
  openTime: Date.parse(`${date}T00:00:00Z`),
  open: '100',
  high: '110',
  low: '90',
  close: '105',
  volume: '7',
  ...prices,
});
const why = (prices: Partial<OfferedCandle>) => whyCandleIsRefused(on('2025-01-02', prices), '1d', now);

test('believes an ordinary bar, and one without a volume', () => {
  expect(why({})).toBeUndefined();
  expect(why({ volume: null })).toBeUndefined();
  expect(why({ volume: '0' })).toBeUndefined();
});

test.each([
  [{ open: 'abc' }, 'open "abc" is not a number'],
  [{ high: '' }, 'high "" is not a number'],
  [{ close: 'NaN' }, 'close "NaN" is not a number'],
  [{ low: '1e999' }, 'low "1e999" is not a number'],
  [{ open: '1,234.5' }, 'open "1,234.5" is not a number'],
  [{ close: '0' }, 'close 0 is not positive'],
  [{ low: '-90' }, 'low -90 is not positive'],
  [{ high: '89' }, 'high 89 is below low 90'],
  [{ open: '111' }, 'open 111 is above high 110'],
  [{ close: '89.9' }, 'close 89.9 is below low 90'],
  [{ volume: '-1' }, 'volume -1 is negative'],
  [{ volume: 'many' }, 'volume "many" is not a number'],
  [{ openTime: Date.parse('2025-02-02T00:00:00Z') }, 'date 2025-02-02 is after today (2025-02-01)'],
  [{ openTime: Date.parse('2025-02-01T00:00:00Z') }, 'date 2025-02-01 is not over: its bar ends 2025-02-02T00:00:00Z'],
  [{ openTime: Date.parse('2025-01-01T00:00:00Z') * 1_000_000 }, 'date 1735689600000000000 is not a time stamp'],
])('refuses %j, naming field and value', (prices, reason) => {
  expect(why(prices)).toBe(reason);
});

test('compares bounds with a relative tolerance of 1e-9', () => {
  // 110 * (1 + 1e-9) = 110.00000011
  expect(why({ close: '110.0000001' })).toBeUndefined();
  expect(why({ close: '110.0000002' })).toBe('close 110.0000002 is above high 110');
  // 90 / (1 + 1e-9) = 89.99999991
  expect(why({ open: '89.99999992' })).toBeUndefined();
  expect(why({ open: '89.9999999' })).toBe('open 89.9999999 is below low 90');
  expect(why({ open: '90', close: '90', high: '89.99999992', low: '90' })).toBeUndefined();
});

test('keeps the first of two bars with one stamp', () => {
  const { candles, refused } = checkCandles(
    [on('2025-01-01'), on('2025-01-02'), { ...on('2025-01-02', { close: '99' }), where: 'again' }, on('2025-01-03')],
    '1d',
    now,
  );
  expect(candles.map(({ close }) => close)).toEqual(['105', '105', '105']);
  expect(refused).toEqual([{ where: 'again', reason: 'date 2025-01-02T00:00:00Z stands there twice' }]);
});

test('a mistyped date costs its own row, not those behind it', () => {
  const dates = ['2024-01-01', '2025-01-02', '2024-01-03', '2024-01-04', '2024-01-05'];
  const { candles, refused } = checkCandles(
    dates.map((date) => on(date)),
    '1d',
    now,
  );
  expect(candles.map(({ openTime }) => utcDate(openTime))).toEqual(dates.filter((date) => date !== '2025-01-02'));
  expect(refused).toEqual([{ where: 'row 2025-01-02', reason: 'date 2025-01-02T00:00:00Z is out of order' }]);
});

test('every row is either kept or refused, and what is kept ascends (seed 1)', () => {
  const day = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(fc.array(day, { maxLength: 60 }), (days) => {
      const offered = days.map((d, i) => ({ ...on('2024-01-01'), openTime: d * dayMs, where: `${i}` }));
      const { candles, refused } = checkCandles(offered, '1d', now);
      expect(candles.length + refused.length).toBe(days.length);
      expect(candles.every(({ openTime }, i) => i === 0 || openTime > candles[i - 1]!.openTime)).toBe(true);
      // ascending already: nothing to refuse
      const sorted = [...new Set(days)]
        .sort((a, b) => a - b)
        .map((d) => ({ ...on('2024-01-01'), openTime: d * dayMs }));
      expect(checkCandles(sorted, '1d', now).refused).toEqual([]);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('a long list of bars is checked without recursion', () => {
  const offered = Array.from({ length: 200_000 }, (_, i) => ({ ...on('2024-01-01'), openTime: i * 60_000 }));
  expect(checkCandles(offered, '1m', now).candles).toHaveLength(200_000);
});
