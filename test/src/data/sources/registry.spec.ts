import { sourceFamilies, sourcesInOrder } from '../../../../src/data/sources/registry.js';

const settings = { priceFolders: [], binance: { baseUrl: 'http://a' }, yahoofinance: { baseUrl: 'http://b' } };

test('makes the configured sources in their order, each once', () => {
  expect(sourcesInOrder(['yahoofinance', 'csv', 'binance', 'binance'], settings).map(({ id }) => id)).toEqual([
    'yahoofinance',
    'binance',
  ]);
});

test('refuses a name that is no source, naming those that are', () => {
  expect(() => sourcesInOrder(['binanace'], settings)).toThrow(
    'FKS_SOURCES names "binanace", which is none of csv, binance, yahoofinance',
  );
});

test('no two sources share a name', () => {
  const names = sourceFamilies.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
