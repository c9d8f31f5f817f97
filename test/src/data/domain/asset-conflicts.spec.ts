import { AssetCatalogue } from '../../../../src/data/domain/asset-catalogue.js';
import type { AssetIdentity } from '../../../../src/data/domain/asset.js';
import { conflictsOf } from '../../../../src/data/domain/asset-conflicts.js';
import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const catalogue = new AssetCatalogue(seedAssets);
const asset = (id: string, over: Partial<AssetIdentity> = {}): AssetIdentity => ({
  id: id as AssetId,
  assetClass: 'crypto',
  name: id,
  venues: {},
  aliases: [],
  ...over,
});

test('an asset with names of its own has no conflict, nor has an asset with itself', () => {
  expect(conflictsOf(asset('NEAR', { venues: { binance: 'NEARUSDT', coingecko: 'near' } }), catalogue)).toEqual([]);
  for (const one of seedAssets) expect(conflictsOf(one, catalogue)).toEqual([]);
});

test.each<[string, AssetIdentity, object[]]>([
  ['an earlier name', asset('MATIC'), [{ field: 'id', value: 'MATIC', message: 'is a spelling of POL' }]],
  [
    'a pair that follows from the id',
    asset('ADAUSD', { assetClass: 'stock' }),
    [{ field: 'id', value: 'ADAUSD', message: 'is a spelling of ADA' }],
  ],
  [
    'a venue’s spelling',
    asset('WBTC', { venues: { binance: 'BTCUSDT' } }),
    [{ field: 'venues.binance', value: 'BTCUSDT', message: 'is a spelling of BTC' }],
  ],
  [
    'an alias',
    asset('NEW', {
      aliases: [
        { name: 'OLD', until: '2020-01-01' },
        { name: 'FB', until: '2020-01-01' },
      ],
    }),
    [{ field: 'aliases.1.name', value: 'FB', message: 'is a spelling of META' }],
  ],
  [
    'D31: the fixed id of another coin',
    asset('WBTC', { venues: { coingecko: 'bitcoin', coinmarketcap: '1' } }),
    [
      { field: 'venues.coingecko', value: 'bitcoin', message: 'is the id of BTC at coingecko' },
      { field: 'venues.coinmarketcap', value: '1', message: 'is the id of BTC at coinmarketcap' },
    ],
  ],
])('%s of another asset is a conflict that names field, value and owner', (_what, one, conflicts) => {
  expect(conflictsOf(one, catalogue)).toEqual(conflicts);
});
