import { btcTargets } from '../../../../src/rebalancing/domain/btc-target.js';
import { defaultLimits } from '../../../../src/policies/domain/policy-limits.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const ids = (...names: string[]) => names as AssetId[];
const found = (assets: AssetId[], target: number) => {
  const { targets, cash } = btcTargets(assets, target, defaultLimits);
  return { targets: Object.fromEntries(targets), cash };
};

test('the rest goes in equal parts to the others', () => {
  const { targets, cash } = found(ids('BTC', 'ETH', 'SPY', 'GLD', 'QQQ'), 0.6);
  expect(targets).toEqual({ BTC: 0.6, ETH: 0.1, SPY: 0.1, GLD: 0.1, QQQ: 0.1 });
  expect(cash).toBeCloseTo(0, 12);
});

test('none gets more than its limit, and what the limits leave over stays cash', () => {
  const { targets, cash } = found(ids('BTC', 'ETH', 'SPY'), 0.5);
  expect(targets).toEqual({ BTC: 0.5, ETH: 0.2, SPY: 0.2 });
  expect(cash).toBeCloseTo(0.1, 12);
});

test('what one limit cuts off goes to the others', () => {
  const limits = { ...defaultLimits, assets: { ETH: { min: 0, max: 0.05 } } };
  const { targets, cash } = btcTargets(ids('BTC', 'ETH', 'SPY', 'GLD', 'QQQ'), 0.55, limits);
  expect(targets.get('ETH' as AssetId)).toBe(0.05);
  expect(targets.get('SPY' as AssetId)).toBeCloseTo(0.4 / 3, 12);
  expect(cash).toBeCloseTo(0, 12);
});

test('a group gets no more than its limit, and its lower limit is filled first', () => {
  const group = (name: string, min: number, max: number, ...assets: string[]) => ({
    name,
    min,
    max,
    assets: ids(...assets),
  });
  const limits = { ...defaultLimits, groups: [group('stocks', 0, 0.25, 'SPY', 'QQQ'), group('gold', 0.15, 1, 'GLD')] };
  const { targets, cash, broken } = btcTargets(ids('BTC', 'SPY', 'QQQ', 'GLD'), 0.5, limits);
  expect(targets.get('SPY' as AssetId)).toBeCloseTo(0.125, 12);
  expect(targets.get('QQQ' as AssetId)).toBeCloseTo(0.125, 12);
  expect(targets.get('GLD' as AssetId)).toBeCloseTo(0.2, 12);
  expect(cash).toBeCloseTo(0.05, 12);
  expect(broken).toEqual([]);
});

test('a lower limit of one asset comes before equal parts, and one that cannot be kept is named', () => {
  const limits = { ...defaultLimits, assets: { ETH: { min: 0.18, max: 0.3 } } };
  const { targets } = btcTargets(ids('BTC', 'ETH', 'SPY', 'GLD', 'QQQ'), 0.6, limits);
  expect(targets.get('ETH' as AssetId)).toBeCloseTo(0.18, 12);
  expect(targets.get('SPY' as AssetId)).toBeCloseTo(0.22 / 3, 12);
  const none = { ...defaultLimits, assets: { SOL: { min: 0.1, max: 0.2 } } };
  expect(btcTargets(ids('BTC', 'ETH'), 0.6, none).broken).toEqual(['SOL']);
});

test('what has no price keeps its share', () => {
  const { targets, cash } = btcTargets(ids('BTC', 'ETH'), 0.5, defaultLimits, 0.7);
  expect(Object.fromEntries(targets)).toEqual({ BTC: 0.5, ETH: expect.closeTo(0.2, 12) });
  expect(cash).toBeCloseTo(0, 12);
});
