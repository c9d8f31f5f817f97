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
