import { type MikroORM } from '@mikro-orm/postgresql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AuditService } from '../../../../src/audit/audit.service.js';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { ConsensusService } from '../../../../src/data/candles/consensus.service.js';
import { AssetRegistry } from '../../../../src/data/assets/asset-registry.js';
import type { AssetId, OwnerId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';
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

const path = '/api/v1/data/quarantine';
const get = (query: string) => request(app.getHttpServer()).get(`${path}${query}`);
const post = (query: string, body: object, key?: string) => {
  const sent = request(app.getHttpServer()).post(`${path}${query}`).send(body);
  return key === undefined ? sent : sent.set('Idempotency-Key', key);
};
const start = Date.parse('2025-01-01T00:00:00Z');

/** Two sources that disagree about some days, compared. */
async function disagree(asset: string, days: number): Promise<string[]> {
  const em = orm.em.fork();
  const candles = new CandleRepository(em);
  const assetId = asset as AssetId;
  for (const [source, close] of [
    ['binance', '100'],
    ['yahoofinance', '130'],
  ] as const) {
    await candles.storeSeries(
      { assetId, interval: '1d', source, quoteCurrency: 'USD', adjustment: 'raw' },
      Array.from({ length: days }, (_, i) => ({
        openTime: start + i * dayMs,
        open: null,
        high: null,
        low: null,
        close,
        volume: null,
      })),
    );
  }
  const judged = { assetId, assetClass: 'crypto', interval: '1d', adjustment: 'raw' } as const;
  await new ConsensusService(em, candles, new AssetRegistry(em)).judge({
    ...judged,
    from: start,
    to: start + days * dayMs,
  });
  const { body } = await get(`?asset=${asset}&limit=500`).expect(200);
  return body.items.map(({ id }: { id: string }) => id);
}

const events = (id: string) => app.get(AuditService).about('local' as OwnerId, `dispute:${id}`, 0, 10);
const bars = async (asset: string) =>
  (await request(app.getHttpServer()).get(`/api/v1/data/candles?asset=${asset}`).expect(200)).body;

test('shows what sources disagree about, with the votes', async () => {
  const [id] = await disagree('BTC', 1);
  const { body } = await get(`/${id}`).expect(200);
  expect(body).toEqual({
    id,
    asset_id: 'BTC',
    interval: '1d',
    adjustment: 'raw',
    simulated_seed: null,
    open_time: '2025-01-01T00:00:00Z',
    state: 'open',
    reason:
      'binance closes at 100 USD (13 % off), yahoofinance closes at 130 USD (13 % off); the median is 115 USD, 1 % is allowed',
    held_back: ['binance', 'yahoofinance'],
    votes: [
      {
        source: 'binance',
        revision: 1,
        close: '100',
        quote_currency: 'USD',
        usd: 100,
        conversion: null,
        deviation: expect.closeTo(15 / 115, 12),
      },
      {
        source: 'yahoofinance',
        revision: 1,
        close: '130',
        quote_currency: 'USD',
        usd: 130,
        conversion: null,
        deviation: expect.closeTo(15 / 115, 12),
      },
    ],
    opened_at: expect.stringMatching(/Z$/),
    closed_at: null,
    closed_by: null,
    note: null,
  });
  expect(await bars('BTC')).toMatchObject({ items: [], disputed: ['2025-01-01T00:00:00Z'] });
});

test('lists the newest first, page by page, by state and asset', async () => {
  const ids = await disagree('ETH', 5);
  expect(ids).toHaveLength(5);
  const { body } = await get('?asset=eth-usd&limit=2&state=open').expect(200);
  expect(body.items.map(({ open_time }: { open_time: string }) => open_time.slice(8, 10))).toEqual(['05', '04']);
  const { body: second } = await get(`?asset=ETH&limit=2&cursor=${body.next_cursor}`).expect(200);
  expect(second.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2, 4));
  expect((await get('?asset=ETH&state=discarded').expect(200)).body).toEqual({ items: [], next_cursor: null });
  for (const [query, field] of [
    ['?state=closed', 'state'],
    ['?asset=BTX', 'asset'],
    ['?cursor=abc', 'cursor'],
  ]) {
    expect((await get(query!).expect(422)).body.errors).toEqual([expect.objectContaining({ field })]);
  }
});

test('a release gives the bars to readers again, and the audit trail tells who did it and why', async () => {
  const [id] = await disagree('SOL', 1);
  const { body } = await post(`/${id}/release`, { reason: '  the spike was real ' }).expect(200);
  expect(body).toMatchObject({
    id,
    state: 'released',
    closed_by: 'local',
    note: 'the spike was real',
    closed_at: expect.stringMatching(/Z$/),
  });
  expect(await bars('SOL')).toMatchObject({ items: [{ close: 100 }], disputed: [] });
  expect(await events(id!)).toMatchObject([
    {
      stream: 'data',
      subject: `dispute:${id}`,
      actor: 'local',
      kind: 'dispute_released',
      recordedAt: body.closed_at,
      payload: {
        asset_id: 'SOL',
        interval: '1d',
        open_time: '2025-01-01T00:00:00Z',
        sources: ['binance', 'yahoofinance'],
        reason: 'the spike was real',
      },
    },
  ]);
});

test('a discard takes the bars from readers for good', async () => {
  const [id] = await disagree('ADA', 1);
  await post(`/${id}/discard`, { reason: 'both are wrong' }).expect(200);
  expect(await bars('ADA')).toMatchObject({ items: [], disputed: ['2025-01-01T00:00:00Z'] });
  expect(await events(id!)).toMatchObject([{ kind: 'dispute_discarded' }]);
});

test('what has ended cannot end again, unless it is the same request', async () => {
  const [id] = await disagree('BNB', 1);
  const first = await post(`/${id}/release`, { reason: 'checked' }, 'key-1').expect(200);
  const again = await post(`/${id}/release`, { reason: 'checked' }, 'key-1').expect(200);
  expect(again.text).toBe(first.text);
  const { body } = await post(`/${id}/discard`, { reason: 'no' }).expect(409);
  expect(body.detail).toMatch(new RegExp(`^the disputed bar ${id} is released since .*Z, by local$`));
  await post(`/${id}/release`, { reason: 'checked' }).expect(409);
  await post(`/${id}/release`, { reason: 'another' }, 'key-1').expect(409);
  expect(await events(id!)).toHaveLength(1);
});

test('of two who end a dispute at once one does', async () => {
  const [id] = await disagree('DOGE', 1);
  const answers = await Promise.all(
    ['release', 'discard', 'release', 'discard'].map((act) => post(`/${id}/${act}`, { reason: 'first' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  expect(await events(id!)).toHaveLength(1);
});

test('refuses what is no id, no reason and nobody’s dispute', async () => {
  const absent = '01900000-0000-7000-8000-000000000000';
  await get(`/${absent}`).expect(404);
  await post(`/${absent}/release`, { reason: 'x' }).expect(404);
  expect((await get('/7').expect(422)).body.errors).toEqual([expect.objectContaining({ field: 'id', value: '7' })]);
  for (const body of [{}, { reason: ' ' }, { reason: 'x', more: 1 }, { reason: 7 }]) {
    await post(`/${absent}/discard`, body).expect(422);
  }
});
