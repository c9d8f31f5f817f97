import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { CONFIG } from '../../../src/platform/config/config.module.js';
import { useDatabase } from '../../support/database.js';
import { storeHistories } from '../../support/price-histories.js';
import { startApi, startWorker, testConfig } from '../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
let worker: INestApplicationContext | undefined;

const http = () => request(app.getHttpServer());
const symbols = ['BTC', 'ETH', 'SPY', 'GLD'];
const ask = (body: object, path = '/api/portfolio/optimize') => http().post(path).send(body);
const jobs = async () => (await http().get('/api/v1/jobs?kind=optimization&limit=500')).body.items as { id: string }[];

beforeAll(async () => {
  await storeHistories(db.orm, {
    BTC: { days: 500, own: 0.005, common: 0.03, last: 60_000 },
    ETH: { days: 500, own: 0.02, common: 0.035, last: 3_000 },
    SPY: { days: 500, own: 0.008, common: 0.003, last: 600, weekdaysOnly: true },
    GLD: { days: 500, own: 0.009, common: -0.001, last: 300, weekdaysOnly: true },
  });
  app = await startApi(testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' }));
});
afterAll(async () => {
  await app.close();
  await worker?.close();
});

describe('before any worker runs', () => {
  test('503 names the job and when to ask again', async () => {
    const answer = await ask({ symbols, method: 'min_volatility' });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    const address = /\/api\/v1\/jobs\/[0-9a-f-]{36}/.exec(answer.body.detail as string)![0];
    expect((await http().get(address)).body).toMatchObject({ kind: 'optimization', state: 'requested' });
  }, 20_000);

  test('the same question, however it is spelled, joins the job and gets its weights', async () => {
    worker = await startWorker(app.get(CONFIG));
    const answer = await ask({ symbols: ['gld', 'BTC-USD', 'SPY', 'ETH', 'btc'], method: 'min_volatility' });
    expect(answer.status).toBe(200);
    expect(await jobs()).toHaveLength(1);
  }, 30_000);
});

test('answers 200 with JSON numbers in the shape of the contract', async () => {
  const { body, status } = await ask({ symbols, method: 'min_volatility', unknown: 'ignored' });
  expect(status).toBe(200);
  expect(Object.keys(body as object).sort()).toEqual([
    'constraints_error',
    'constraints_met',
    'expected_return',
    'method',
    'sharpe_ratio',
    'volatility',
    'weights',
  ]);
  expect(body).toMatchObject({ method: 'min_volatility', constraints_met: true, constraints_error: null });
  expect(Object.keys(body.weights as object).sort()).toEqual(['BTC', 'ETH', 'GLD', 'SPY']);
  const weights = Object.values(body.weights as Record<string, number>);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  for (const name of ['expected_return', 'volatility', 'sharpe_ratio']) expect(typeof body[name]).toBe('number');
  expect(body.sharpe_ratio).toBeCloseTo((body.expected_return - 0.02) / body.volatility, 9);
});

test('a trailing slash and a stored answer are served at once', async () => {
  const before = await jobs();
  const answer = await ask({ symbols, method: 'min_volatility' }, '/api/portfolio/optimize/');
  expect(answer.status).toBe(200);
  expect(await jobs()).toHaveLength(before.length);
});

test('a target of the volatility is kept', async () => {
  const { body, status } = await ask({ symbols, method: 'efficient_risk', target_volatility: 0.6 });
  expect(status).toBe(200);
  expect(body.volatility).toBeLessThanOrEqual(0.6 + 1e-6);
});

test('a past date is another question', async () => {
  const answer = await ask({ symbols, method: 'min_volatility', as_of: new Date().toISOString().slice(0, 10) });
  // today is not over
  expect(answer.status).toBe(422);
  const before = await jobs();
  const past = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  expect((await ask({ symbols, method: 'min_volatility', as_of: past })).status).toBe(200);
  expect(await jobs()).toHaveLength(before.length + 1);
});

test.each([
  [
    'a target out of reach',
    { symbols, method: 'efficient_return', target_return: 9 },
    /the highest return is .*limits: return at least 9/,
  ],
  [
    'a volatility out of reach',
    { symbols, method: 'efficient_risk', target_volatility: 0.01 },
    /the lowest is .*limits: volatility at most 0.01/,
  ],
  ['no return above the risk-free rate', { symbols, risk_free_rate: 1 }, /risk-free rate of 1.*minimum variance/],
])('%s is 422 with the reason', async (_name, body, detail) => {
  const answer = await ask(body);
  expect(answer.status).toBe(422);
  expect(answer.body.detail).toMatch(detail);
});

test('limits that collide are 422 and named', async () => {
  const { body: portfolio } = await http().post('/api/v1/portfolios').send({ name: 'Core' });
  const { body: policy } = await http()
    .post('/api/v1/policies')
    .send({ name: 'tight', limits: { others: { min: 0, max: 0.1 } }, reason: 'a test' });
  await http().put(`/api/v1/portfolios/${portfolio.id}/policy`).send({ policy_id: policy.id }).expect(200);
  const answer = await ask({ symbols, method: 'min_volatility' });
  expect(answer.status).toBe(422);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body.detail).toMatch(/weights must sum to 1, but the upper limits add up to 0.9 \(BTC 0.6, ETH 0.1/);
});

test.each([
  ['no symbols', {}, /symbols/],
  ['no bitcoin', { symbols: ['ETH', 'SPY', 'GLD'] }, /symbols.*must contain BTC/],
  ['two assets', { symbols: ['BTC', 'ETH'] }, /two others at least/],
  ['two assets under three names', { symbols: ['BTC', 'ETH', 'ETHUSDT'] }, /two others at least/],
  ['an unknown asset', { symbols: ['BTC', 'ETH', 'XYZZY'] }, /symbols.2 "XYZZY" is not a known asset/],
  ['an asset without prices', { symbols: ['BTC', 'ETH', 'ADA'] }, /symbols.2 "ADA" has no daily prices stored/],
  ['a method that nobody has', { symbols, method: 'magic' }, /method/],
  ['a lookback of ages', { symbols, lookback_days: 100_000 }, /lookback_days/],
])('%s gets 422', async (_name, body, detail) => {
  const answer = await ask(body);
  expect(answer.status).toBe(422);
  expect(answer.body.detail).toMatch(detail);
});

test('another method on the path is no optimization', async () => {
  expect((await http().get('/api/portfolio/optimize')).status).toBe(404);
});
