import fc from 'fast-check';
import type { Candle } from '../../../../src/data/domain/candle.js';
import { settle, settledReturns, type LiveSignal } from '../../../../src/signals/domain/settlement.js';
import { dayMs, hourMs } from '../../../../src/shared/time.js';

const asOf = Date.parse('2021-03-01T00:00:00Z');
const buy: LiveSignal = {
  direction: 'buy',
  entryPrice: '100',
  takeProfit: '110',
  stopLoss: '95',
  asOf,
  expiresAt: asOf + 5 * dayMs,
};
const sell: LiveSignal = { ...buy, direction: 'sell', takeProfit: '90', stopLoss: '105' };

/** Days from the as-of on: open, high, low, close. */
const days = (...rows: readonly (readonly [number, number, number, number])[]): Candle[] =>
  rows.map(([open, high, low, close], i) => ({
    openTime: asOf + i * dayMs,
    open: String(open),
    high: String(high),
    low: String(low),
    close: String(close),
    volume: null,
  }));
const closesOnly = (...closes: number[]): Candle[] =>
  closes.map((close, i) => ({
    openTime: asOf + i * dayMs,
    open: null,
    high: null,
    low: null,
    close: String(close),
    volume: null,
  }));

test('the target is reached on the second day', () => {
  expect(settle(buy, days([100, 104, 98, 103], [103, 111, 102, 109]), '1d')).toEqual({
    kind: 'exit',
    reason: 'take_profit',
    price: '110',
    at: asOf + 2 * dayMs,
    gap: false,
    told: 'bar',
    bestMove: expect.closeTo(0.1, 12),
    worstMove: expect.closeTo(0.02, 12),
  });
});

test('a sell wins when the price falls, and is stopped when it rises', () => {
  expect(settle(sell, days([100, 101, 89, 92]), '1d')).toMatchObject({ reason: 'take_profit', price: '90' });
  expect(settle(sell, days([100, 106, 99, 104]), '1d')).toMatchObject({
    reason: 'stop_loss',
    price: '105',
    worstMove: expect.closeTo(0.05, 12),
  });
});

test('a market that opens beyond a level leaves at its open', () => {
  const down = settle(buy, days([100, 101, 99, 100], [91, 94, 90, 93]), '1d');
  expect(down).toMatchObject({ reason: 'stop_loss', price: '91', gap: true });
  const up = settle(buy, days([100, 101, 99, 100], [115, 120, 114, 118]), '1d');
  expect(up).toMatchObject({ reason: 'take_profit', price: '115', gap: true });
});

describe('a bar that reaches both levels', () => {
  const both = days([100, 112, 94, 101]);
  const hours = (...rows: readonly (readonly [number, number, number, number])[]): Candle[] =>
    days(...rows).map((bar, i) => ({ ...bar, openTime: asOf + i * hourMs }));

  test('is told by its finer bars', () => {
    const first = () => hours([100, 111, 99, 108], [108, 109, 94, 101]);
    expect(settle(buy, both, '1d', first)).toMatchObject({ reason: 'take_profit', price: '110', told: 'finer' });
    const last = () => hours([100, 101, 94, 96], [96, 112, 96, 101]);
    expect(settle(buy, both, '1d', last)).toMatchObject({ reason: 'stop_loss', price: '95', told: 'finer' });
  });

  test('is a stop without them, or where they reach both as well', () => {
    expect(settle(buy, both, '1d')).toMatchObject({ reason: 'stop_loss', price: '95', told: 'pessimistic' });
    expect(settle(buy, both, '1d', () => hours([100, 112, 94, 101]))).toMatchObject({ told: 'pessimistic' });
  });
});

