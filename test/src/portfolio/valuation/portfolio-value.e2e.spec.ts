import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { useDatabase } from '../../../support/database.js';
import { storeCloses } from '../../../support/price-histories.js';
import { startApi, testConfig } from '../../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;

const store = (assetId: string, close: string) =>
  storeCloses(db.orm, assetId, [[Date.parse('2025-01-01T00:00:00Z'), close]]);
const http = () => request(app.getHttpServer());
const value = (query: Record<string, string | string[]> = {}) => http().get('/api/portfolio/value').query(query);
const weights = (map: object) => ({ allocations: JSON.stringify(map) });

beforeAll(async () => {
  app = await startApi(testConfig(db.database.url, { FKS_SOURCES: 'binance,yahoofinance' }));
});
afterAll(() => app.close());

// in this order: one database that comes to know more and more

test('without any price of BTC nothing can be told', async () => {
  const answer = await value();
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('60');
  expect(answer.body.detail).toBe('no price of BTC is stored yet');
  await store('BTC', '50000');
  await store('ETH', '2500');
});

test('without a portfolio the default weights are shares of 1 BTC; what has no price is named', async () => {
  const { body, status } = await value();
  expect(status).toBe(200);
  expect(body).toEqual({
    total_btc: 0.75,
    holdings_btc: { BTC: 0.55, ETH: 0.2 },
    btc_allocation: 0.55,
    timestamp: expect.stringMatching(/Z$/),
    notional: true,
    partial: true,
    unpriced: ['SPY', 'GLD'],
    notes: [],
  });
});

test('weights are shares of a given total, whatever their spelling', async () => {
  const { body } = await value({ ...weights({ btc: 0.5, 'ETH-USD': 0.5 }), total_value_usd: '100000' });
  expect(body).toMatchObject({
    total_btc: 2,
    holdings_btc: { BTC: 1, ETH: 1 },
    btc_allocation: 0.5,
    notional: false,
    partial: false,
  });
  expect((await value(weights({}))).body).toMatchObject({ total_btc: 0, holdings_btc: {}, btc_allocation: 0 });
  expect((await value(weights({ XYZZY: 1 }))).body).toMatchObject({ total_btc: 0, unpriced: ['XYZZY'] });
  expect((await value(weights({ XYZZY: 1 }))).body.holdings_btc).toEqual({});
  // what adds up to more than the whole is shared out, as the plan has it
  expect((await value({ ...weights({ BTC: 1, ETH: 1 }), total_value_usd: '100000' })).body).toMatchObject({
    total_btc: 2,
    btc_allocation: 0.5,
  });
});

test("else of the default portfolio's value, and without weights it is that portfolio", async () => {
  const { body: made } = await http().post('/api/v1/portfolios').send({ name: 'Core' }).expect(201);
  await http()
    .put(`/api/v1/portfolios/${made.id}/holdings`)
    .send({ holdings: { BTC: '1', ETH: '60' } });
  expect((await value()).body).toMatchObject({
    total_btc: 4,
    holdings_btc: { BTC: 1, ETH: 3 },
    btc_allocation: 0.25,
    notional: false,
    partial: false,
    unpriced: [],
  });
  expect((await value(weights({ BTC: 1 }))).body).toMatchObject({ total_btc: 4, notional: false });
});

test('a holding without a price is left out and named, and what is priced is still the total', async () => {
  const { body: list } = await http().get('/api/v1/portfolios').expect(200);
  const path = `/api/v1/portfolios/${list.items[0].id}/holdings`;
  await http()
    .put(path)
    .send({ holdings: { BTC: '1', ETH: '60', EUR: '5000' } })
    .expect(200);
  const note =
    'the totals leave out EUR, which has no stored price; ' +
    'import its rate in USD: POST /api/v1/data/imports with asset=EUR';
  const { body } = await value();
  expect(body).toMatchObject({ total_btc: 4, btc_allocation: 0.25, partial: true, unpriced: ['EUR'], notes: [note] });
  expect(body.holdings_btc).toEqual({ BTC: 1, ETH: 3 });
  const given = (await value(weights({ BTC: 0.5, ETH: 0.5 }))).body;
  expect(given).toMatchObject({ total_btc: 4, notional: false, partial: true, unpriced: [], notes: [note] });
  const { body: plan } = await http()
    .get('/api/rebalancing/plan')
    .query(weights({ BTC: 0.25, ETH: 0.2 }))
    .expect(200);
  expect(plan).toMatchObject({
    total_value_usd: 200_000,
    notional: false,
    partial: true,
    current_btc_allocation: 0.25,
  });
  expect(plan.note).toContain(note);
  expect((await value(weights({ BTC: 0.25, ETH: 0.2 }))).body.btc_allocation).toBe(plan.current_btc_allocation);
  await http()
    .put(path)
    .send({ holdings: { BTC: '1', ETH: '60' } })
    .expect(200);
});

test('is read as the prototype was: last of repeated, unknown ignored, empty is absent, a slash at the end, HEAD', async () => {
  const { body } = await value({ allocations: [JSON.stringify({ BTC: 0 }), JSON.stringify({ BTC: 1 })], x: '1' });
  expect(body).toMatchObject({ holdings_btc: { BTC: 4 } });
  expect((await value({ allocations: '' })).body).toMatchObject({ total_btc: 4 });
  expect((await http().get('/api/portfolio/value/')).status).toBe(200);
  expect((await http().head('/api/portfolio/value')).status).toBe(200);
});

test.each([
  ['no JSON', { allocations: '{BTC: 1' }, /allocations is not JSON/],
  ['a list', { allocations: '[1]' }, /allocations/],
  ['a weight above 1', weights({ BTC: 1.5 }), /allocations.BTC is above 1/],
  ['a weight below 0', weights({ BTC: -0.5 }), /allocations.BTC is below 0/],
  ['a weight that is none', weights({ BTC: '1' }), /allocations.BTC is not a number/],
  ['an infinite weight', { allocations: '{"BTC": 1e400}' }, /allocations.BTC/],
  ['an asset in two spellings', weights({ BTC: 0.5, btc: 0.5 }), /names BTC twice/],
  ['a total that is none', { total_value_usd: 'much' }, /total_value_usd/],
  ['a total of nothing', { total_value_usd: '0' }, /total_value_usd/],
  ['depth', { allocations: '['.repeat(5_000) }, /allocations/],
])('refuses %s', async (_name, query, detail) => {
  const answer = await value(query);
  expect([400, 422]).toContain(answer.status);
  expect(answer.body.detail).toMatch(detail);
});
