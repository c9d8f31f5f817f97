import { freshDatabase, type TestDatabase } from '../support/database.js';
import { startApi, testConfig } from '../support/service.js';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { portIsFree } from '../../src/platform/temporal/port-is-free.js';

let database: TestDatabase;
let api: NestExpressApplication;
beforeAll(async () => {
  database = await freshDatabase();
  // nothing listens on port 1
  api = await startApi(testConfig(database.url, { TEMPORAL_ADDRESS: '127.0.0.1:1' }));
});
afterAll(async () => {
  await api.close();
  await database.drop();
});

test('is alive and says what is away', async () => {
  expect(await portIsFree('127.0.0.1', 1)).toBe(true);
  await request(api.getHttpServer()).get('/health').expect(200);
  const { body } = await request(api.getHttpServer()).get('/ready').expect(503);
  expect(body).toMatchObject({
    status: 'not_ready',
    dependencies: { database: 'ready', temporal: 'cannot be reached' },
  });
  expect(body.detail).toContain('temporal');
});

test('accepts work at once, keeps it, and withdraws it on request', async () => {
  const http = request(api.getHttpServer());
  const { body: portfolio } = await http.post('/api/v1/portfolios').send({ name: 'Core' }).expect(201);
  await http
    .put(`/api/v1/portfolios/${portfolio.id}/holdings`)
    .send({ holdings: { BTC: '1' } })
    .expect(200);
  const begin = Date.now();
  const { body: job } = await http.post('/api/v1/pipelines').send({ portfolio_id: portfolio.id }).expect(202);
  expect(Date.now() - begin).toBeLessThan(1_000);
  expect(job.state).toBe('requested');
  const { body: cancelled } = await http.post(`/api/v1/jobs/${job.id}/cancel`).expect(202);
  expect(cancelled.state).toBe('cancelled');
  await http.post(`/api/v1/jobs/${job.id}/cancel`).expect(409);
});
