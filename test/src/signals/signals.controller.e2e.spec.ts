import type { MikroORM } from '@mikro-orm/postgresql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { SignalRepository } from '../../../src/signals/signal.repository.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../support/database.js';
import { startApi, testConfig } from '../../support/service.js';
import { aSignal, aSignalRun } from '../../support/signals.js';

let database: TestDatabase;
let orm: MikroORM;
let app: NestExpressApplication;
const run = aSignalRun();
const btc = aSignal(run);

beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  await new SignalRepository(orm.em.fork()).recordRun(run, [btc, aSignal(run, { assetId: 'ETH' })]);
  app = await startApi(testConfig(database.url));
});
afterAll(async () => {
  await app.close();
  await orm.close(true);
  await database.drop();
});

const get = (path: string) => request(app.getHttpServer()).get(path);

test('lists stored signals, filtered and page by page', async () => {
  const { body, status } = await get(`/api/v1/signals?pipeline_id=${run.id}&limit=1`);
  expect(status).toBe(200);
  expect(body.items).toHaveLength(1);
  expect(body.items[0]).toMatchObject({ asset_id: 'ETH', confidence: 0.7, entry_price: 34235.19345116 });
  const next = await get(`/api/v1/signals?pipeline_id=${run.id}&limit=1&cursor=${body.next_cursor}`);
  expect(next.body).toMatchObject({ items: [{ asset_id: 'BTC' }], next_cursor: null });
});

test('tells rehearsals from signals in earnest', async () => {
  const ids = async (query: string) => {
    const { body } = await get(`/api/v1/signals?portfolio_id=${run.portfolioId}${query}`);
    return body.items.map(({ id }: { id: string }) => id);
  };
  expect(await ids('&rehearsal=true')).toContain(btc.id);
  expect(await ids('&rehearsal=false')).toEqual([]);
});

test('shows one signal with its evidence', async () => {
  const { body, status } = await get(`/api/v1/signals/${btc.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: btc.id, evidence: { rule: 'trend_with_macd', range: 0.0585 } });
});

test.each([
  ['an id that nobody has', `/api/v1/signals/${uuidv7()}`, 404, /^there is no signal/],
  ['an id that is none', '/api/v1/signals/nonsense', 422, /UUID/],
  ['an unknown category', '/api/v1/signals?category=daily', 422, /^category: /],
  ['an asset in lower case', '/api/v1/signals?asset_id=btc', 422, /^asset_id: is not an asset id/],
  ['a parameter that nobody knows', '/api/v1/signals?portfolio=x', 422, /portfolio/],
  ['what is neither true nor false', '/api/v1/signals?rehearsal=maybe', 422, /^rehearsal: /],
  ['a limit too high', '/api/v1/signals?limit=501', 422, /^limit: /],
  ['a cursor of another list', '/api/v1/signals?cursor=abc', 422, /^cursor: is not a cursor of this list/],
])('answers %s with a problem', async (_name, path, status, detail) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body.detail).toMatch(detail);
});
