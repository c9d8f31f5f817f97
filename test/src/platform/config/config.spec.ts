import fs from 'node:fs';
import { sourceFamilies, sourcesInOrder } from '../../../../src/data/sources/registry.js';
import { ConfigError, readConfig } from '../../../../src/platform/config/config.js';

test('works without any variable, on loopback only', () => {
  const config = readConfig({});
  expect(config.http).toEqual({ host: '127.0.0.1', port: 8012, corsOrigins: [] });
  expect(config.metrics).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(config.sources).toEqual({
    order: ['binance', 'coingecko', 'yahoofinance', 'polygon', 'alphavantage', 'coinmarketcap', 'fks_data'],
    environment: {},
    cryptoBasis: 'spot',
    redisUrl: '',
  });
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
  expect(readConfig({ FKS_PRICES: '/a:/b' }).sources).toMatchObject({
    order: ['csv'],
    environment: { FKS_PRICES: '/a:/b' },
  });
  expect(readConfig({ FKS_PRICES: '/a', FKS_SOURCES: 'csv, binance' }).sources.order).toEqual(['csv', 'binance']);
});

const ofSources = sourceFamilies.flatMap(({ environment }) => Object.keys(environment.shape));

test('hands every variable of a source on to it, and nothing else of the environment', () => {
  expect(ofSources.length).toBeGreaterThan(20);
  const given = Object.fromEntries(ofSources.map((name) => [name, 'x']));
  expect(
    readConfig({ ...given, PATH: '/bin', FKS_AI_BASE_URL: 'http://ai', DATABASE_OWNER_URL: 'x' }).sources.environment,
  ).toEqual(given);
});

test('every source that is asked unless something is set is there', () => {
  const { order, environment } = readConfig({}).sources;
  expect(order.toSorted()).toEqual(
    sourceFamilies
      .map(({ name }) => name)
      .filter((name) => name !== 'csv')
      .sort(),
  );
  expect(() => sourcesInOrder(order, environment)).not.toThrow();
});

test.each([
  ['CRYPTO_BASIS', 'futures'],
  ['REDIS_URL', 'http://me:hunter2@cache'],
])('%s is checked', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(name);
  expect(() => readConfig({ [name]: value })).not.toThrow(value);
});

test('.env.example names every variable that is read, with its default', () => {
  const lines = fs.readFileSync('.env.example', 'utf8').split('\n');
  const example = Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^#?\s?([A-Z][A-Z0-9_]+)=(.*)$/.exec(line);
      return match ? [[match[1]!, match[2]!]] : [];
    }),
  );
  const source = fs.readFileSync('src/platform/config/config.ts', 'utf8');
  const own = [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map((match) => match[1]!);
  expect(own.length).toBeGreaterThan(10);
  expect(Object.keys(example)).toEqual(expect.arrayContaining([...own, ...ofSources]));
  const { sources, ...config } = readConfig(example);
  expect(config).toEqual({ ...readConfig({}), sources: undefined });
  expect(sources.order).toEqual(readConfig({}).sources.order);
  for (const { environment } of sourceFamilies) {
    const set = Object.entries(example).filter(([name, value]) => name in environment.shape && value !== '');
    expect(environment.parse(Object.fromEntries(set))).toEqual(environment.parse({}));
  }
});
