import { applyShocks, historicalWindows, replayWindow } from '../../../../src/risk/domain/stress.js';
import type { PriceSeries } from '../../../../src/risk/domain/alignment.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const weights = (entries: Record<string, number>) => new Map(Object.entries(entries) as [AssetId, number][]);
const prices = (assetId: string, rows: Record<string, number>): PriceSeries => ({
  assetId: assetId as AssetId,
  openTimes: Object.keys(rows).map((date) => Date.parse(`${date}T00:00:00Z`)),
  closes: Object.values(rows),
});
const window = { from: '2020-02-19', to: '2020-03-23' };

test('windows have unique ids and end after they begin', () => {
  expect(new Set(historicalWindows.map(({ id }) => id)).size).toBe(historicalWindows.length);
  for (const { from, to } of historicalWindows) expect(from < to).toBe(true);
});

test('a window moves each holding by its price', () => {
  const outcome = replayWindow(window, weights({ BTC: 0.6, SPY: 0.4 }), [
    prices('BTC', { '2020-02-19': 10_000, '2020-03-23': 6_000 }),
    prices('SPY', { '2020-02-19': 300, '2020-03-23': 210 }),
  ]);
  // 0.6 × -0.4 + 0.4 × -0.3
  expect(outcome.change).toBeCloseTo(-0.36, 14);
  expect(outcome.assets[1]).toMatchObject({ assetId: 'SPY', change: expect.closeTo(-0.3, 14) });
});

test('a close of a few days before stands for a date without one, an older one does not', () => {
  const outcome = replayWindow(window, weights({ SPY: 0.5, OLD: 0.5 }), [
    prices('SPY', { '2020-02-14': 300, '2020-03-20': 210, '2020-03-24': 999 }),
    prices('OLD', { '2020-02-13': 300, '2020-03-23': 210 }),
  ]);
  expect(outcome.assets.map(({ change }) => change)).toEqual([expect.closeTo(-0.3, 14), null]);
});

test('an asset that did not exist leaves the whole unknown, and the known part is told', () => {
  const outcome = replayWindow(window, weights({ BTC: 0.6, SOL: 0.4 }), [
    prices('BTC', { '2020-02-19': 10_000, '2020-03-23': 6_000 }),
    prices('SOL', { '2020-04-10': 1 }),
  ]);
  expect(outcome.change).toBeNull();
  expect(outcome.knownPart).toEqual({ change: expect.closeTo(-0.24, 14), weight: 0.6 });
  expect(outcome.assets[1]).toEqual({ assetId: 'SOL', weight: 0.4, change: null, contribution: null });
});

test('nothing held has no outcome', () => {
  expect(replayWindow(window, new Map(), []).change).toBeNull();
});

const classOf = (assetId: AssetId) => (assetId === 'SPY' ? 'etf' : 'crypto');
const shocks = {
  assets: weights({ BTC: -0.5 }),
  classes: new Map([['crypto', -0.6]]),
};

test('an asset’s own shock goes before its class’s, and what is not named stays', () => {
  const outcome = applyShocks(shocks, weights({ BTC: 0.5, ETH: 0.3, SPY: 0.2 }), classOf);
  // 0.5 × -0.5 + 0.3 × -0.6
  expect(outcome.change).toBeCloseTo(-0.43, 14);
  expect(outcome.assets.map(({ change }) => change)).toEqual([-0.5, -0.6, 0]);
});

test('seen from bitcoin, what stays as it is in dollars gains when Bitcoin halves', () => {
  const outcome = applyShocks(shocks, weights({ BTC: 0.5, ETH: 0.3, SPY: 0.2 }), classOf, 'BTC' as AssetId);
  // BTC 0, ETH .4/.5 - 1 = -.2, SPY 1/.5 - 1 = 1
  expect(outcome.assets.map(({ change }) => change)).toEqual([0, expect.closeTo(-0.2, 14), 1]);
  expect(outcome.change).toBeCloseTo(0.14, 14);
});

test.each([-1, NaN, Infinity])('a shock of %p is refused', (change) => {
  expect(() =>
    applyShocks({ assets: weights({ BTC: change }), classes: new Map() }, weights({ BTC: 1 }), classOf),
  ).toThrow(InvariantViolation);
});
