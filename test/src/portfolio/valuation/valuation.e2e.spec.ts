import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import type { SeriesRef } from '../../../../src/data/domain/candle.js';
import { dayMs } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { storeCloses } from '../../../support/price-histories.js';
import { eventually, startApi, testConfig } from '../../../support/service.js';

const start = Date.parse('2025-01-01T00:00:00Z');
const db = useDatabase();
let app: NestExpressApplication;
let portfolioId: string;

const store = (assetId: string, over: Partial<SeriesRef>, closes: readonly string[]) =>
  storeCloses(
    db.orm,
    assetId,
    closes.map((close, i) => [start + i * dayMs, close]),
    over,
  );
const http = () => request(app.getHttpServer());
const get = (path: string) => http().get(path);
const valuation = (query = '') => get(`/api/v1/portfolios/${portfolioId}/valuation?${query}`);

beforeAll(async () => {
  await store('BTC', {}, ['40000', '50000', '60000']);
  await store('ETH', { source: 'binance', quoteCurrency: 'USDT' }, ['2000', '3000', '3000']);
  app = await startApi(testConfig(db.database.url, { FKS_SOURCES: 'binance,yahoofinance' }));
  const { body } = await http().post('/api/v1/portfolios').send({ name: 'Core' });
  portfolioId = body.id;
  await http()
    .put(`/api/v1/portfolios/${portfolioId}/holdings`)
    .send({ holdings: { BTC: '0.5', ETH: '4' } });
});
afterAll(() => app.close());

test('values each holding at the last close before the instant, and says which that was', async () => {
  const { body, status } = await valuation('numeraire=BTC');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    portfolio_id: portfolioId,
    numeraire: 'BTC',
    total: '0.7',
    total_usd: '42000',
    btc_share: 30_000 / 42_000,
    partial: false,
    unpriced: [],
    simulated: false,
  });
  expect(body.holdings[0]).toEqual({
    asset_id: 'BTC',
    quantity: '0.5',
    price: '1',
    value: '0.5',
    value_usd: '30000',
    weight: 30_000 / 42_000,
    weight_of_priced: 30_000 / 42_000,
    dated_price: {
      usd: '60000',
      source: 'yahoofinance',
      interval: '1d',
      quote_currency: 'USD',
      adjustment: 'raw',
      time: '2025-01-04T00:00:00Z',
      conversion: null,
      disputed_since: null,
      simulated: false,
      split_factor: '1',
    },
    unrealised: [],
    quantity_of_unknown_cost: '0.5',
    income: [],
  });
  expect(body.holdings[1].dated_price).toMatchObject({
    source: 'binance',
    quote_currency: 'USDT',
    conversion: { rate: '1', kind: 'assumed' },
  });
});

test('converts a price in USDT by the stored price of USDT', async () => {
  await store('USDT', { source: 'yahoofinance' }, ['0.99', '0.99', '0.99']);
  const { body } = await get('/api/v1/conversions?from=eth&to=usd&amount=2');
  expect(body).toMatchObject({ from: 'ETH', to: 'USD', amount: '2', result: '5940', rate: '2970' });
  expect(body.from_price.conversion).toEqual({ rate: '0.99', kind: 'close' });
});

test('a conversion looks at the last close before the instant, never ahead', async () => {
  const { body } = await get('/api/v1/conversions?from=BTC&to=USD&as_of=2025-01-02T12:00:00Z');
  expect(body).toMatchObject({ result: '40000', from_price: { time: '2025-01-02T00:00:00Z' } });
});

test.each([
  ['an asset that nobody knows', '/api/v1/conversions?from=XYZZY&to=USD', 422, /from "XYZZY" is not a known asset/],
  ['a future', '/api/v1/conversions?from=BTC&to=USD&as_of=2999-01-01', 422, /as_of "2999-01-01" lies in the future/],
  ['an amount that is none', '/api/v1/conversions?from=BTC&to=USD&amount=1e5', 422, /amount/],
  [
    'what has no price',
    '/api/v1/conversions?from=SOL&to=USD',
    409,
    /no price of SOL is stored .*; collect or import it first/,
  ],
  [
    'a currency without a rate',
    '/api/v1/conversions?from=EUR&to=USD',
    409,
    /POST \/api\/v1\/data\/imports with asset=EUR/,
  ],
  ['no portfolio', `/api/v1/portfolios/${uuidv7()}/valuation`, 404, /there is no portfolio/],
])('answers %s with a problem', async (_name, path, status, detail) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(answer.body.detail).toMatch(detail);
});

const record = async (id: string, transaction: object) =>
  (await http().post(`/api/v1/portfolios/${id}/transactions`).send(transaction).expect(201)).body;
const aPortfolio = async (body: object = {}): Promise<string> =>
  (
    await http()
      .post('/api/v1/portfolios')
      .send({ name: 'Other', ...body })
      .expect(201)
  ).body.id;
