import { btcBandPolicy, limitsUnder, whyLimitsCannotHold } from '../../../../src/optimization/domain/constraints.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const assets = (...names: string[]) => names as AssetId[];

function whyUnderPolicy(...names: string[]) {
  const limits = limitsUnder(btcBandPolicy, assets(...names));
  const box = { min: limits.map(({ min }) => min), max: limits.map(({ max }) => max) };
  return whyLimitsCannotHold(assets(...names), box, btcBandPolicy);
}

test('bitcoin keeps to 50 to 60 %, everything else to at most 20 %', () => {
  expect(limitsUnder(btcBandPolicy, assets('ETH', 'BTC', 'SPY'))).toEqual([
    { assetId: 'ETH', min: 0, max: 0.2 },
    { assetId: 'BTC', min: 0.5, max: 0.6 },
    { assetId: 'SPY', min: 0, max: 0.2 },
  ]);
});

test('bitcoin and two others are enough, though only just', () => {
  expect(whyUnderPolicy('BTC', 'ETH', 'SPY')).toBeUndefined();
});

test.each([
  [['BTC', 'ETH'], 'weights must sum to 1, but the upper limits add up to 0.8 (BTC 0.6, ETH 0.2)'],
  [['BTC'], 'weights must sum to 1, but the upper limits add up to 0.6 (BTC 0.6)'],
  [
    ['ETH', 'SOL', 'SPY'],
    'BTC must be among the assets, because its weight has to lie in 0.5 to 0.6; the assets are ETH, SOL, SPY',
  ],
  [[], 'BTC must be among the assets, because its weight has to lie in 0.5 to 0.6; there are no assets'],
])('%j cannot hold the policy', (names, reason) => {
  expect(whyUnderPolicy(...names)).toBe(reason);
});

test('lower limits above the budget are named, those of zero are not', () => {
  expect(whyLimitsCannotHold(assets('A', 'B', 'C'), { min: [0.7, 0, 0.4], max: [1, 1, 1] })).toBe(
    'weights must sum to 1, but the lower limits add up to 1.1 (A 0.7, C 0.4)',
  );
});

test('an empty band is named', () => {
  expect(whyLimitsCannotHold(assets('A', 'B'), { min: [0, 0.6], max: [1, 0.5] })).toBe(
    'the lower limit of B is 0.6, above its upper limit of 0.5',
  );
});

test('limits that add up to 1 but for rounding can hold', () => {
  const tenths = new Array<number>(10).fill(0.1); // ten times 0.1 adds up to 0.9999999999999999
  const names = assets(...'ABCDEFGHIJ'.split(''));
  expect(whyLimitsCannotHold(names, { min: new Array<number>(10).fill(0), max: tenths })).toBeUndefined();
});
