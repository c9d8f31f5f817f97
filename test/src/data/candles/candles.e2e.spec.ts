import type { NestExpressApplication } from '@nestjs/platform-express';
import { type MikroORM } from '@mikro-orm/postgresql';
import request from 'supertest';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import type { Candle, SeriesRef } from '../../../../src/data/domain/candle.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, hourMs } from '../../../../src/shared/time.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';

let database: TestDatabase;
let orm: MikroORM;
let app: NestExpressApplication;
const start = Date.parse('2025-01-01T00:00:00Z');
const series = (source: string, over: Partial<SeriesRef> = {}): SeriesRef => ({
  assetId: 'BTC' as AssetId,
  interval: '1d',
  source,
  quoteCurrency: 'USD',
  adjustment: 'raw',
  ...over,
});
const bar = (openTime: number, over: Partial<Candle> = {}): Candle => ({
  openTime,
  open: '1.5',
  high: '3.00000000',
  low: '1',
  close: '2',
  volume: '10',
  ...over,
});
const store = (one: SeriesRef, bars: Candle[]) => new CandleRepository(orm.em.fork()).storeSeries(one, bars);
beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  const bars = Array.from({ length: 5 }, (_, i) =>
    bar(start + i * dayMs, { close: `2.${i}`, ...(i === 0 && { volume: null }) }),
  );
  await store(series('simulated:binance:1'), bars.slice(0, 1));
  await store(series('yahoofinance'), bars);
  app = await startApi(testConfig(database.url, { FKS_SOURCES: 'binance,yahoofinance' }));
});
afterAll(async () => {
  await app.close();
  await orm.close(true);
  await database.drop();
});

const get = (query: string, path = 'candles') => request(app.getHttpServer()).get(`/api/v1/data/${path}?${query}`);

test('shows the bars of one series, oldest first, page by page', async () => {
  const { body } = await get('asset=btc-usd&limit=2').expect(200);
  expect(body).toEqual({
    items: [
      { open_time: '2025-01-01T00:00:00Z', open: 1.5, high: 3, low: 1, close: 2, volume: null },
      { open_time: '2025-01-02T00:00:00Z', open: 1.5, high: 3, low: 1, close: 2.1, volume: 10 },
    ],
    next_cursor: expect.any(String),
    series: {
      asset_id: 'BTC',
      interval: '1d',
      source: 'yahoofinance',
      quote_currency: 'USD',
      adjustment: 'raw',
      basis: 'spot',
      simulated: false,
      derived_from: null,
    },
    disputed: [],
  });
  const second = await get(`asset=BTC&limit=2&cursor=${body.next_cursor}`).expect(200);
  const last = await get(`asset=BTC&limit=2&cursor=${second.body.next_cursor}`).expect(200);
  expect([...second.body.items, ...last.body.items].map(({ close }) => close)).toEqual([2.2, 2.3, 2.4]);
  expect(last.body.next_cursor).toBeNull();
});

test('cuts a window, where a date at its end includes that day', async () => {
  const closes = async (query: string) =>
    (await get(`asset=BTC&${query}`).expect(200)).body.items.map((one: { close: number }) => one.close);
  expect(await closes('from=2025-01-02&to=2025-01-03')).toEqual([2.1, 2.2]);
  expect(await closes('from=2025-01-02T00:00:00Z&to=2025-01-03T00:00:00Z')).toEqual([2.1]);
  expect(await closes('as_of=2025-01-02')).toEqual([2, 2.1]);
  expect(await closes('source=simulated:binance:1')).toEqual([2]);
});

test('an asset or a source without bars has an empty list, not somebody else’s', async () => {
  for (const query of ['asset=ETH', 'asset=BTC&source=binance', 'asset=BTC&interval=1h']) {
    const { body } = await get(query).expect(200);
    expect(body).toEqual({ items: [], next_cursor: null, series: null, disputed: [] });
  }
});

test('bars that no source gives are put together and say from what', async () => {
  const hours = Array.from({ length: 72 }, (_, i) => bar(start + i * hourMs, { close: `${i}.5`, volume: '0.1' }));
  await store(series('binance', { assetId: 'ETH' as AssetId, interval: '1h', quoteCurrency: 'USDT' }), hours);
  const { body } = await get('asset=ETH&interval=4h&limit=2&from=2025-01-01T04:00:00Z').expect(200);
  expect(body).toMatchObject({
    items: [
      { open_time: '2025-01-01T04:00:00Z', open: 1.5, high: 3, low: 1, close: 7.5, volume: 0.4 },
      { open_time: '2025-01-01T08:00:00Z', close: 11.5 },
    ],
    next_cursor: expect.any(String),
    series: { interval: '4h', source: 'binance', quote_currency: 'USDT', derived_from: '1h' },
  });
  const { body: days } = await get('asset=ETH&interval=1d&as_of=2025-01-02').expect(200);
  expect(days.items.map((one: { close: number }) => one.close)).toEqual([23.5, 47.5]);
});

