import { v7 as uuidv7 } from 'uuid';
import type { SignalRunView } from '../../../../src/signals/runs/signal-runs.views.js';
import { dayMs, toIso } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { lastDay, RisingMarket } from '../../../support/rising-market.js';

const db = useDatabase();
let market: RisingMarket;

const http = () => market.http();
const asOf = lastDay - 40 * dayMs;

beforeAll(async () => {
  market = await RisingMarket.start(db, { BTC: 300, ETH: 300 });
});
afterAll(() => market.close());

/** Two thirds BTC and a third ETH since before the as-of. */
async function aPortfolio(): Promise<string> {
  const portfolioId = await market.portfolio(uuidv7());
  const buy = (asset: string, quantity: string) => ({
    kind: 'buy',
    executed_at: toIso(asOf - 100 * dayMs),
    asset,
    quantity,
    price: '100',
  });
  await http()
    .post(`/api/v1/portfolios/${portfolioId}/transactions`)
    .send({ transactions: [buy('BTC', '2'), buy('ETH', '1')] })
    .expect(200);
  return portfolioId;
}

async function blockBiases(portfolioId: string): Promise<void> {
  const limits = { signals: { bias: { medium: 'ask_reason', high: 'block' } } };
  const { body } = await http().post('/api/v1/policies').send({ name: uuidv7(), limits, reason: 'strict' }).expect(201);
  await http().put(`/api/v1/portfolios/${portfolioId}/policy`).send({ policy_id: body.id }).expect(200);
}

async function swingOf(asset: string, portfolioId: string): Promise<SignalRunView['items'][number]> {
  const body = { portfolio_id: portfolioId, assets: [asset], categories: ['swing'], as_of: toIso(asOf) };
  return (await market.run(body)).items[0]!;
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
