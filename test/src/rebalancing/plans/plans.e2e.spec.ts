import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import type { PlanView } from '../../../../src/rebalancing/plans/plans.schemas.js';
import { dayMs } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { storeCloses } from '../../../support/price-histories.js';
import { eventually, startApi, startWorker, testConfig } from '../../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
let worker: INestApplicationContext;
let portfolioId: string;
const days = 60;
/** The last bar has just ended: holdings can only be set as of now. */
const start = (Math.floor(Date.now() / dayMs) - days) * dayMs;

const http = () => request(app.getHttpServer());
const plans = () => `/api/v1/portfolios/${portfolioId}/rebalancing-plans`;

beforeAll(async () => {
  for (const [assetId, last, swing] of [
    ['BTC', 60_000, 0.02],
    ['ETH', 2_000, 0.03],
    ['SPY', 600, 0.01],
    ['EUR', 1.1, 0.001],
  ] as const) {
    const closes = Array.from({ length: days }, (_, i): [number, string] => {
      const close = i === days - 1 ? last : last * (1 + swing * Math.sin(i * (1 + swing)));
      return [start + i * dayMs, close.toFixed(2)];
    });
    await storeCloses(db.orm, assetId, closes);
  }
  const config = testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' });
  [app, worker] = [await startApi(config), await startWorker(config)];
  portfolioId = (await http().post('/api/v1/portfolios').send({ name: 'Core' })).body.id;
  // 60,000 of BTC and 40,000 of ETH
  await http()
    .put(`/api/v1/portfolios/${portfolioId}/holdings`)
    .send({ holdings: { BTC: '1', ETH: '20' } })
    .expect(200);
});
afterAll(async () => {
  await app.close();
  await worker.close();
});

async function planned(body: object, of = portfolioId): Promise<PlanView> {
  const accepted = await http().post(`/api/v1/portfolios/${of}/rebalancing-plans`).send(body);
  expect(accepted.status).toBe(202);
  const job = await eventually(
    async () => (await http().get(`/api/v1/jobs/${accepted.body.id}`)).body,
    ({ state }) => state === 'succeeded' || state === 'failed',
  );
  expect(job).toMatchObject({ state: 'succeeded', kind: 'rebalancing_plan' });
  return (await http().get(job.result)).body;
}

test('plans exact trades from holdings to targets, with costs, lots and the limits that are broken', async () => {
  const plan = await planned({ targets: { BTC: 0.55, ETH: 0.2, SPY: 0.2 }, no_trade_band: 0 });
  expect(plan).toMatchObject({ decision: 'trade', policy: { version: 1, broken_limits: ['ETH'] } });
  expect(plan.reason).toBe('limits of the policy are broken: ETH');
  expect(plan.trades.map(({ asset_id, side }) => `${side} ${asset_id}`)).toEqual(['sell BTC', 'sell ETH', 'buy SPY']);
  expect(plan.trades[1]).toMatchObject({
    quantity: '10',
    value: '20000',
    fee: '20',
    spread: '10',
    venue: 'crypto exchange',
    // holdings that were only stated have no known cost
    sold: { gain: '0', quantity_of_unknown_cost: '10', lots: [{ cost: null, gain_unknown: 'cost_not_stated' }] },
  });
  // 200 dollars short of 20,000: whole shares
  expect(plan.trades[2]).toMatchObject({ asset_id: 'SPY', quantity: '33', venue: 'broker' });
  const { sells, buys, fees, spread, remainder, cash_after } = plan.totals;
  expect(Number(sells) - Number(buys) - Number(fees) - Number(spread)).toBeCloseTo(Number(remainder), 6);
  expect(cash_after).toBe(remainder);
  expect(plan.observations).toBe(days - 1);
  expect(plan.cost_of_waiting).toBeGreaterThan(0);
});