test('bars of which only the close is known have no other prices', async () => {
  const closeOnly = bar(start, { open: null, high: null, low: null, volume: null });
  await store(series('coingecko', { assetId: 'SOL' as AssetId }), [closeOnly]);
  const { body } = await get('asset=SOL').expect(200);
  expect(body.items).toEqual([
    { open_time: '2025-01-01T00:00:00Z', open: null, high: null, low: null, close: 2, volume: null },
  ]);
});

test('says which bars of a page are held back because sources disagree', async () => {
  const ada = series('binance', { assetId: 'ADA' as AssetId, quoteCurrency: 'USDT' });
  await store(
    ada,
    Array.from({ length: 6 }, (_, i) => bar(start + i * dayMs)),
  );
  for (const day of [1, 4]) {
    await orm.em.fork().execute(
      `insert into disputed_bar (id, asset_id, "interval", adjustment, world, open_time, state, reason, votes, votes_hash, sources, opened_at)
       values (gen_random_uuid(), 'ADA', '1d', 'raw', '', ?, 'open', 'test', '[]', 'h', '["binance"]', now())`,
      [new Date(start + day * dayMs)],
    );
  }
  const { body } = await get('asset=ADA&limit=2').expect(200);
  expect(body.items.map((one: { open_time: string }) => one.open_time.slice(8, 10))).toEqual(['01', '03']);
  expect(body.disputed).toEqual(['2025-01-02T00:00:00Z']);
  const { body: next } = await get(`asset=ADA&limit=2&cursor=${body.next_cursor}`).expect(200);
  expect(next.disputed).toEqual(['2025-01-05T00:00:00Z']);
  const csv = await get('asset=ADA').set('Accept', 'text/csv').expect(200);
  expect(csv.headers['x-disputed-bars']).toBe('2');
});

test('as CSV the bars stand as they were stored, and the header tells the next page', async () => {
  const { text, headers } = await get('asset=BTC&limit=2&from=2025-01-01').set('Accept', 'text/csv').expect(200);
  expect(text).toBe(
    'date,open,high,low,close,volume\n2025-01-01,1.5,3.00000000,1,2.0,\n2025-01-02,1.5,3.00000000,1,2.1,10\n',
  );
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['content-disposition']).toBe('attachment; filename=BTC_1d_yahoofinance_USD_raw.csv');
  expect(headers['vary']).toContain('Accept');
  const next = /<\?([^>]*)>; rel="next"/.exec(headers['link']!)![1]!;
  const second = await get(next).set('Accept', 'text/csv').expect(200);
  expect(second.text).toContain('2025-01-03,1.5');
  const last = await get('asset=BTC&from=2025-01-04').set('Accept', 'text/csv').expect(200);
  expect(last.headers['link']).toBeUndefined();
  const none = await get('asset=DOT').set('Accept', 'text/csv').expect(200);
  expect(none.text).toBe('date,open,high,low,close,volume\n');
  const hours = await get('asset=ETH&interval=1h&limit=1').set('Accept', 'text/csv').expect(200);
  expect(hours.text).toContain('\n2025-01-01T00:00:00Z,1.5,');
  expect((await get('asset=BTC').set('Accept', 'text/csv;q=0.5, application/json')).type).toBe('application/json');
});

test('an owner’s own source is shown to that owner alone', async () => {
  const uni = (source: string) => series(source, { assetId: 'UNI' as AssetId });
  await store(uni('csv:local'), [bar(start, { close: '2.5' })]);
  await store(uni('csv:ann'), [bar(start)]);
  await orm.em
    .fork()
    .execute(`insert into private_source (source, owner_id) values ('csv:ann', 'ann'), ('csv:local', 'local')`);
  expect((await get('asset=UNI').expect(200)).body.series).toMatchObject({ source: 'csv:local' });
  expect((await get('asset=UNI&source=csv:ann').expect(200)).body.series).toBeNull();
});

test('refuses an unknown asset, naming the nearest', async () => {
  for (const path of ['candles', 'candles/differences']) {
    const { body, headers } = await get('asset=BTX&as_known_at=2025-01-01', path).expect(422);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({
      status: 422,
      errors: [{ field: 'asset', value: 'BTX', message: 'is not a known asset; the nearest are BTC, ETH, BNB' }],
    });
  }
});

test('refuses what is no date, no interval and no cursor, naming the field', async () => {
  for (const [query, field] of [
    ['from=yesterday', 'from'],
    ['interval=2d', 'interval'],
    ['cursor=abc', 'cursor'],
    ['limit=501', 'limit'],
    ['as_known_at=now', 'as_known_at'],
  ]) {
    const { body } = await get(`asset=BTC&${query}`).expect(422);
    expect(body.errors).toEqual([expect.objectContaining({ field })]);
  }
  const { body } = await get('asset=BTC', 'candles/differences').expect(422);
  expect(body.errors).toEqual([expect.objectContaining({ field: 'as_known_at' })]);
});