test('expires at the last close that was made by then', () => {
  const quiet = days(...Array.from({ length: 8 }, (_, i) => [100, 102, 99, 100 + i / 10] as const));
  expect(settle(buy, quiet, '1d')).toMatchObject({ reason: 'expired', price: '100.4', at: buy.expiresAt });
  // a bar that is still open at the expiry has no say in the price
  const halfway = { ...buy, expiresAt: asOf + 1.5 * dayMs };
  expect(settle(halfway, quiet, '1d')).toMatchObject({ reason: 'expired', price: '100', at: halfway.expiresAt });
  // an exchange that was closed until then: the entry is the last price there was
  const closed = [{ ...quiet[0]!, openTime: asOf + 9 * dayMs }];
  expect(settle(buy, closed, '1d')).toMatchObject({ reason: 'expired', price: '100' });
});

test('bars that know only their close are judged by it, and leave at it', () => {
  expect(settle(buy, closesOnly(101, 94), '1d')).toMatchObject({ reason: 'stop_loss', price: '94', gap: true });
  expect(settle(buy, closesOnly(101, 110), '1d')).toMatchObject({ reason: 'take_profit', price: '110', gap: false });
});

test('is open while nothing has happened, and says how far it went', () => {
  expect(settle(buy, days([100, 104, 97, 103]), '1d')).toEqual({
    kind: 'open',
    bestMove: expect.closeTo(0.04, 12),
    worstMove: expect.closeTo(0.03, 12),
  });
  expect(settle(buy, [], '1d')).toEqual({ kind: 'open', bestMove: 0, worstMove: 0 });
});

test('bars from before the signal and out of order are refused, and so are levels on the wrong side', () => {
  const early = [{ ...days([100, 101, 99, 100])[0]!, openTime: asOf - dayMs }];
  expect(() => settle(buy, early, '1d')).toThrow(/2021-02-28/);
  const [one, two] = days([100, 101, 99, 100], [100, 101, 99, 100]);
  expect(() => settle(buy, [two!, one!], '1d')).toThrow(/follows/);
  expect(() => settle({ ...buy, stopLoss: '101' }, [], '1d')).toThrow(/a buy at 100/);
});

test('whatever comes, later bars never change what an exit was', () => {
  const step = fc.integer({ min: -40, max: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(step, step, step), { minLength: 1, maxLength: 12 }), (walk) => {
      let price = 100;
      const bars = days(
        ...walk.map(([a, b, c]) => {
          const open = price + a / 20;
          const close = open + b / 10;
          price = close;
          const [high, low] = [Math.max(open, close) + Math.abs(c) / 20, Math.min(open, close) - Math.abs(c) / 20];
          return [open, high, low, close] as const;
        }),
      );
      const whole = settle(buy, bars, '1d');
      // known after so many bars, and from then on the same for ever
      const told = bars.map((_, i) => settle(buy, bars.slice(0, i + 1), '1d'));
      const first = told.findIndex(({ kind }) => kind === 'exit');
      const later = first < 0 ? [] : told.slice(first);
      expect(later).toEqual(later.map(() => whole));
      expect(told.slice(0, Math.max(0, first)).map(({ kind }) => kind)).not.toContain('exit');
    }),
    { seed: 20261125, numRuns: 200 },
  );
});

describe('what a settled signal brought', () => {
  test('a buy that won, and the same in bitcoin that rose as much', () => {
    const { usd, btc, rMultiple } = settledReturns(buy, '110', 0, { atEntry: 50_000, atExit: 55_000 });
    expect([usd, btc, rMultiple]).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0, 12), expect.closeTo(2, 12)]);
  });

  test('a sell that lost after costs, turned into bitcoin at the exit', () => {
    const { usd, btc } = settledReturns(sell, '105', 0.001, { atEntry: 40_000, atExit: 50_000 });
    // 5 % lost, and 0.1 % of 1 and of 1.05
    expect(usd).toBeCloseTo(-0.05205, 12);
    expect(btc).toBeCloseTo(-0.05205 * 0.8, 12);
  });

  test('without a price of bitcoin nothing is said of it', () => {
    expect(settledReturns(buy, '95', 0, { atEntry: 50_000, atExit: null })).toEqual({
      usd: expect.closeTo(-0.05, 12),
      btc: null,
      rMultiple: expect.closeTo(-1, 12),
    });
  });
});
