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
const bars = async (asset: string, query = '') =>
  (await request(app.getHttpServer()).get(`/api/v1/data/candles?asset=${asset}${query}`).expect(200)).body;

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
    closed_reason: null,
    kept_out: [],
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
  const days = async (query: string) =>
    (await get(`?asset=ETH${query}`).expect(200)).body.items.map((one: { open_time: string }) =>
      one.open_time.slice(8, 10),
    );
  expect(await days('&from=2025-01-02&to=2025-01-03')).toEqual(['03', '02']);
  expect(await days('&interval=1h')).toEqual([]);
  expect(await days('&source=binance&to=2025-01-01')).toEqual(['01']);
  expect(await days('&source=csv:local')).toEqual([]);
  for (const [query, field, value] of [
    ['?state=closed', 'state', 'closed'],
    ['?asset=BTX', 'asset', 'BTX'],
    ['?cursor=abc', 'cursor', 'abc'],
    ['?interval=2h', 'interval', '2h'],
    ['?source=kraken', 'source', 'kraken'],
    ['?asset=ETH&source=kraken', 'source', 'kraken'],
    ['?from=2025-01-03&to=2025-01-02', 'from', '2025-01-03'],
    ['?form=2025-01-03', 'form', '2025-01-03'],
    ['?limit=many', 'limit', 'many'],
  ]) {
    const { body: refused } = await get(query!).expect(422);
    expect(refused.errors).toEqual([expect.objectContaining({ field, value })]);
    expect(refused.detail).not.toMatch(/Invalid|expected/);
  }
});

