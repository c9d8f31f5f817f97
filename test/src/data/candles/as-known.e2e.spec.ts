import { createHash } from 'node:crypto';
import { type MikroORM } from '@mikro-orm/postgresql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { seriesText } from '../../../../src/data/domain/as-known.js';
import type { Candle, SeriesRef } from '../../../../src/data/domain/candle.js';
import { frozenMarket } from '../../../../src/optimization/domain/market-snapshot.js';
import { canonicalJson } from '../../../../src/shared/canonical-json.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, toIso } from '../../../../src/shared/time.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';

let database: TestDatabase;
let orm: MikroORM;
let app: NestExpressApplication;
beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  app = await startApi(testConfig(database.url, { FKS_SOURCES: 'binance,yahoofinance' }));
});
afterAll(async () => {
  await app.close();
  await orm.close(true);
  await database.drop();
});

const start = Date.parse('2024-01-01T00:00:00Z');
const days = 60;
const asOf = start + days * dayMs;
const series: SeriesRef = {
  assetId: 'BTC' as AssetId,
  interval: '1d',
  source: 'binance',
  quoteCurrency: 'USDT',
  adjustment: 'raw',
};
const bar = (i: number, close: string): Candle => ({
  openTime: start + i * dayMs,
  open: '100.0',
  high: '999',
  low: '1',
  close,
  volume: null,
});
const history = (close: (i: number) => string) => Array.from({ length: days }, (_, i) => bar(i, close(i)));
const candles = () => new CandleRepository(orm.em.fork());
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A moment that lies between what was stored before and what is stored after, by the clock that stamps the rows. */
async function moment(): Promise<number> {
  const read = async () => {
    const [row] = await orm.em
      .fork()
      .execute<{ now: string }[]>(`select (extract(epoch from clock_timestamp()) * 1000)::text as now`);
    return Math.ceil(Number(row!.now)) + 1;
  };
  const at = await read();
  while ((await read()) <= at + 2);
  return at;
}

/** What an optimization freezes of the series, as a live run does. */
async function snapshot(knownAt?: number): Promise<string> {
  const options = { revisions: 'newest' as const, ...(knownAt !== undefined && { knownAt }) };
  const closes = await candles().closedBars(series, asOf, { since: start, ...options });
  return canonicalJson(frozenMarket(asOf, days, [{ series, closes }]));
}
const differences = async (query: string) =>
  (await request(app.getHttpServer()).get(`/api/v1/data/candles/differences?asset=BTC&${query}`).expect(200)).body;

test('after a provider has rewritten history a snapshot can be computed as known then, to the same bytes, and as known now', async () => {
  await candles().storeSeries(
    series,
    history((i) => `${100 + i}.00`),
  );
  const frozen = await snapshot();
  const then = await moment();
  // silently, two days of the past are others, one is the same number printed differently, and one comes later
  const rewritten = history((i) => (i === 7 ? '777' : i === 30 ? '30.5' : i === 40 ? '140' : `${100 + i}.00`));
  await candles().storeSeries(series, [...rewritten, bar(days, '160')]);
  const now = await moment();

  expect(await snapshot(then)).toBe(frozen);
  expect(await snapshot(now)).toBe(await snapshot());
  expect(await snapshot()).not.toBe(frozen);

  const window = 'to=2024-02-29';
  const diff = await differences(`as_known_at=${toIso(then)}&${window}`);
  expect(diff).toMatchObject({
    differing: 2,
    next_cursor: null,
    items: [
      { open_time: '2024-01-08T00:00:00Z', before: { close: 107 }, after: { close: 777 } },
      { open_time: '2024-01-31T00:00:00Z', before: { close: 130 }, after: { close: 30.5 } },
    ],
    series: { source: 'binance', derived_from: null },
    before: { known_at: toIso(then), bars: days, sha256: expect.any(String) },
    after: { bars: days, sha256: expect.any(String) },
  });
  // the hashes are of what is stored, in a form that anybody can make again
  const read = (knownAt: number) => candles().closedBars(series, null, { before: asOf, knownAt });
  expect(diff.before.sha256).toBe(sha256(seriesText(series, await read(then))));
  expect(diff.after.sha256).toBe(sha256(seriesText(series, await read(now))));
  expect(diff.before.sha256).not.toBe(diff.after.sha256);
  const same = await differences(`as_known_at=${toIso(then)}&and_known_at=${toIso(then)}&${window}`);
  expect(same).toMatchObject({ differing: 0, items: [], after: { sha256: diff.before.sha256 } });

  // page by page, and with the bar that came later
  const first = await differences(`as_known_at=${toIso(then)}&limit=2`);
  expect(first).toMatchObject({ differing: 3, items: [{ after: { close: 777 } }, { after: { close: 30.5 } }] });
  const second = await differences(`as_known_at=${toIso(then)}&limit=2&cursor=${first.next_cursor}`);
  expect(second).toMatchObject({
    next_cursor: null,
    items: [{ open_time: '2024-03-01T00:00:00Z', before: null, after: { close: 160 } }],
  });
});