describe('of a portfolio with an account in euros', () => {
  let id: string;
  const day = (back: number) => new Date(start + (days - back) * dayMs).toISOString();

  beforeAll(async () => {
    id = (await http().post('/api/v1/portfolios').send({ name: 'Euros' }).expect(201)).body.id;
    await http()
      .post(`/api/v1/portfolios/${id}/accounts`)
      .send({ name: 'Broker', type: 'personal_trading', currency: 'EUR', tracks_cash: true })
      .expect(201);
    const transactions = [
      { kind: 'deposit', asset: 'EUR', quantity: '100000', executed_at: day(20) },
      { kind: 'buy', asset: 'ETH', quantity: '10', price: '1500', executed_at: day(10) },
      { kind: 'buy', asset: 'ETH', quantity: '10', price: '1600', executed_at: day(1) },
    ].map((one) => ({ ...one, account: 'Broker' }));
    await http().post(`/api/v1/portfolios/${id}/transactions`).send({ transactions });
  });

  test('holds the euros as cash, and costs its lots at the rate of the day on which they were bought', async () => {
    const plan = await planned({ targets: { BTC: 0.5 }, no_trade_band: 0 }, id);
    expect(plan.trades.map(({ asset_id, side }) => `${side} ${asset_id}`)).toEqual(['sell ETH', 'buy BTC']);
    const [older, newer] = plan.trades[0]!.sold!.lots;
    // the rate of the day before the purchase: that of the day itself was not known yet
    expect(older).toMatchObject({ cost_currency: 'EUR', gain_unknown: null, quantity: '10' });
    expect(Number(older!.cost)).toBeCloseTo(15_000 * Number(older!.usd_rate), 6);
    expect(Number(newer!.cost)).toBeCloseTo(16_000 * Number(newer!.usd_rate), 6);
    expect(Number(older!.gain)).toBeCloseTo(Number(older!.proceeds) - Number(older!.cost), 6);
    expect(plan.prices.map(({ asset_id }) => asset_id).sort()).toEqual(['BTC', 'ETH', 'EUR']);
    expect(Number(plan.totals.value)).toBeCloseTo(20 * 2_000 + (100_000 - 31_000) * 1.1, 6);
  });

  test('plans from what the valuation of the same as-of has: the first instant of a day is not of the day before', async () => {
    const asOf = day(2).slice(0, 10);
    const { body: valuation } = await http().get(`/api/v1/portfolios/${id}/valuation?as_of=${asOf}`).expect(200);
    const eth = valuation.holdings.find(({ asset_id }: { asset_id: string }) => asset_id === 'ETH');
    expect(eth.quantity).toBe('10');
    const plan = await planned({ targets: {}, no_trade_band: 0, as_of: asOf }, id);
    expect(plan.trades).toMatchObject([{ asset_id: 'ETH', side: 'sell', quantity: '10' }]);
    expect(plan.totals.value).toBe(valuation.total_usd);
  });
});

test('what lies at its target costs nothing to be waited for, whatever cash is kept', async () => {
  const id = (await http().post('/api/v1/portfolios').send({ name: 'Kept' })).body.id;
  const holdings = { BTC: '0.6', ETH: '12', USD: '50000' };
  await http().put(`/api/v1/portfolios/${id}/holdings`).send({ holdings }).expect(200);
  const plan = await planned({ targets: { BTC: 0.6, ETH: 0.4 }, cash_kept: '50000' }, id);
  expect(plan).toMatchObject({ decision: 'wait', trades: [], cost_of_trading: 0 });
  expect(plan.cost_of_waiting).toBeCloseTo(0, 12);
});

test('says that it is better to wait where the trades cost more than waiting is expected to', async () => {
  const made = await http()
    .post('/api/v1/policies')
    .send({ name: 'wide', limits: { others: { min: 0, max: 1 }, anchor_band: { min: 0, max: 1 } }, reason: 'a test' });
  await http().put(`/api/v1/portfolios/${portfolioId}/policy`).send({ policy_id: made.body.id }).expect(200);
  const plan = await planned({ targets: { BTC: 0.58, ETH: 0.42 }, no_trade_band: 0, horizon_days: 1 });
  expect(plan.decision).toBe('wait');
  expect(plan.cost_of_trading).toBeGreaterThan(plan.cost_of_waiting!);
  expect(plan.trades.length).toBeGreaterThan(0);
});

test('plans are listed, the newest first', async () => {
  const { body } = await http().get(`${plans()}?limit=1`);
  expect(body.items).toHaveLength(1);
  expect(body.items[0].decision).toBe('wait');
  expect(body.next_cursor).not.toBeNull();
});

test('a repeated request with its key makes one plan', async () => {
  const ask = () =>
    http()
      .post(plans())
      .set('Idempotency-Key', 'once')
      .send({ targets: { BTC: 1 } });
  const [first, second] = [await ask(), await ask()];
  expect(second.text).toBe(first.text);
});

test('fails in words where an asset has no price', async () => {
  const accepted = await http()
    .post(plans())
    .send({ targets: { BTC: 0.5, SOL: 0.2 } });
  const job = await eventually(
    async () => (await http().get(`/api/v1/jobs/${accepted.body.id}`)).body,
    ({ state }) => state === 'failed',
  );
  expect(job.problem.detail).toMatch(/no price of SOL is stored/);
});