test('a release gives the bars to readers again, and the audit trail tells who did it and why', async () => {
  const [id] = await disagree('SOL', 1);
  const decision = { source: 'yahoofinance', reason: '  the spike was real ' };
  const { body } = await post(`/${id}/release`, decision).expect(200);
  expect(body).toMatchObject({
    id,
    state: 'released',
    closed_by: 'local',
    closed_reason: 'the spike was real',
    kept_out: ['binance'],
    closed_at: expect.stringMatching(/Z$/),
  });
  expect(await bars('SOL', '&source=yahoofinance')).toMatchObject({ items: [{ close: 130 }], disputed: [] });
  expect(await bars('SOL')).toMatchObject({ items: [], disputed: ['2025-01-01T00:00:00Z'] });
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
        kept_out: ['binance'],
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

test('a release of several sides says whose bar readers get', async () => {
  const [id] = await disagree('LTC', 1);
  for (const [source, message] of [
    [undefined, 'is missing: whose bar shall readers get, of binance, yahoofinance'],
    ['kraken', 'is none of those that are held back: binance, yahoofinance'],
  ]) {
    const { body } = await post(`/${id}/release`, { source, reason: 'checked' }).expect(422);
    expect(body.errors).toEqual([{ field: 'source', ...(source !== undefined && { value: source }), message }]);
  }
  expect(await bars('LTC')).toMatchObject({ items: [] });
  expect(await events(id!)).toEqual([]);
});

describe('all disputes of a window', () => {
  const about = (asset: string, over: object = {}) => ({
    asset,
    interval: '1d',
    from: '2025-01-02',
    to: '2025-01-04',
    reason: 'cents for dollars',
    ...over,
  });
  const act = (asset: string) => app.get(AuditService).about('local' as OwnerId, `disputes:${asset}:1d`, 0, 10);

  test('end at once for one source, once, and the audit trail tells it', async () => {
    await disagree('DOT', 6);
    const { body } = await post('/release', about('dot-usd', { source: 'binance' })).expect(200);
    expect(body).toEqual({
      state: 'released',
      asset_id: 'DOT',
      interval: '1d',
      from: '2025-01-02T00:00:00Z',
      to: '2025-01-05T00:00:00Z',
      source: 'binance',
      reason: 'cents for dollars',
      disputes: 3,
      closed_at: expect.stringMatching(/Z$/),
    });
    const read = await bars('DOT');
    expect(read.items.map((one: { open_time: string }) => one.open_time.slice(8, 10))).toEqual(['02', '03', '04']);
    expect(read.disputed).toHaveLength(3);
    expect((await bars('DOT', '&source=yahoofinance')).items).toEqual([]);
    const { body: list } = await get('?asset=DOT&state=released').expect(200);
    expect(list.items).toHaveLength(3);
    expect(list.items[0]).toMatchObject({
      closed_by: 'local',
      closed_reason: 'cents for dollars',
      closed_at: body.closed_at,
      kept_out: ['yahoofinance'],
    });
    const { body: again } = await post('/release', about('DOT', { source: 'binance' })).expect(200);
    expect(again).toMatchObject({ disputes: 0, closed_at: null });
    expect(await act('DOT')).toMatchObject([
      {
        kind: 'disputes_released',
        actor: 'local',
        recordedAt: body.closed_at,
        payload: {
          asset_id: 'DOT',
          interval: '1d',
          from: '2025-01-02T00:00:00Z',
          to: '2025-01-05T00:00:00Z',
          source: 'binance',
          reason: 'cents for dollars',
          disputes: 3,
          ids_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    ]);
  });

  test('are discarded for all that are held back, or for one of two, whose other side readers get', async () => {
    await disagree('AVAX', 4);
    const first = await post('/discard', about('AVAX', { to: '2025-01-02', source: 'binance' }), 'all-1').expect(200);
    expect(first.body).toMatchObject({ state: 'discarded', source: 'binance', disputes: 1 });
    const again = await post('/discard', about('AVAX', { to: '2025-01-02', source: 'binance' }), 'all-1').expect(200);
    expect(again.text).toBe(first.text);
    await post('/discard', about('AVAX'), 'all-1').expect(409);
    expect((await post('/discard', about('AVAX')).expect(200)).body).toMatchObject({ source: null, disputes: 2 });
    expect((await bars('AVAX')).items).toEqual([]);
    expect((await bars('AVAX', '&source=yahoofinance')).items).toMatchObject([{ open_time: '2025-01-02T00:00:00Z' }]);
    expect((await bars('AVAX')).disputed).toHaveLength(4);
    expect(await act('AVAX')).toHaveLength(2);
  });

  test('stay as they are when the request is refused', async () => {
    await disagree('UNI', 3);
    for (const [over, field] of [
      [{}, 'source'],
      [{ source: 'kraken' }, 'source'],
      [{ source: 'binance', from: '2025-01-09' }, 'from'],
      [{ asset: 'BTX' }, 'asset'],
      [{ interval: '2h' }, 'interval'],
      [{ interval: undefined }, 'interval'],
      [{ to: undefined }, 'to'],
      [{ reason: '' }, 'reason'],
      [{ note: 'x' }, 'note'],
    ] as const) {
      const { body } = await post('/release', about('UNI', over)).expect(422);
      expect(body.errors).toEqual([expect.objectContaining({ field })]);
      expect(body.detail).not.toMatch(/Invalid|expected/);
    }
    expect((await get('?asset=UNI&state=open').expect(200)).body.items).toHaveLength(3);
    expect(await act('UNI')).toEqual([]);
    // of a known source there is none: that is no mistake
    expect(
      (await post('/release', about('UNI', { interval: '1h', source: 'binance' })).expect(200)).body,
    ).toMatchObject({ disputes: 0 });
  });
});

test('what has ended cannot end again, unless it is the same request', async () => {
  const [id] = await disagree('BNB', 1);
  const first = await post(`/${id}/release`, { source: 'binance', reason: 'checked' }, 'key-1').expect(200);
  const again = await post(`/${id}/release`, { source: 'binance', reason: 'checked' }, 'key-1').expect(200);
  expect(again.text).toBe(first.text);
  const { body } = await post(`/${id}/discard`, { reason: 'no' }).expect(409);
  expect(body.detail).toMatch(new RegExp(`^the disputed bar ${id} is released since .*Z, by local$`));
  await post(`/${id}/release`, { source: 'binance', reason: 'checked' }).expect(409);
  await post(`/${id}/release`, { reason: 'another' }, 'key-1').expect(409);
  expect(await events(id!)).toHaveLength(1);
});

test('of two who end a dispute at once one does', async () => {
  const [id] = await disagree('DOGE', 1);
  const answers = await Promise.all(
    ['release', 'discard', 'release', 'discard'].map((act) =>
      post(`/${id}/${act}`, { source: 'binance', reason: 'first' }),
    ),
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
