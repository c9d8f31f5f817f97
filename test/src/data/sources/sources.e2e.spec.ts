import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { SOURCES } from '../../../../src/data/sources/configured-sources.js';
import type { MarketDataSource } from '../../../../src/data/sources/market-data-source.js';
import { SourceGate } from '../../../../src/data/sources/source-gate.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { ioThat } from '../../../support/fake-source.js';
import { startApi, testConfig } from '../../../support/service.js';

let database: TestDatabase;
let app: NestExpressApplication;
beforeAll(async () => {
  database = await freshDatabase();
  app = await startApi(
    testConfig(database.url, {
      FKS_SOURCES: 'binance,polygon,alphavantage,coingecko',
      BINANCE_BASE_URL: 'http://127.0.0.1:1',
      POLYGON_BASE_URL: 'http://127.0.0.1:1',
      POLYGON_API_KEY: 'a-very-secret-key',
      POLYGON_REQUESTS_PER_MINUTE: '3',
      ALPHA_VANTAGE_BASE_URL: 'http://127.0.0.1:1',
      COINGECKO_BASE_URL: 'http://127.0.0.1:1',
    }),
  );
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const list = async () => (await request(app.getHttpServer()).get('/api/v1/data/sources').expect(200)).body;
const sourceOf = (id: string) => app.get<MarketDataSource[]>(SOURCES).find((source) => source.id === id)!;
const seen = async (id: string) => (await list()).items.find((one: { id: string }) => one.id === id);

test('lists the configured sources with what they have, in their order', async () => {
  const { items, next_cursor } = await list();
  expect(next_cursor).toBeNull();
  expect(items.map(({ id }: { id: string }) => id)).toEqual(['binance', 'polygon', 'alphavantage', 'coingecko']);
  expect(items[0]).toMatchObject({
    family: 'binance',
    candles: { crypto: expect.arrayContaining(['1m', '1d']) },
    bars: 'ohlc',
    quotes: ['crypto'],
    basis: 'spot',
    history: expect.any(String),
    history_days: {},
    corporate_actions: [],
    publication_lag_seconds: 0,
    key: null,
    state: 'ready',
    resting: null,
    failures_in_a_row: 0,
    last_ok_at: null,
    last_error: null,
    last_24_hours: { attempts: 0, outcomes: {}, p50_milliseconds: null, p95_milliseconds: null },
  });
  expect(items[3]).toMatchObject({ bars: 'close', corporate_actions: [] });
});

test('says whether a key is set, needed or missing, and never the key', async () => {
  const { items } = await list();
  const keys = Object.fromEntries(items.map(({ id, key, state }: never) => [id, { key, state }]));
  expect(keys).toMatchObject({
    polygon: { key: { variable: 'POLYGON_API_KEY', is_set: true, is_needed: true }, state: 'ready' },
    alphavantage: { key: { variable: 'ALPHA_VANTAGE_API_KEY', is_set: false, is_needed: true }, state: 'missing_key' },
    coingecko: { key: { variable: 'COINGECKO_API_KEY', is_set: false, is_needed: false }, state: 'ready' },
  });
  expect(JSON.stringify(items)).not.toContain('a-very-secret-key');
});

test('shows what is left of a budget and when it renews, as all processes share it', async () => {
  const io = app.get(SourceGate).guard(sourceOf('polygon'), ioThat(), () => undefined);
  await io.get(new URL('http://127.0.0.1:1/'));
  await io.get(new URL('http://127.0.0.1:1/'));
  const { budget } = await seen('polygon');
  expect(budget).toEqual([{ window: 'minute', limit: 3, used: 2, left: 1, renews_at: expect.any(String) }]);
  const renews = Date.parse(budget[0].renews_at);
  expect(renews % 1_000).toBe(0);
});

test('shows a rest with its end and its reason', async () => {
  const gate = app.get(SourceGate);
  await gate.learn(sourceOf('polygon'), { kind: 'ok', value: 1 });
  await gate.learn(sourceOf('polygon'), { kind: 'rateLimited', retryAfterMs: 600_000 });
  const polygon = await seen('polygon');
  expect(polygon).toMatchObject({
    state: 'resting',
    resting: { until: expect.any(String), why: 'asks to wait 600 s' },
    last_ok_at: expect.any(String),
    last_error_at: expect.any(String),
    last_error: 'asks to wait 600 s',
  });
});

test('counts the outcomes of the last 24 hours and the times of what was sent', async () => {
  const orm = await openOrm(database.url);
  const attempt = (outcome: string, milliseconds: number, requests: number, hoursAgo: number) =>
    orm.em.fork().execute(
      `insert into source_attempt (id, collection_id, asset_id, "interval", source, to_time, outcome, requests, "rows", milliseconds, at)
       values (?, 'c', 'BTC', '1d', 'binance', now(), ?, ?, 0, ?, now() - make_interval(hours => ?))`,
      [uuidv7(), outcome, requests, milliseconds, hoursAgo],
    );
  for (const ms of [100, 200, 300]) await attempt('ok', ms, 1, 1);
  await attempt('unavailable', 5_000, 1, 2);
  await attempt('notOffered', 0, 0, 3);
  await attempt('ok', 60_000, 1, 25);
  await orm.close(true);
  expect((await seen('binance')).last_24_hours).toEqual({
    attempts: 5,
    outcomes: { ok: 3, unavailable: 1, notOffered: 1 },
    p50_milliseconds: 250,
    p95_milliseconds: expect.closeTo(4_295, 6),
  });
});

test('the metrics tell questions by outcome, budgets and rests', async () => {
  const { text } = await request(app.getHttpServer()).get('/metrics').expect(200);
  expect(text).toContain('market_data_questions_total{source="polygon",outcome="ok"} 1');
  expect(text).toContain('market_data_questions_total{source="polygon",outcome="rateLimited"} 1');
  expect(text).toMatch(/market_data_budget_left\{source="polygon",window="minute"\} [1-3]/);
  expect(text).toContain('market_data_source_resting{source="polygon",cause="limit"} 1');
  expect(text).toContain('market_data_source_resting{source="binance",cause="failures"} 0');
  expect(text).not.toContain('a-very-secret-key');
});