const valuationOf = async (id: string, query = '') =>
  (await get(`/api/v1/portfolios/${id}/valuation?${query}`).expect(200)).body;

test('a portfolio is counted in its own numeraire, and holds what it held at the instant', async () => {
  const id = await aPortfolio({ numeraire: 'BTC' });
  await record(id, { kind: 'buy', executed_at: '2025-01-01', asset: 'BTC', quantity: '1', price: '39000' });
  await record(id, { kind: 'buy', executed_at: '2025-01-03', asset: 'BTC', quantity: '2', price: '55000' });
  expect(await valuationOf(id)).toMatchObject({ numeraire: 'BTC', total: '3', total_usd: '180000' });
  const early = await valuationOf(id, 'as_of=2025-01-01&numeraire=USD');
  expect(early).toMatchObject({ numeraire: 'USD', total: '40000', holdings: [{ quantity: '1', price: '40000' }] });
  expect(await valuationOf(id, 'as_of=2024-12-31')).toMatchObject({ holdings: [], total_usd: '0', btc_share: null });
});

test('an audit sees only what was stored by then: prices and transactions', async () => {
  const id = await aPortfolio();
  const { recorded_at: first } = await record(id, {
    kind: 'buy',
    executed_at: '2025-01-01',
    asset: 'LTC',
    quantity: '1',
    price: '90',
  });
  await eventually(
    () => Promise.resolve(Date.now()),
    (now) => now > Date.parse(first),
  );
  await record(id, { kind: 'buy', executed_at: '2025-01-01', asset: 'BTC', quantity: '1', price: '39000' });
  await store('LTC', { source: 'binance', quoteCurrency: 'USDT' }, ['100']);
  expect(await valuationOf(id)).toMatchObject({ partial: false, holdings: [{ quantity: '1' }, { quantity: '1' }] });
  const then = await valuationOf(id, `as_known_at=${first}`);
  expect(then).toMatchObject({ partial: true, unpriced: ['LTC'], total_usd: '0', btc_share: null });
  expect(then.holdings).toHaveLength(1);
  expect(then.holdings[0]).toMatchObject({ price: null, value: null, weight: null, dated_price: null });
});

test('a price is that of the units held then, before and after a split', async () => {
  await store('AAPL', { adjustment: 'split' }, ['100', '101', '102']);
  await store('AMD', { adjustment: 'raw' }, ['400', '404']);
  const id = await aPortfolio();
  for (const [asset, executed] of [
    ['AAPL', '2025-01-03'],
    ['AMD', '2025-01-05'],
  ] as const) {
    await record(id, { kind: 'buy', executed_at: '2025-01-01', asset, quantity: '10', price: '400' });
    await record(id, { kind: 'split', executed_at: executed, asset, ratio: '4:1' });
  }
  const before = await valuationOf(id, 'as_of=2025-01-02');
  expect(before.holdings).toMatchObject([
    { asset_id: 'AAPL', quantity: '10', price: '404', value: '4040', dated_price: { usd: '101', split_factor: '4' } },
    { asset_id: 'AMD', quantity: '10', price: '404', value: '4040', dated_price: { usd: '404', split_factor: '1' } },
  ]);
  const after = await valuationOf(id);
  expect(after.holdings).toMatchObject([
    { asset_id: 'AAPL', quantity: '40', price: '102', value: '4080', dated_price: { split_factor: '1' } },
    // carried over the split from before it
    { asset_id: 'AMD', quantity: '40', price: '101', value: '4040', dated_price: { usd: '404', split_factor: '0.25' } },
  ]);
});

test('tells what lots cost, what is not realised yet, and income', async () => {
  const id = await aPortfolio();
  await record(id, {
    kind: 'buy',
    executed_at: '2025-01-01',
    asset: 'BTC',
    quantity: '1',
    price: '40000',
    fee: { amount: '10', currency: 'USD' },
  });
  await record(id, { kind: 'buy', executed_at: '2025-01-02', asset: 'BTC', quantity: '1', price: '50000' });
  await record(id, { kind: 'sell', executed_at: '2025-01-03', asset: 'BTC', quantity: '1', price: '55000' });
  await record(id, { kind: 'staking_reward', executed_at: '2025-01-03', asset: 'ETH', quantity: '0.5' });
  await record(id, { kind: 'dividend', executed_at: '2025-01-03', asset: 'BTC', amount: '3' });
  const [btc, eth] = (await valuationOf(id)).holdings;
  expect(btc.unrealised).toEqual([{ currency: 'USD', quantity: '1', cost: '50000', value: '60000', gain: '10000' }]);
  expect(btc.income).toEqual([
    { currency: 'USD', dividends: '3', staking_rewards: '0', staking_units: '0', staking_units_of_unknown_worth: '0' },
  ]);
  expect(eth).toMatchObject({ unrealised: [], quantity_of_unknown_cost: '0.5', income: [{ staking_units: '0.5' }] });
  const { holdings } = await valuationOf(id, 'lot_method=hifo');
  expect(holdings[0].unrealised).toEqual([
    { currency: 'USD', quantity: '1', cost: '40010', value: '60000', gain: '19990' },
  ]);
  expect((await valuationOf(id, 'as_of=2025-01-02T12:00:00Z')).holdings[0].unrealised).toMatchObject([
    { quantity: '2', cost: '90010', value: '80000', gain: '-10010' },
  ]);
});

