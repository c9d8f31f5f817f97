import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { useDatabase } from '../../../support/database.js';
import { storeCloses } from '../../../support/price-histories.js';
import { startApi, testConfig } from '../../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
const http = () => request(app.getHttpServer());
const path = '/api/v1/allocation';
const holdings = {
  AAPL: { asset_class: 'stocks', value: 100 },
  BTC: { asset_class: 'crypto', value: 700 },
  X: { asset_class: 'forex', value: 200 },
};
const query = (of: Record<string, unknown>) =>
  new URLSearchParams(
    Object.entries(of).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString();

beforeAll(async () => {
  await storeCloses(db.orm, 'BTC', [[Date.parse('2025-01-01T00:00:00Z'), '50000']]);
  app = await startApi(testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' }));
});
afterAll(() => app.close());

test('calculate takes the documented body, answers 200 and says what to buy and sell', async () => {
  const { body, status } = await http()
    .post(`${path}/calculate`)
    .send({ holdings, portfolio_value: 1000, rebalancing_threshold: 0 });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    portfolio_value: 1000,
    total_drift: 140,
    needs_rebalancing: true,
    rebalancing_threshold: 5,
    unknown_classes: [{ asset_class: 'forex', value: 200 }],
  });
  expect(body.rebalancing_actions).toEqual([
    { asset_class: 'stocks', action: 'BUY', amount: 400, current_percent: 10, target_percent: 50, drift: -40 },
    { asset_class: 'etfs', action: 'BUY', amount: 150, current_percent: 0, target_percent: 15, drift: -15 },
    { asset_class: 'commodities', action: 'BUY', amount: 150, current_percent: 0, target_percent: 15, drift: -15 },
    { asset_class: 'crypto', action: 'SELL', amount: 600, current_percent: 70, target_percent: 10, drift: 60 },
  ]);
});

test('holdings that are not worth what the portfolio is said to be worth are told of', async () => {
  const calculated = async (portfolioValue: number) =>
    (await http().post(`${path}/calculate`).send({ holdings, portfolio_value: portfolioValue }).expect(200)).body;
  expect(await calculated(1000)).toMatchObject({ holdings_value: 1000, unaccounted_value: 0, note: null });
  expect(await calculated(1250)).toMatchObject({
    holdings_value: 1000,
    unaccounted_value: 250,
    note: 'the holdings are worth 1000.00 USD, 250.00 less than portfolio_value 1250.00: percentages are of the latter',
  });
  expect(await calculated(800)).toMatchObject({
    unaccounted_value: -200,
    note: expect.stringMatching(/200.00 more than/),
  });
});

test('targets are in dollars and percent', async () => {
  const { body } = await http().get(`${path}/targets?portfolio_value=1000`);
  expect(body).toEqual({
    portfolio_value: 1000,
    targets: { stocks: 500, etfs: 150, commodities: 150, crypto: 100, futures: 50, cash: 50 },
    target_percentages: { stocks: 50, etfs: 15, commodities: 15, crypto: 10, futures: 5, cash: 5 },
  });
});

test('check tells one alert a class, drift the furthest class first', async () => {
  const check = await http().get(`${path}/check-rebalancing?${query({ holdings, portfolio_value: 1000 })}`);
  expect(check.body).toMatchObject({ needs_rebalancing: true, total_drift: 140, threshold: 5 });
  expect(check.body.alerts).toHaveLength(4);
  const drift = await http().get(`${path}/drift-analysis/?${query({ holdings, portfolio_value: 1000 })}`);
  expect(drift.body.drifts.map((one: { asset_class: string }) => one.asset_class).slice(0, 2)).toEqual([
    'crypto',
    'stocks',
  ]);
  expect(drift.body.drifts[0]).toMatchObject({ drift: 60, drift_amount: 600, needs_rebalancing: true });
});

test('accounts are summed by type in dollars, other currencies by their price, and aliases are known', async () => {
  const account = (id: string, type: string, balance: number, over = {}) => ({
    account_id: id,
    account_name: id,
    account_type: type,
    current_balance: balance,
    ...over,
  });
  const accounts = [
    account('a', 'prop_firm', 1000),
    account('b', 'prop_firm', 500),
    account('c', 'retirement', 0.01, { currency: 'BTC' }),
  ];
  const own = { a: { ES: { asset_class: 'futures', value: 600 } }, z: {} };
  const inBody = await http().post(`${path}/multi-account/summary`).send({ accounts, holdings: own });
  expect(inBody.status).toBe(200);
  expect(inBody.body).toMatchObject({
    total_portfolio_value: 2000,
    category_breakdown: { prop_firm: 1500, personal_trading: 0, long_term_retirement: 500, long_term_taxable: 0 },
    category_percentages: { prop_firm: 75, long_term_retirement: 25 },
    conversions: { BTC: 50000 },
    unknown_accounts: ['z'],
  });
  expect(Object.keys(inBody.body.summaries)).toEqual(['prop_firm', 'long_term_retirement']);
  expect(inBody.body.summaries.prop_firm).toMatchObject({ number_of_accounts: 2, average_balance: 750 });
  expect(inBody.body.summaries.long_term_retirement.allocation_report).toBeNull();

  const inQuery = await http().post(`${path}/multi-account/summary?${query({ accounts, holdings: own })}`);
  const { timestamp: _now, ...sums } = inQuery.body;
  const { timestamp: _then, ...others } = inBody.body;
  expect(JSON.stringify(sums).replaceAll(/"timestamp":"[^"]*"/g, '')).toBe(
    JSON.stringify(others).replaceAll(/"timestamp":"[^"]*"/g, ''),
  );
});

test('targets can be set, and every later answer reads them', async () => {
  const percentages = { stocks: 30, etfs: 10, commodities: 0, crypto: 55, futures: 0, cash: 5 };
  await http().put(`${path}/targets/portfolio`).send({ percentages }).expect(200);
  const { body } = await http().get(`${path}/targets?portfolio_value=100`);
  expect(body.target_percentages).toEqual(percentages);
  const wrong = await http()
    .put(`${path}/targets/portfolio`)
    .send({ percentages: { crypto: 99 } });
  expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, 'percentages']);
});

test.each([
  ['get', 'targets', 422, /portfolio_value/],
  ['get', 'targets?portfolio_value=abc', 422, /portfolio_value/],
  ['get', 'check-rebalancing?portfolio_value=1&holdings={', 400, /holdings is not JSON/],
  ['get', 'drift-analysis?portfolio_value=1&holdings=[1]', 400, /holdings/],
  ['post', 'multi-account/summary', 422, /accounts is required/],
  [
    'post',
    `multi-account/summary?holdings={}&accounts=${encodeURIComponent('[{"account_id":"a","account_name":"a","account_type":"bank","current_balance":1}]')}`,
    400,
    /account_type/,
  ],
] as const)('%s %s answers %d', async (method, route, status, detail) => {
  const answer = await http()[method](`${path}/${route}`);
  expect(answer.status).toBe(status);
  expect(answer.body.detail).toMatch(detail);
});

test.each([
  ['targets?portfolio_value=1e308', 'portfolio_value'],
  ['targets?portfolio_value=-1', 'portfolio_value'],
  ['check-rebalancing?holdings={}&portfolio_value=1e-300', 'portfolio_value'],
  ['check-rebalancing?holdings={}&portfolio_value=100&threshold=-3', 'threshold'],
])('refuses %s, naming %s', async (query, field) => {
  const answer = await http().get(`/api/v1/allocation/${query}`);
  expect(answer.status).toBe(422);
  expect(answer.body.errors[0]).toMatchObject({ field });
});
