import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import type { Candle, SeriesRef } from '../../../../src/data/domain/candle.js';
import type { SignalRunView } from '../../../../src/signals/runs/signal-runs.views.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, toIso } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { today } from '../../../support/price-histories.js';
import { eventually, startApi, startWorker, testConfig } from '../../../support/service.js';

const db = useDatabase();
let app: NestExpressApplication;
let worker: INestApplicationContext;

const http = () => request(app.getHttpServer());
const last = today() - dayMs;
const asOf = last - 40 * dayMs;
const series = (assetId: string): SeriesRef => ({
  assetId: assetId as AssetId,
  interval: '1d',
  source: 'yahoofinance',
  quoteCurrency: 'USD',
  adjustment: 'raw',
});
/** Rises by 3 and falls by 2 in turn: a trend without an extreme RSI. */
const rising: Candle[] = Array.from({ length: 300 }, (_, i) => {
  const text = String(100 + Math.ceil(i / 2) * 3 - Math.floor(i / 2) * 2);
  return { openTime: last - (299 - i) * dayMs, open: text, high: text, low: text, close: text, volume: null };
});

beforeAll(async () => {
  const candles = new CandleRepository(db.orm.em.fork());
  await candles.storeSeries(series('BTC'), rising);
  await candles.storeSeries(series('ETH'), rising);
  const config = testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' });
  [app, worker] = [await startApi(config), await startWorker(config)];
});
afterAll(async () => {
  await app.close();
  await worker.close();
});

/** Two thirds BTC and a third ETH since before the as-of. */
async function aPortfolio(): Promise<string> {
  const { body } = await http().post('/api/v1/portfolios').send({ name: uuidv7() }).expect(201);
  const buy = (asset: string, quantity: string) => ({
    kind: 'buy',
    executed_at: toIso(asOf - 100 * dayMs),
    asset,
    quantity,
    price: '100',
  });
  await http()
    .post(`/api/v1/portfolios/${body.id}/transactions`)
    .send({ transactions: [buy('BTC', '2'), buy('ETH', '1')] })
    .expect(200);
  return body.id as string;
}

async function blockBiases(portfolioId: string): Promise<void> {
  const limits = { signals: { bias: { medium: 'ask_reason', high: 'block' } } };
  const { body } = await http().post('/api/v1/policies').send({ name: uuidv7(), limits, reason: 'strict' }).expect(201);
  await http().put(`/api/v1/portfolios/${portfolioId}/policy`).send({ policy_id: body.id }).expect(200);
}

async function swingOf(asset: string, portfolioId: string): Promise<SignalRunView['items'][number]> {
  const body = { portfolio_id: portfolioId, assets: [asset], categories: ['swing'], as_of: toIso(asOf) };
  const accepted = await http().post('/api/v1/signals/runs').send(body).expect(202);
  const job = await eventually(
    async () => (await http().get(`/api/v1/jobs/${accepted.body.id}`)).body,
    ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state as string),
  );
  return (
    await http()
      .get(job.result as string)
      .expect(200)
  ).body.items[0];
}

test('a signal to buy more of what is above its limit is flagged, and shown where the policy does not block', async () => {
  const found = await swingOf('BTC', await aPortfolio());
  expect(found.outcome).toBe('signal');
  expect(found.signal).toMatchObject({
    direction: 'buy',
    held_back: null,
    bias_flags: [{ bias: 'concentration', from: 'rule', severity: 'high', response: 'ask_reason' }],
  });
});

test('where the policy blocks it is held back', async () => {
  const portfolioId = await aPortfolio();
  await blockBiases(portfolioId);
  const found = await swingOf('BTC', portfolioId);
  expect(found).toMatchObject({ outcome: 'held_back', signal: { held_back: [{ by: 'bias:concentration' }] } });
});
