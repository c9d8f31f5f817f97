import type { Asset, AssetClass } from '../../../../src/data/domain/asset.js';
import type { Interval } from '../../../../src/data/domain/candle.js';
import {
  familyOf,
  inOrderOf,
  sourcesFor,
  wantedBasis,
  whyNotOffered,
} from '../../../../src/data/domain/source-order.js';

const source = (id: string, classes: readonly AssetClass[], intervals: readonly Interval[] = ['1d']) => ({
  id,
  offers: {
    candles: Object.fromEntries(classes.map((one) => [one, intervals])),
    basis: id === 'fks_data' ? ('perpetual' as const) : ('spot' as const),
  },
});
const all: readonly AssetClass[] = ['crypto', 'stock', 'etf'];
const configured = [
  source('binance', ['crypto'], ['1m', '1h', '1d']),
  source('coingecko', ['crypto'], ['1h', '1d']),
  source('yahoofinance', all, ['1h', '1d']),
  source('polygon', all),
  source('fks_data', ['crypto'], ['1m', '1h', '1d']),
];
const asset = (assetClass: AssetClass, ...sourceOrder: string[]): Pick<Asset, 'assetClass' | 'sourceOrder'> => ({
  assetClass,
  sourceOrder,
});
const ids = (sources: readonly { id: string }[]) => sources.map(({ id }) => id);

test('asks in the order of the asset, then the others that offer its bars as they are configured', () => {
  const coin = asset('crypto', 'coingecko', 'binance');
  expect(ids(sourcesFor(coin, '1d', configured, 'spot'))).toEqual([
    'coingecko',
    'binance',
    'yahoofinance',
    'polygon',
    'fks_data',
  ]);
  expect(ids(sourcesFor(coin, '1m', configured, 'spot'))).toEqual(['binance', 'fks_data']);
  const fund = asset('etf', 'polygon', 'alphavantage', 'yahoofinance');
  expect(ids(sourcesFor(fund, '1d', configured, 'spot'))).toEqual(['polygon', 'yahoofinance']);
});

test('folders come first, whatever the asset prefers', () => {
  const sources = [...configured, source('csv:mine', all), source('csv:yours', all)];
  const order = ids(sourcesFor(asset('stock', 'yahoofinance'), '1d', sources, 'spot'));
  expect(order).toEqual(['csv:mine', 'csv:yours', 'yahoofinance', 'polygon']);
  expect(familyOf('csv:mine')).toBe('csv');
});

test('perpetual prices come last under spot and first under perpetual, which stocks do not have', () => {
  const coin = asset('crypto', 'fks_data', 'binance');
  expect(ids(inOrderOf(coin, configured, 'spot')).at(-1)).toBe('fks_data');
  expect(ids(inOrderOf(asset('crypto', 'binance'), configured, 'perpetual'))).toEqual([
    'fks_data',
    'binance',
    'coingecko',
    'yahoofinance',
    'polygon',
  ]);
  expect(ids(inOrderOf(asset('stock', 'polygon'), configured, 'perpetual'))[0]).toBe('polygon');
  expect([wantedBasis('crypto', 'perpetual'), wantedBasis('etf', 'perpetual')]).toEqual(['perpetual', 'spot']);
});

test('says why a source is not asked', () => {
  const { offers } = source('binance', ['crypto'], ['1d']);
  expect(whyNotOffered(offers, 'crypto', '1d')).toBeUndefined();
  expect(whyNotOffered(offers, 'etf', '1d')).toBe('has no etf prices');
  expect(whyNotOffered(offers, 'crypto', '1h')).toBe('has no bars of 1h');
});
