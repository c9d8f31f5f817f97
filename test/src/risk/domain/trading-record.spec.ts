import { tradingRecord } from '../../../../src/risk/domain/trading-record.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';

const asOf = Date.parse('2025-06-30T00:00:00Z');
const usd = 'USD' as AssetId;
const sale = (daysAgo: number, gain: string | null, transactionId = `${daysAgo}`, currency = usd) => ({
  transactionId,
  disposedAt: asOf - daysAgo * dayMs,
  gain,
  currency,
});
const of = (...gains: ReturnType<typeof sale>[]) =>
  tradingRecord(gains, { asOf, valueUsd: 10_000, usdOf: (currency) => (currency === usd ? 1 : undefined) });

test('the loss is what sales of the last 30 days lost in all, over the value', () => {
  expect(of(sale(1, '-700'), sale(29, '100'), sale(30, '-5000'))).toEqual({ recentLoss: 0.06, winStreak: 0 });
});

test('a gain is no loss', () => {
  expect(of(sale(1, '700'), sale(2, '-100')).recentLoss).toBe(0);
  expect(of().recentLoss).toBe(0);
});

test('wins are counted from the newest sale back, whatever the order given', () => {
  expect(of(sale(50, '-1'), sale(3, '5'), sale(40, '7'), sale(60, '9')).winStreak).toBe(2);
  expect(of(sale(0, '-1'), sale(3, '5')).winStreak).toBe(0);
});

test('a sale of several lots is one', () => {
  expect(of(sale(1, '10', 'a'), sale(1, '-4', 'a'), sale(2, '1')).winStreak).toBe(2);
  expect(of(sale(1, '10', 'a'), sale(1, '-14', 'a'), sale(2, '1')).winStreak).toBe(0);
});

test('what nobody knows is no loss of zero, and ends a row of wins', () => {
  expect(of(sale(1, '5'), sale(2, null))).toEqual({ recentLoss: null, winStreak: 1 });
  expect(of(sale(1, '-5', '1', 'EUR' as AssetId))).toEqual({ recentLoss: null, winStreak: 0 });
});

test('a sale after the as-of is not known yet', () => {
  expect(of(sale(-1, '-500'))).toEqual({ recentLoss: 0, winStreak: 0 });
});
