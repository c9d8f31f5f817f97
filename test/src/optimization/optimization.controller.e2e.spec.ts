import type { MikroORM } from '@mikro-orm/postgresql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { OptimizationRepository } from '../../../src/optimization/optimization.repository.js';
import type { OwnerId } from '../../../src/shared/ids.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../support/database.js';
import { aMarketSnapshot, anOptimization } from '../../support/optimizations.js';
import { startApi, testConfig } from '../../support/service.js';

let database: TestDatabase;
let orm: MikroORM;
let app: NestExpressApplication;
let id: string;

beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  const repository = new OptimizationRepository(orm.em.fork());
  const snapshotId = await repository.keepSnapshot(uuidv7(), 'local' as OwnerId, aMarketSnapshot());
  ({ id } = await repository.keepOptimization(anOptimization(snapshotId)));
  app = await startApi(testConfig(database.url));
});
afterAll(async () => {
  await app.close();
  await orm.close(true);
  await database.drop();
});

const get = (path: string) => request(app.getHttpServer()).get(path);

test('shows weights, certificate and snapshot', async () => {
  const { body, status } = await get(`/api/v1/optimizations/${id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id,
    state: 'solved',
    optimizer: { id: 'min_variance', version: 1 },
    weights: [{ asset_id: 'BTC', weight: 0.5, binding: 'lower' }, { asset_id: 'ETH' }],
    certificate: { duality_gap: 2e-17 },
    snapshot: { observations: 2, periods_per_year: 365, series: [{ asset_id: 'BTC', bars: 3 }, { asset_id: 'ETH' }] },
  });
});

test.each([
  ['an id that nobody has', uuidv7(), 404, /^there is no optimization/],
  ['an id that is none', 'nonsense', 422, /UUID/],
])('answers %s with a problem', async (_name, other, status, detail) => {
  const answer = await get(`/api/v1/optimizations/${other}`);
  expect(answer.status).toBe(status);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body.detail).toMatch(detail);
});
