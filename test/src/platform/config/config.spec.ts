import fs from 'node:fs';
import { ConfigError, readConfig } from '../../../../src/platform/config/config.js';

test('works without any variable, on loopback only', () => {
  const config = readConfig({});
  expect(config.http).toEqual({ host: '127.0.0.1', port: 8012, corsOrigins: [] });
  expect(config.metrics).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(config.sources.order).toEqual(['binance', 'yahoofinance']);
});

test('names every wrong variable and never its value', () => {
  const read = () =>
    readConfig({ PORT: '80123', DATABASE_URL: 'mysql://admin:hunter2@db', TEMPORAL_ADDRESS: 'nowhere' });
  expect(read).toThrow(ConfigError);
  let said = '';
  try {
    read();
  } catch (error) {
    said = String(error);
  }
  for (const name of ['PORT', 'DATABASE_URL', 'TEMPORAL_ADDRESS']) expect(said).toContain(name);
  for (const value of ['80123', 'hunter2', 'nowhere']) expect(said).not.toContain(value);
});

test('an empty variable means the same as an absent one', () => {
  expect(readConfig({ PORT: '', FKS_PRICES: '' })).toEqual(readConfig({}));
});

test('folders are read alone unless an order is given', () => {
  expect(readConfig({ FKS_PRICES: '/a:/b' }).sources).toMatchObject({ order: ['csv'], priceFolders: ['/a', '/b'] });
  expect(readConfig({ FKS_PRICES: '/a', FKS_SOURCES: 'csv, binance' }).sources.order).toEqual(['csv', 'binance']);
});

test('.env.example names every variable that is read, and its values are valid', () => {
  const lines = fs.readFileSync('.env.example', 'utf8').split('\n');
  const example = Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^#?\s?([A-Z][A-Z0-9_]+)=(.*)$/.exec(line);
      return match ? [[match[1], match[2]]] : [];
    }),
  );
  const source = fs.readFileSync('src/platform/config/config.ts', 'utf8');
  const read = [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map((match) => match[1]);
  expect(read.length).toBeGreaterThan(10);
  expect(Object.keys(example)).toEqual(expect.arrayContaining(read));
  expect(() => readConfig(example)).not.toThrow();
});
