import fs from 'node:fs';
import path from 'node:path';
import { venues } from '../../../../src/data/domain/asset.js';
import { sourceFamilies, sourcesInOrder } from '../../../../src/data/sources/registry.js';

test('makes the configured sources in their order, each once', () => {
  const ids = sourcesInOrder(['yahoofinance', 'csv', 'binance', 'binance'], {}).map(({ id }) => id);
  expect(ids).toEqual(['yahoofinance', 'binance']);
});

test('refuses a name that is no source, naming those that are', () => {
  expect(() => sourcesInOrder(['binanace'], {})).toThrow(
    'FKS_SOURCES names "binanace", which is none of csv, binance, coingecko, yahoofinance, polygon, alphavantage, coinmarketcap, fks_data',
  );
});

test('a source that needs an address opens only when it is set', () => {
  expect(sourcesInOrder(['fks_data'], {})).toEqual([]);
  expect(sourcesInOrder(['fks_data'], { FKS_DATA_BASE_URL: 'http://127.0.0.1:8003' })).toHaveLength(1);
});

test('a wrong variable of a source is named, and its value is not', () => {
  const open = () =>
    sourcesInOrder(['binance'], { BINANCE_BASE_URL: 'ftp://me:hunter2@x', BINANCE_WEIGHT_PER_MINUTE: '-1' });
  expect(open).toThrow(/BINANCE_BASE_URL: .*BINANCE_WEIGHT_PER_MINUTE: /);
  expect(open).not.toThrow(/hunter2|-1/);
});

test('no two sources share a name, and each but the folders is a venue that spells assets', () => {
  const names = sourceFamilies.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name !== 'csv').sort()).toEqual([...venues].sort());
});

test('every source has a folder with a source, its payloads and a description', () => {
  for (const { name } of sourceFamilies) {
    const folder = path.join('src/data/sources', name);
    expect(fs.readdirSync(folder)).toEqual(
      expect.arrayContaining(['README.md', `${name}.payloads.ts`, `${name}.source.ts`]),
    );
  }
});
