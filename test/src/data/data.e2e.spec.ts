import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { CandleRepository } from '../../../src/data/candle.repository.js';
import type { SeriesRef } from '../../../src/data/domain/candle.js';
import type { AssetId } from '../../../src/shared/ids.js';
import { dayMs } from '../../../src/shared/time.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../support/database.js';
import { startApi, testConfig } from '../../support/service.js';

let database: TestDatabase;
let app: NestExpressApplication;
const series = (source: string): SeriesRef => ({
  assetId: 'BTC' as AssetId,
  interval: '1d',
  source,
  quoteCurrency: 'USD',
  adjustment: 'raw',
});
beforeAll(async () => {
  database = await freshDatabase();
  const orm = await openOrm(database.url);
  const bars = Array.from({ length: 5 }, (_, i) => ({
    openTime: Date.parse('2025-01-01T00:00:00Z') + i * dayMs,
    open: '1.5',
    high: '3.00000000',
    low: '1',
    close: `2.${i}`,
    volume: i === 0 ? null : '10',
  }));
  const candles = new CandleRepository(orm.em.fork());
  await candles.storeSeries(series('simulated:binance:1'), bars.slice(0, 1));
  await candles.storeSeries(series('yahoofinance'), bars);
  await orm.close(true);
  app = await startApi(testConfig(database.url));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const get = (query: string) => request(app.getHttpServer()).get(`/api/v1/data/candles?${query}`);

test('shows the bars of one series, oldest first, page by page', async () => {
  const { body } = await get('asset=btc-usd&limit=2').expect(200);
  expect(body).toEqual({
    items: [
      { open_time: '2025-01-01T00:00:00Z', open: 1.5, high: 3, low: 1, close: 2, volume: null },
      { open_time: '2025-01-02T00:00:00Z', open: 1.5, high: 3, low: 1, close: 2.1, volume: 10 },
    ],
    next_cursor: expect.any(String),
    series: { asset_id: 'BTC', interval: '1d', source: 'yahoofinance', quote_currency: 'USD', adjustment: 'raw' },
  });
  const second = await get(`asset=BTC&limit=2&cursor=${body.next_cursor}`).expect(200);
  const last = await get(`asset=BTC&limit=2&cursor=${second.body.next_cursor}`).expect(200);
  expect([...second.body.items, ...last.body.items].map(({ close }) => close)).toEqual([2.2, 2.3, 2.4]);
  expect(last.body.next_cursor).toBeNull();
});

test('cuts a window, where a date at its end includes that day', async () => {
  const closes = async (query: string) =>
    (await get(`asset=BTC&${query}`).expect(200)).body.items.map((bar: { close: number }) => bar.close);
  expect(await closes('from=2025-01-02&to=2025-01-03')).toEqual([2.1, 2.2]);
  expect(await closes('from=2025-01-02T00:00:00Z&to=2025-01-03T00:00:00Z')).toEqual([2.1]);
  expect(await closes('as_of=2025-01-02')).toEqual([2, 2.1]);
  expect(await closes('source=simulated:binance:1')).toEqual([2]);
});

test('an asset or a source without bars has an empty list, not somebody else’s', async () => {
  for (const query of ['asset=ETH', 'asset=BTC&source=binance', 'asset=BTC&interval=1h']) {
    expect((await get(query).expect(200)).body).toEqual({ items: [], next_cursor: null, series: null });
  }
});

test('refuses an unknown asset, naming the nearest', async () => {
  const { body, headers } = await get('asset=BTX').expect(422);
  expect(headers['content-type']).toContain('application/problem+json');
  expect(body).toMatchObject({
    status: 422,
    errors: [{ field: 'asset', value: 'BTX', message: 'is not a known asset; the nearest are BTC, ETH, BNB' }],
  });
});

test('refuses what is no date, no interval and no cursor, naming the field', async () => {
  for (const [query, field] of [
    ['from=yesterday', 'from'],
    ['interval=2d', 'interval'],
    ['cursor=abc', 'cursor'],
    ['limit=501', 'limit'],
  ]) {
    const { body } = await get(`asset=BTC&${query}`).expect(422);
    expect(body.errors).toEqual([expect.objectContaining({ field })]);
  }
});
