import { AssetCatalogue } from '../../../../src/data/domain/asset-catalogue.js';
import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import { readHoldings, weightsOf } from '../../../../src/portfolio/domain/holdings.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const catalogue = new AssetCatalogue(seedAssets);
const read = (given: Record<string, string>) => readHoldings(given, (text) => catalogue.resolve(text));

test('keeps quantities exactly as decimals', () => {
  expect(read({ btc: '0.123456789012345678', 'ETH-USD': '1e3', SPY: '12.50' })).toEqual({
    kind: 'holdings',
    holdings: [
      { assetId: 'BTC', quantity: '0.123456789012345678' },
      { assetId: 'ETH', quantity: '1000' },
      { assetId: 'SPY', quantity: '12.5' },
    ],
  });
});

test('a quantity of zero means that nothing is held', () => {
  expect(read({ BTC: '1', ETH: '0' })).toEqual({ kind: 'holdings', holdings: [{ assetId: 'BTC', quantity: '1' }] });
});

test.each([
  [{ BTC: '-1' }, 'holdings.BTC', '-1', 'must not be negative'],
  [{ BTC: 'NaN' }, 'holdings.BTC', 'NaN', 'is not a decimal number of at most 38 digits and 18 decimals'],
  [{ BTC: 'Infinity' }, 'holdings.BTC', 'Infinity', 'is not a decimal number of at most 38 digits and 18 decimals'],
  [{ BTC: '0x10' }, 'holdings.BTC', '0x10', 'is not a decimal number of at most 38 digits and 18 decimals'],
  [{ BTC: '1e999' }, 'holdings.BTC', '1e999', 'is not a decimal number of at most 38 digits and 18 decimals'],
  [{ BTC: '1', btc: '2' }, 'holdings.btc', 'btc', 'names BTC a second time'],
])('%j is refused with the field and the value', (given, field, value, message) => {
  expect(read(given as Record<string, string>)).toEqual({ kind: 'refused', errors: [{ field, value, message }] });
});

test('an unknown asset is refused by name, not guessed', () => {
  const refused = read({ BTX: '1' });
  expect(refused).toMatchObject({ kind: 'refused', errors: [{ field: 'holdings.BTX' }] });
  expect(JSON.stringify(refused)).toContain('BTC');
});

const btc = 'BTC' as AssetId;
const eth = 'ETH' as AssetId;
const held = [
  { assetId: btc, quantity: '0.5' },
  { assetId: eth, quantity: '10' },
];

test('weights are shares of the value of all holdings', () => {
  // 0.5 x 40,000 = 20,000 and 10 x 2,000 = 20,000
  const weights = weightsOf(held, (asset) => (asset === btc ? '40000' : '2000'));
  expect([...weights]).toEqual([
    [btc, 0.5],
    [eth, 0.5],
  ]);
});

test('without every price no weight is known', () => {
  expect([...weightsOf(held, (asset) => (asset === btc ? '40000' : undefined)).values()]).toEqual([null, null]);
});
