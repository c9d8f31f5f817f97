import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { SignalOpinionRepository } from '../../../../src/signals/opinions/signal-opinion.repository.js';
import { SignalRepository, type SignalRow } from '../../../../src/signals/signal.repository.js';
import { dayMs } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { storeCloses, today } from '../../../support/price-histories.js';
import { startApi, testConfig } from '../../../support/service.js';
import { anOpinionRow, aSignal, aSignalRun } from '../../../support/signals.js';

const db = useDatabase();
let app: NestExpressApplication;
let portfolioId: string;
let other: string;

const http = () => request(app.getHttpServer());
const planOf = ({ id }: SignalRow, query: Record<string, string> = {}) =>
  http().get(`/api/v1/signals/${id}/entry-plan`).query(query);

/** A live buy at 1,000 with its stop at 950, of a tenth of the portfolio. */
async function aBuy(over: Partial<SignalRow> = {}): Promise<SignalRow> {
  const { rehearsal = false, asOf = new Date(Date.now() - dayMs) } = over;
  const run = aSignalRun({ portfolioId, rehearsal, asOf });
  const signal = aSignal(run, {
    direction: 'buy',
    entryPrice: '1000',
    takeProfit: '1100',
    stopLoss: '950',
    positionSizePct: 0.1,
    expiresAt: new Date(Date.now() + 20 * dayMs),
    ...over,
  });
  await new SignalRepository(db.orm.em.fork()).recordRun(run, [signal]);
  return signal;
}

beforeAll(async () => {
  app = await startApi(testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' }));
  await storeCloses(db.orm, 'BTC', [
    [today() - 400 * dayMs, '20000'],
    [today() - dayMs, '50000'],
  ]);
  await storeCloses(db.orm, 'SPY', [[today() - dayMs, '600']]);
  portfolioId = (await http().post('/api/v1/portfolios').send({ name: 'Core' })).body.id;
  other = (await http().post('/api/v1/portfolios').send({ name: 'Other' })).body.id;
  await http()
    .put(`/api/v1/portfolios/${portfolioId}/holdings`)
    .send({ holdings: { BTC: '2' } })
    .expect(200);
});
afterAll(() => app.close());

test('a coin is entered at once, sized by what the account is worth', async () => {
  const { body, status } = await planOf(await aBuy());
  expect(status).toBe(200);
  expect(body).toMatchObject({
    asset_id: 'BTC',
    portfolio_id: portfolioId,
    entry_price: '1000',
    stop_loss: '950',
    quote_currency: 'USD',
    current_price_usd: '50000',
    order_type: 'market',
    market: { is_open: true, opens_at: null, closes_at: null, wait: 'PT0S' },
    // 1 % of 100,000 over 50 are 20 units, but the signal is of a tenth of the account
    lot_size: {
      risk_budget_usd: '1000',
      risk_usd: '500',
      quantity: '10',
      position_usd: '10000',
      lots: '10',
      lot_type: 'coin',
      limited_by: 'size',
    },
    lot_size_missing: null,
    notes: [],
    rehearsal: false,
  });
});

test('another entry, stop and risk give another size', async () => {
  const { body } = await planOf(await aBuy(), { entry_price: '1010', stop_loss: '1000', risk_fraction: '0.001' });
  expect(body).toMatchObject({ entry_price: '1010', stop_loss: '1000' });
  // 100 dollars over a distance of 10, within 10,000
  expect(body.lot_size).toMatchObject({ risk_budget_usd: '100', quantity: '9.90099009', limited_by: 'size' });
});

test('a fund waits for the next session, whole shares', async () => {
  const signal = await aBuy({ assetId: 'SPY', entryPrice: '600', takeProfit: '630', stopLoss: '585' });
  // a Friday evening
  const { body } = await planOf(signal, { as_of: '2025-07-11T21:00:00Z' });
  expect(body).toMatchObject({
    as_of: '2025-07-11T21:00:00Z',
    order_type: 'limit',
    market: { is_open: false, opens_at: '2025-07-14T13:30:00Z', wait: 'P2DT16H30M' },
    lot_size: null,
    lot_size_missing: 'nothing of the portfolio has a value',
  });
  const now = (await planOf(signal)).body;
  // 10,000 of 600 are 16.67
  expect(now.lot_size).toMatchObject({ quantity: '16', lot_type: 'share', position_usd: '9600' });
});

test('prices in USDT are turned into dollars, by the stored rate or one for one, which is said', async () => {
  const series = { source: 'binance', quoteCurrency: 'USDT', adjustment: 'raw' } as const;
  const signal = await aBuy({ series });
  expect((await planOf(signal)).body).toMatchObject({
    notes: ['no price of USDT is stored: it is taken for one US dollar'],
    lot_size: { quantity: '10' },
  });
  await storeCloses(db.orm, 'USDT', [[today() - dayMs, '0.5']]);
  expect((await planOf(signal)).body).toMatchObject({ notes: [], lot_size: { quantity: '20', position_usd: '10000' } });
});

test('a portfolio without a value has no size, and says so; one of a rehearsal is that of its day', async () => {
  const signal = await aBuy();
  expect((await planOf(signal, { portfolio_id: other })).body).toMatchObject({
    portfolio_id: other,
    lot_size: null,
    lot_size_missing: 'nothing of the portfolio has a value',
  });
  const rehearsal = await aBuy({ rehearsal: true, asOf: new Date('2021-07-07T00:00:00Z') });
  expect((await planOf(rehearsal)).body).toMatchObject({ as_of: '2021-07-07T00:00:00Z', rehearsal: true });
});

test('what speaks against a signal stands there, and its size is the one that is served', async () => {
  const signal = await aBuy({ heldBack: [{ by: 'cooldown', reason: 'a stop was hit an hour ago' }] });
  const opinion = { servedBasis: 'rules_and_ai', servedSizeFraction: 0.05, servedCancelled: true } as const;
  await new SignalOpinionRepository(db.orm.em.fork()).keep(
    anOpinionRow(signal, { ...opinion, reasons: ['the trend turned'] }),
  );
  expect((await planOf(signal)).body).toMatchObject({
    notes: ['held back by cooldown: a stop was hit an hour ago', 'cancelled: the trend turned'],
    lot_size: { quantity: '5' },
  });
});

test('a signal that is over says that it is too late', async () => {
  const { body } = await planOf(await aBuy({ expiresAt: new Date(Date.now() - 1) }));
  expect(body.notes).toEqual(['the signal expires before it can be entered']);
});

test.each([
  [
    'a stop above the entry of a buy',
    { stop_loss: '1000.5' },
    422,
    /^stop_loss "1000.5" must lie below the entry of 1000/,
  ],
  ['a stop at the entry', { stop_loss: '1000' }, 422, /^stop_loss/],
  ['a stop of nothing', { stop_loss: '0' }, 422, /stop_loss/],
  ['a risk that is no budget', { risk_fraction: '0.5' }, 422, /risk_fraction: must be 0.02 at most/],
  ['a risk that is none', { risk_fraction: 'much' }, 422, /risk_fraction/],
  ['a future', { as_of: '2999-01-01' }, 422, /as_of/],
  ['a portfolio that is none', { portfolio_id: uuidv7() }, 404, /there is no portfolio/],
  ['a parameter that is none', { stop: '1' }, 422, /stop/],
])('refuses %s', async (_name, query, status, detail) => {
  const answer = await planOf(await aBuy(), query);
  expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(detail)]);
});

test('an id that nobody has is not found', async () => {
  expect((await http().get(`/api/v1/signals/${uuidv7()}/entry-plan`)).status).toBe(404);
});
