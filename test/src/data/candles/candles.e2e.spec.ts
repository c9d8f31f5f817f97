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
    earlier: null,
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
    expect(body).toEqual({ items: [], next_cursor: null, series: null, disputed: [], earlier: null });
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
  // as one that nobody has
  const { body } = await get('asset=UNI&source=csv:ann').expect(422);
  expect(body.errors).toEqual([
    {
      field: 'source',
      value: 'csv:ann',
      message: 'is no source of prices; known are binance, yahoofinance, csv:local',
    },
  ]);
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

test('refuses an unknown source and a window in which nothing can lie, naming field and value', async () => {
  for (const path of ['candles', 'candles/differences']) {
    for (const [query, field, value] of [
      ['source=binanse', 'source', 'binanse'],
      ['from=2025-01-03&to=2025-01-02', 'from', '2025-01-03'],
      ['from=2025-01-02T00:00:00Z&to=2025-01-02T00:00:00Z', 'from', '2025-01-02T00:00:00Z'],
      ['form=2025-01-02', 'form', '2025-01-02'],
    ]) {
      const { body } = await get(`asset=BTC&as_known_at=2025-01-01&${query}`, path).expect(422);
      expect(body.errors).toEqual([expect.objectContaining({ field, value })]);
    }
    await get('asset=BTC&as_known_at=2025-01-01&from=2025-01-02&to=2025-01-02', path).expect(200);
    await get('asset=BTC&as_known_at=2025-01-01&source=simulated:binance:1', path).expect(200);
  }
});

test('says what is wrong in words', async () => {
  for (const [query, message] of [
    ['', 'is missing'],
    ['asset=', 'is empty'],
    ['asset=BTC&asset=ETH', 'is not one text'],
    ['asset=BTC&interval=2h', 'is none of 1m, 5m, 15m, 1h, 4h, 1d, 1w'],
    ['asset=BTC&limit=many', 'is no number'],
    ['asset=BTC&limit=0', 'is less than 1'],
    ['asset=BTC&limit=501', 'is more than 500; of CSV, asked for by Accept: text/csv, 10000 are to be had'],
  ]) {
    const { body } = await get(query!).expect(422);
    expect(body.errors).toEqual([expect.objectContaining({ message })]);
  }
});

test('days that hours reach further back than are not joined with them, and the answer says where to find them', async () => {
  const dot = series('yahoofinance', { assetId: 'DOT' as AssetId });
  await store(dot, [bar(start + 3 * dayMs), bar(start + 4 * dayMs)]);
  await store(
    { ...dot, interval: '1h' },
    Array.from({ length: 120 }, (_, i) => bar(start + i * hourMs)),
  );
  const { body } = await get('asset=DOT').expect(200);
  expect(body.items).toHaveLength(2);
  expect(body).toMatchObject({
    series: { derived_from: null },
    earlier: { interval: '1h', source: 'yahoofinance', first_open_time: '2025-01-01T00:00:00Z' },
  });
  expect((await get('asset=DOT&from=2025-01-04').expect(200)).body.earlier).toBeNull();
  expect((await get('asset=DOT&interval=1h').expect(200)).body.earlier).toBeNull();
});

test('all pages of an answer are of the series that the first one was of', async () => {
  const link = { assetId: 'LINK' as AssetId };
  const hours = Array.from({ length: 72 }, (_, i) => bar(start + i * hourMs));
  await store(series('yahoofinance', { ...link, interval: '1h' }), hours);
  const { body: first } = await get('asset=LINK&limit=1').expect(200);
  expect(first.series).toMatchObject({ source: 'yahoofinance', derived_from: '1h' });
  // meanwhile a finer series, and days of a source that is preferred, come in
  await store(
    series('yahoofinance', { ...link, interval: '15m' }),
    Array.from({ length: 288 }, (_, i) => bar(start + i * (hourMs / 4), { close: '9' })),
  );
  await store(
    series('binance', link),
    Array.from({ length: 9 }, (_, i) => bar(start + i * dayMs, { close: '7' })),
  );
  expect((await get('asset=LINK').expect(200)).body.series).toMatchObject({ source: 'binance', derived_from: null });
  const { body: second } = await get(`asset=LINK&limit=5&cursor=${first.next_cursor}`).expect(200);
  expect(second).toMatchObject({
    series: { source: 'yahoofinance', derived_from: '1h' },
    items: [{ close: 2 }, { close: 2 }],
    next_cursor: null,
  });
  for (const other of ['asset=BTC', 'asset=LINK&source=binance', 'asset=LINK&interval=1m']) {
    const { body } = await get(`${other}&cursor=${first.next_cursor}`).expect(422);
    expect(body.errors).toEqual([expect.objectContaining({ field: 'cursor' })]);
  }
});

test('years of days are one file, and simulated prices say so in it and are no import', async () => {
  const ltc = { assetId: 'LTC' as AssetId };
  const days = Array.from({ length: 1_200 }, (_, i) => bar(start - i * dayMs)).reverse();
  await store(series('simulated:binance:7', ltc), days);
  const { text, headers } = await get('asset=LTC').set('Accept', 'text/csv').expect(200);
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(1_201);
  expect(headers['link']).toBeUndefined();
  expect(lines[0]).toBe('date,open,high,low,close,volume,simulated');
  expect(lines.at(-1)).toBe('2025-01-01,1.5,3.00000000,1,2,10,simulated:binance:7');
  await get('asset=LTC&limit=10001').set('Accept', 'text/csv').expect(422);
  const { body } = await request(app.getHttpServer())
    .post('/api/v1/data/imports')
    .field('asset', 'LTC')
    .attach('file', Buffer.from(text), 'LTC.csv')
    .expect(422);
  expect(body.errors).toEqual([
    {
      field: 'file',
      value: 'date,open,high,low,close,volume,simulated',
      message: 'has prices of the market simulator, which never pass as real ones',
    },
  ]);
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