test('plans nothing at a price that is too old, and the valuation names it', async () => {
  await storeCloses(db.orm, 'SOL', [[start + 20 * dayMs, '100']]);
  const accepted = await http()
    .post(plans())
    .send({ targets: { BTC: 0.5, SOL: 0.2 } });
  const job = await eventually(
    async () => (await http().get(`/api/v1/jobs/${accepted.body.id}`)).body,
    ({ state }) => state === 'failed',
  );
  expect(job.problem.detail).toMatch(/more than 7 days older than .*: SOL/);
  const id = (await http().post('/api/v1/portfolios').send({ name: 'Old' })).body.id;
  await http()
    .put(`/api/v1/portfolios/${id}/holdings`)
    .send({ holdings: { BTC: '1', SOL: '5' } });
  const { body } = await http().get(`/api/v1/portfolios/${id}/valuation`).expect(200);
  expect(body).toMatchObject({ stale: ['SOL'], unpriced: [] });
});

test.each([
  ['nothing to go to', {}, /either targets or optimization_id/],
  ['more than the whole', { targets: { BTC: 0.7, ETH: 0.4 } }, /targets: add up to more than 1/],
  ['an unknown asset', { targets: { XYZZY: 1 } }, /targets.XYZZY "XYZZY" is not a known asset/],
  ['an optimization that is not there', { optimization_id: uuidv7() }, /is not one of your optimizations/],
  ['an asset written in two ways', { targets: { btc: 0.5, BTC: 0.2 } }, /names BTC a second time/],
  ['a lot of nothing', { targets: { BTC: 1 }, lots: { BTC: '0' } }, /lots.BTC: must be above 0/],
])('refuses %s', async (_name, body, detail) => {
  const answer = await http().post(plans()).send(body);
  expect(answer.status).toBe(422);
  expect(answer.body.detail).toMatch(detail);
});

describe('the route of the prototype', () => {
  const old = (allocations: object, more = '') =>
    http().get(`/api/rebalancing/plan?allocations=${encodeURIComponent(JSON.stringify(allocations))}${more}`);

  test('takes weights for shares of the portfolio, and its plan sums to zero with what stays cash', async () => {
    const { body, status } = await old({ BTC: 0.6, ETH: 0.4 }, '&target_btc_pct=0.55');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      target_btc_allocation: 0.55,
      current_btc_allocation: 0.6,
      total_value_usd: 100_000,
      notional: false,
      unpriced: [],
    });
    const price: Record<string, number> = { BTC: 60_000, ETH: 2_000 };
    const sum: number = body.actions.reduce(
      (all: number, one: { symbol: string; action: string; amount: number }): number =>
        all + one.amount * price[one.symbol]! * (one.action === 'buy' ? 1 : -1),
      0,
    );
    expect(sum + Number(body.cash_remainder_usd)).toBeCloseTo(Number(body.cash_usd), 6);
  });

  test('weights are shares of the total, whatever has a price: what has none keeps its share', async () => {
    // XYZ has no price; 60,000 of 100,000 dollars would be the share of BTC among the priced
    const { body } = await old({ BTC: 0.5, ETH: 0.2, XYZ: 0.3 }, '&target_btc_pct=0.5&total_value_usd=100000');
    expect(body).toMatchObject({ current_btc_allocation: 0.5, actions: [], unpriced: ['XYZ'], cash_usd: 0 });
    expect(body.cash_remainder_usd).toBeCloseTo(0, 6);
  });

  test('what the weights leave to 1 is cash', async () => {
    const { body } = await old({ BTC: 0.5, ETH: 0.35 }, '&target_btc_pct=0.5&total_value_usd=100000');
    expect(body.current_btc_allocation).toBe(0.5);
    expect(body.cash_usd).toBeCloseTo(15_000, 6);
  });

  test('of BTC alone sells nothing into nowhere', async () => {
    const { body } = await old({ BTC: 1 }, '&total_value_usd=60000');
    expect(body).toMatchObject({
      actions: [],
      note: 'there is no other asset to hold the rest',
      current_btc_allocation: 1,
    });
  });

  test.each([
    ['', 422, /allocations/],
    ['allocations={', 400, /allocations is not JSON/],
    ['allocations={"BTC":1.5}', 400, /allocations.BTC is above 1/],
    ['allocations={"BTC":1}&target_btc_pct=1.5', 422, /target_btc_pct 1.5 must lie within the limits/],
    ['allocations={"BTC":1}&target_btc_pct=abc', 422, /target_btc_pct/],
  ])('answers ?%s with %d', async (query, status, detail) => {
    const answer = await http().get(`/api/rebalancing/plan?${encodeURI(query)}`);
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(detail);
  });
});