test('the page of bars is the one of that moment, too; before anything was stored it is empty', async () => {
  const page = async (query: string) =>
    (await request(app.getHttpServer()).get(`/api/v1/data/candles?asset=BTC&limit=500&${query}`).expect(200)).body;
  const [row] = await orm.em
    .fork()
    .execute<{ at: Date }[]>(`select min(known_at) as at from candle where asset_id = 'BTC' and revision = 2`);
  const rewrittenAt = new Date(row!.at).getTime();
  const before = await page(`as_known_at=${toIso(rewrittenAt - 1)}`);
  expect(before.items).toHaveLength(days);
  expect(before.items[7].close).toBe(107);
  const after = await page(`as_known_at=${toIso(rewrittenAt)}`);
  expect(after.items[7].close).toBe(777);
  expect((await page(`as_known_at=2024-03-01`)).items).toEqual([]);
  // of an earlier as-of only what could be had then, as known at that moment
  expect((await page(`as_known_at=${toIso(rewrittenAt)}&as_of=2024-01-10`)).items).toHaveLength(10);
});

test('the series is the one that readers got then, whatever source is preferred now', async () => {
  const sol = (source: string): SeriesRef => ({ ...series, assetId: 'SOL' as AssetId, source, quoteCurrency: 'USD' });
  const get = async (query: string, path = '') =>
    (await request(app.getHttpServer()).get(`/api/v1/data/candles${path}?asset=SOL&${query}`).expect(200)).body;
  await candles().storeSeries(sol('yahoofinance'), [bar(0, '10'), bar(1, '11')]);
  const then = toIso(await moment());
  await candles().storeSeries(sol('binance'), [bar(0, '20'), bar(1, '21')]);
  await moment();
  expect(await get('')).toMatchObject({ series: { source: 'binance' }, items: [{ close: 20 }, { close: 21 }] });
  expect(await get(`as_known_at=${then}`)).toMatchObject({
    series: { source: 'yahoofinance' },
    items: [{ close: 10 }, { close: 11 }],
  });
  expect(await get('as_known_at=2024-01-01')).toMatchObject({ series: null, items: [] });
  const { series: compared, differing } = await get(`as_known_at=${then}`, '/differences');
  expect([compared.source, differing]).toEqual(['yahoofinance', 0]);
  expect(await get('as_known_at=2024-01-01', '/differences')).toMatchObject({
    series: { source: 'binance' },
    differing: 2,
    before: { bars: 0 },
  });
});

test('an asset without bars has no difference', async () => {
  const { body } = await request(app.getHttpServer())
    .get('/api/v1/data/candles/differences?asset=ETH&as_known_at=2024-01-01')
    .expect(200);
  expect(body).toEqual({ items: [], next_cursor: null, series: null, differing: 0, before: null, after: null });
});

test('more bars than can be compared at once are refused, and a window of them is not', async () => {
  await orm.em.fork().execute(
    `insert into candle (asset_id, "interval", source, quote_currency, adjustment, open_time, revision, close, available_at, known_at)
     select 'XRP', '1m', 'binance', 'USDT', 'raw', at, 1, 1, at + interval '1 minute', at + interval '1 minute'
     from generate_series(timestamptz '2024-01-01Z', timestamptz '2024-01-01Z' + 200000 * interval '1 minute', interval '1 minute') as at`,
  );
  const ask = (window: string) =>
    request(app.getHttpServer()).get(
      `/api/v1/data/candles/differences?asset=XRP&interval=1m&as_known_at=2024-01-02&and_known_at=2025-01-01&limit=1${window}`,
    );
  const { body } = await ask('').expect(422);
  expect(body.errors).toEqual([
    {
      field: 'from',
      message: 'leaves 200001 bars to compare, at most 200000 are: name a later one, or an earlier `to`',
    },
  ]);
  const { body: known } = await ask('&from=2024-01-02&to=2024-01-03').expect(200);
  // of the third nothing was known on the second, whose last minute was known at its end
  expect(known).toMatchObject({ differing: 1_440, before: { bars: 1_440 }, after: { bars: 2_880 } });
});
