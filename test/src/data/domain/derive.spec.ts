import fc from 'fast-check';
import type { Candle } from '../../../../src/data/domain/candle.js';
import { canDerive, deriveBars } from '../../../../src/data/domain/derive.js';
import { expectedOpens } from '../../../../src/data/domain/exchange-calendar.js';
import { dayMs, hourMs, minuteMs, toIso, utcDate } from '../../../../src/shared/time.js';

const at = (text: string) => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
const bar = (openTime: number, over: Partial<Candle> = {}): Candle => ({
  openTime,
  open: '10',
  high: '12',
  low: '9',
  close: '11',
  volume: '1.5',
  ...over,
});
const hoursOf = (date: string, count = 24) => Array.from({ length: count }, (_, i) => bar(at(date) + i * hourMs));

test('open of the first, close of the last, extremes of all, the sum of the volumes', () => {
  const hours = hoursOf('2024-05-06').map((one, i) => ({
    ...one,
    open: `${100 + i}`,
    close: `${100.5 + i}`,
    high: i === 7 ? '1000.10' : '200',
    low: i === 3 ? '0.000000010' : '50',
    volume: i === 0 ? '0.1' : '0.2',
  }));
  expect(deriveBars(hours, '1h', '1d', 'crypto')).toEqual([
    {
      openTime: at('2024-05-06'),
      open: '100',
      high: '1000.10',
      low: '0.000000010',
      close: '123.5',
      volume: '4.7',
    },
  ]);
});

test('extremes are numbers, not texts, and sums are exact', () => {
  const odd = [
    { high: '9.5', low: '1e-7', volume: '123456789012345678901234567890.000000001' },
    { high: '10', low: '2e-8', volume: '0.000000000000000000000000000001' },
  ];
  const minutes = Array.from({ length: 5 }, (_, i) =>
    bar(at('2024-05-06') + i * minuteMs, odd[i] ?? { high: '9', low: '9', volume: '0' }),
  );
  expect(deriveBars(minutes, '1m', '5m', 'crypto')).toMatchObject([
    { high: '10', low: '2e-8', volume: '123456789012345678901234567890.000000001000000000000000000001' },
  ]);
});

test('nothing is made of a bar with a part missing, at an edge or inside', () => {
  const three = [...hoursOf('2024-05-06'), ...hoursOf('2024-05-07'), ...hoursOf('2024-05-08')];
  const dates = (bars: Candle[]) => deriveBars(bars, '1h', '1d', 'crypto').map(({ openTime }) => utcDate(openTime));
  expect(dates(three)).toEqual(['2024-05-06', '2024-05-07', '2024-05-08']);
  expect(dates(three.slice(1))).toEqual(['2024-05-07', '2024-05-08']);
  expect(dates(three.slice(0, -1))).toEqual(['2024-05-06', '2024-05-07']);
  expect(dates(three.filter((_, i) => i !== 30))).toEqual(['2024-05-06', '2024-05-08']);
  expect(dates([])).toEqual([]);
});

test('a coin’s week has seven days from Monday on, a stock’s its trading days', () => {
  // 2024-07-01 is a Monday, the fourth a holiday
  const days = Array.from({ length: 14 }, (_, i) => bar(at('2024-07-01') + i * dayMs, { volume: '1' }));
  const traded = days.filter(({ openTime }) => expectedOpens('stock', '1d', openTime, openTime + dayMs).length > 0);
  const weeks = (bars: Candle[], assetClass: 'crypto' | 'etf') =>
    deriveBars(bars, '1d', '1w', assetClass).map(({ openTime, volume }) => `${utcDate(openTime)} ${volume}`);
  expect(weeks(days, 'crypto')).toEqual(['2024-07-01 7', '2024-07-08 7']);
  expect(weeks(days.slice(0, 13), 'crypto')).toEqual(['2024-07-01 7']);
  expect(weeks(traded, 'etf')).toEqual(['2024-07-01 4', '2024-07-08 5']);
  expect(weeks(traded.slice(1), 'etf')).toEqual(['2024-07-08 5']);
});

test('a stock’s bars within a day are put together from its session’s opening on', () => {
  const opens = expectedOpens('stock', '1h', at('2024-07-02'), at('2024-07-04'));
  const four = deriveBars(
    opens.map((open) => bar(open)),
    '1h',
    '4h',
    'stock',
  );
  // the second day ends at one in New York
  expect(four.map(({ openTime, volume }) => `${toIso(openTime)} ${volume}`)).toEqual([
    '2024-07-02T13:30:00Z 6',
    '2024-07-02T17:30:00Z 4.5',
    '2024-07-03T13:30:00Z 6',
  ]);
  const days = deriveBars(
    opens.map((open) => bar(open)),
    '1h',
    '1d',
    'stock',
  );
  expect(days.map(({ openTime, volume }) => `${utcDate(openTime)} ${volume}`)).toEqual([
    '2024-07-02 10.5',
    '2024-07-03 6',
  ]);
});

test('from closes come closes, and an unknown volume makes the sum unknown', () => {
  const closes = hoursOf('2024-05-06').map((one, i) =>
    i === 5 ? { ...one, open: null, high: null, low: null, volume: null } : one,
  );
  expect(deriveBars(closes, '1h', '1d', 'crypto')).toEqual([
    { openTime: at('2024-05-06'), open: null, high: null, low: null, close: '11', volume: null },
  ]);
});

test('only a coarser interval that the finer one divides can be derived', () => {
  expect(canDerive('1m', '5m')).toBe(true);
  expect(canDerive('1d', '1w')).toBe(true);
  expect(canDerive('1h', '1h')).toBe(false);
  expect(canDerive('1d', '1h')).toBe(false);
  expect(deriveBars(hoursOf('2024-05-06'), '1h', '15m', 'crypto')).toEqual([]);
});

test('deriving in two steps is deriving in one, whatever is missing', () => {
  const start = at('2024-05-06');
  const steps = fc.record({
    missing: fc.uniqueArray(fc.integer({ min: 0, max: 24 * 14 - 1 }), { maxLength: 20 }),
    prices: fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 24 * 14, maxLength: 24 * 14 }),
  });
  fc.assert(
    fc.property(steps, ({ missing, prices }) => {
      const hours = prices
        .map((price, i) =>
          bar(start + i * hourMs, {
            open: `${price}`,
            high: `${price + 2}`,
            low: `${price / 2}`,
            close: `${price + 1}`,
            volume: `${price}.25`,
          }),
        )
        .filter((_, i) => !missing.includes(i));
      for (const between of ['4h', '1d'] as const) {
        const once = deriveBars(hours, '1h', '1w', 'crypto');
        expect(deriveBars(deriveBars(hours, '1h', between, 'crypto'), between, '1w', 'crypto')).toEqual(once);
      }
      const days = deriveBars(hours, '1h', '1d', 'crypto');
      const whole = new Set(missing.map((i) => Math.floor(i / 24)));
      expect(days).toHaveLength(14 - whole.size);
      for (const day of days) {
        const own = hours.filter(({ openTime }) => Math.floor(openTime / dayMs) * dayMs === day.openTime);
        expect(Number(day.high)).toBe(Math.max(...own.map(({ high }) => Number(high))));
        expect(Number(day.low)).toBe(Math.min(...own.map(({ low }) => Number(low))));
        expect([day.open, day.close]).toEqual([own[0]!.open, own.at(-1)!.close]);
      }
    }),
    { numRuns: 40 },
  );
});