test('what has no price takes no shares of the rest away, and how it comes by one is said', async () => {
  const id = await aPortfolio();
  const holdings = { BTC: '1', ETH: '10', EUR: '5000' };
  await http().put(`/api/v1/portfolios/${id}/holdings`).send({ holdings }).expect(200);
  const body = await valuationOf(id, 'numeraire=BTC');
  const [btc, eth, eur] = body.holdings;
  expect(body).toMatchObject({ btc_share: null, partial: true, unpriced: ['EUR'] });
  expect(body.btc_share_of_priced).toBeCloseTo(60_000 / 89_700, 12);
  expect(btc).toMatchObject({ weight: null, weight_of_priced: body.btc_share_of_priced });
  expect(eth.weight_of_priced).toBeCloseTo(29_700 / 89_700, 12);
  expect(eur).toMatchObject({ weight: null, weight_of_priced: null });
  const how = 'import its rate in USD: POST /api/v1/data/imports with asset=EUR';
  expect(body.notes).toEqual([`the totals leave out EUR, which has no stored price; ${how}`]);
  const inEuros = await valuationOf(id, 'numeraire=EUR');
  expect(inEuros).toMatchObject({ total: null, holdings: [{ value: null, value_usd: '60000' }, {}, {}] });
  expect(inEuros.notes).toEqual([`the numeraire EUR has no stored price, so values are known in USD alone; ${how}`]);
});

test('one of anything is one of it, whether it has a price or not', async () => {
  const { body } = await get('/api/v1/conversions?from=EUR&to=eur&amount=12.50').expect(200);
  expect(body).toMatchObject({ result: '12.50', rate: '1', from_price: null, to_price: null, notes: [] });
});

describe('closes that are adjusted for dividends', () => {
  const adjusted = { source: 'yahoofinance', adjustment: 'total_return' } as const;

  test('are told of where there are no others', async () => {
    await store('GLD', adjusted, ['180', '181', '182']);
    const id = await aPortfolio();
    await record(id, { kind: 'buy', executed_at: '2025-01-01', asset: 'GLD', quantity: '1', price: '190' });
    const note = "GLD is valued at closes that are adjusted for dividends: past values are lower than the market's";
    expect(await valuationOf(id)).toMatchObject({ total: '182', notes: [note] });
    await record(id, { kind: 'dividend', executed_at: '2025-01-02', asset: 'GLD', amount: '1' });
    expect((await valuationOf(id)).notes).toEqual([`${note}, and returns count its recorded dividends twice`]);
    expect((await get('/api/v1/conversions?from=GLD&to=USD').expect(200)).body.notes).toEqual([note]);
  });

  test('give way to what was traded, of whatever source, while that is current', async () => {
    await store('SPY', adjusted, ['401.11', '402', '403']);
    await store('SPY', { source: 'binance', adjustment: 'raw' }, ['428.06', '429']);
    const id = await aPortfolio();
    await record(id, { kind: 'buy', executed_at: '2025-01-01', asset: 'SPY', quantity: '1', price: '425' });
    const { total, notes, holdings } = await valuationOf(id, 'as_of=2025-01-01');
    expect([total, notes, holdings[0].dated_price.adjustment]).toEqual(['428.06', [], 'raw']);
    await store('SPY', adjusted, ['401.11', '402', '403', '404', '405', '406', '407', '408', '409', '410', '411']);
    expect(await valuationOf(id, 'as_of=2025-01-11')).toMatchObject({
      total: '411',
      notes: [expect.stringMatching(/^SPY is valued at closes that are adjusted/)],
    });
  });
});

test('one account can be valued alone', async () => {
  const id = await aPortfolio();
  const { body } = await http()
    .post(`/api/v1/portfolios/${id}/accounts`)
    .send({ name: 'IRA', type: 'retirement' })
    .expect(201);
  await record(id, { kind: 'buy', executed_at: '2025-01-01', asset: 'BTC', quantity: '1', price: '40000' });
  await record(id, { kind: 'buy', executed_at: '2025-01-01', asset: 'BTC', quantity: '2', price: '1', account: 'IRA' });
  expect(await valuationOf(id)).toMatchObject({ account_id: null, total_usd: '180000' });
  expect(await valuationOf(id, 'account=IRA')).toMatchObject({
    account_id: body.id,
    total_usd: '120000',
    holdings: [{ quantity: '2', unrealised: [{ cost: '2' }] }],
  });
  const answer = await get(`/api/v1/portfolios/${id}/valuation?account=Roth`);
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toEqual([{ field: 'account', value: 'Roth', message: 'is no account of this portfolio' }]);
});
