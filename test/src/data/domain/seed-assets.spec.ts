import { AssetCatalogue } from '../../../../src/data/domain/asset-catalogue.js';
import { isCash, isDollar, seedAssets } from '../../../../src/data/domain/seed-assets.js';
import { isAssetId, type AssetId } from '../../../../src/shared/ids.js';

test('every asset has an id of the right form, and no two share a spelling', () => {
  const catalogue = new AssetCatalogue(seedAssets);
  expect(seedAssets.filter(({ id }) => !isAssetId(id))).toEqual([]);
  const spellings = seedAssets.flatMap(({ id, aliases, venues }) => [
    ...new Set([id as string, ...aliases.map(({ name }) => name), ...Object.values(venues)]),
  ]);
  expect(spellings.filter((one, i) => spellings.indexOf(one) !== i)).toEqual([]);
  for (const { id } of seedAssets) expect(catalogue.resolve(id)).toEqual({ kind: 'known', assetId: id });
});

test('D31: ids at CoinGecko and CoinMarketCap are fixed, one for each coin that has them', () => {
  for (const venue of ['coingecko', 'coinmarketcap'] as const) {
    const ids = seedAssets.flatMap(({ venues }) => venues[venue] ?? []);
    expect(ids.length).toBe(seedAssets.filter(({ assetClass }) => assetClass === 'crypto').length);
    expect(new Set(ids).size).toBe(ids.length);
  }
  // of the many coins with the tickers UNI and BTC, these two
  const idsOf = (id: string) => seedAssets.find((one) => one.id === id)?.venues;
  expect(idsOf('UNI')).toMatchObject({ coingecko: 'uniswap', coinmarketcap: '7083', yahoofinance: 'UNI7083-USD' });
  expect(idsOf('BTC')).toMatchObject({ coingecko: 'bitcoin', coinmarketcap: '1' });
});

test('nine assets are collected from the first day on, each with its own order of sources', () => {
  const enabled = seedAssets.filter((one) => one.enabled);
  expect(enabled.map(({ id, priority, sourceOrder }) => [id, priority, ...sourceOrder])).toEqual([
    ['BTC', 1, 'binance', 'coingecko', 'coinmarketcap'],
    ['ETH', 1, 'binance', 'coingecko', 'coinmarketcap'],
    ['SOL', 2, 'binance', 'coingecko'],
    ['BNB', 2, 'binance', 'coingecko'],
    ['ADA', 3, 'binance', 'coingecko'],
    ['AVAX', 3, 'binance', 'coingecko'],
    ['POL', 3, 'binance', 'coingecko'],
    ['SPY', 1, 'yahoofinance', 'polygon', 'alphavantage'],
    ['QQQ', 2, 'yahoofinance', 'polygon'],
  ]);
  expect(enabled.every(({ intervals }) => intervals.join() === '1d')).toBe(true);
});

test('MATIC is the earlier name of POL, with the date of the change', () => {
  expect(seedAssets.find(({ id }) => id === 'POL')?.aliases).toEqual([{ name: 'MATIC', until: '2024-09-13' }]);
});

test('dollar, euro and pound are cash, and the dollar alone is worth one', () => {
  const cash = seedAssets.filter(({ id }) => isCash(id));
  expect(cash.map(({ id }) => id)).toEqual(['USD', 'EUR', 'GBP']);
  expect(cash.filter(({ id }) => isDollar(id)).map(({ id }) => id)).toEqual(['USD']);
  expect(isCash('USDT' as AssetId)).toBe(false);
});
