import { whyBandsCannotHold } from '../../../../src/optimization/domain/bands.js';
import { limitsUnder, linearUnder, whyAnchorIsMissing } from '../../../../src/optimization/domain/constraints.js';
import { defaultLimits } from '../../../../src/policies/domain/policy-limits.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const ids = (...names: string[]) => names as AssetId[];
const boxes = (min: number[], max: number[]) => ({ min: Float64Array.from(min), max: Float64Array.from(max) });

test('the policy gives each asset its band, and the tighter one of the request holds', () => {
  expect(limitsUnder(defaultLimits, ids('BTC', 'ETH'), { ETH: { min: 0.05, max: 0.5 } })).toEqual([
    { assetId: 'BTC', min: 0.5, max: 0.6 },
    { assetId: 'ETH', min: 0.05, max: 0.2 },
  ]);
});

test('groups and linear limits count assets that are not there as nothing', () => {
  const policy = { ...defaultLimits, groups: [{ name: 'stocks', assets: ids('SPY', 'QQQ'), min: 0, max: 0.3 }] };
  const linear = linearUnder(policy, ids('BTC', 'SPY'), [
    { label: 'tilt', coefficients: { SPY: 2, GLD: 1 }, max: 0.5 },
  ]);
  expect(linear).toEqual([
    { label: 'stocks', coefficients: Float64Array.of(0, 1), min: 0, max: 0.3 },
    { label: 'tilt', coefficients: Float64Array.of(0, 2), min: -Infinity, max: 0.5 },
  ]);
});

test('a missing anchor is named with its band', () => {
  expect(whyAnchorIsMissing(defaultLimits, ids('ETH', 'SPY'))).toBe(
    'BTC must be among the assets, because its weight has to lie in 0.5 to 0.6; the assets are ETH, SPY',
  );
  expect(whyAnchorIsMissing(defaultLimits, ids('BTC'))).toBeUndefined();
});

test.each([
  [[0.5, 0.6], [0.6, 0.2], /lower limit of ETH is 0.6, above its upper limit of 0.2/],
  [[0.6, 0.6], [1, 1], /lower limits add up to 1.2 \(BTC 0.6, ETH 0.6\)/],
  [[0, 0], [0.6, 0.2], /upper limits add up to 0.8 \(BTC 0.6, ETH 0.2\)/],
])('bands %j to %j cannot hold, and it says which', (min, max, words) => {
  expect(whyBandsCannotHold(ids('BTC', 'ETH'), boxes(min, max))).toMatch(words);
});

test('bands that leave exactly one point can hold', () => {
  expect(whyBandsCannotHold(ids('BTC', 'ETH', 'SPY'), boxes([0.6, 0, 0], [0.6, 0.2, 0.2]))).toBeUndefined();
});
