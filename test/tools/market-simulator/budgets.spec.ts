import { Budgets } from '../../../tools/market-simulator/budgets.js';
import { request, simulate, sourceAt, ioAt } from './simulated.js';

const one = () => 1;

test('no window of a minute holds more than the limit, wherever it begins', () => {
  const budgets = new Budgets({ polygon: { minute: 3 } });
  const asked = [0, 59_000, 59_500, 59_900, 61_000].map((at) => budgets.take('polygon', one, at)?.retryAfterMs);
  // the first one has left the window at 60,000; the refused one has not
  expect(asked).toEqual([undefined, undefined, undefined, 59_100, 58_500]);
  expect(budgets.stats().polygon).toEqual({
    requests: 5,
    overLimit: 2,
    largest: { second: 3, minute: 4, day: 5, month: 5 },
    limits: { minute: 3 },
  });
});

test('weights count, and the longest wait is told', () => {
  const budgets = new Budgets({ binance: { minute: 10, day: 12 } });
  expect(budgets.take('binance', () => 6, 0)).toBeUndefined();
  expect(budgets.take('binance', () => 6, 1_000)).toMatchObject({ window: 'minute', limit: 10 });
  expect(budgets.take('binance', () => 6, 120_000)).toEqual({
    window: 'day',
    limit: 12,
    retryAfterMs: 86_400_000 + 1_000 - 120_000,
  });
  budgets.limit({ binance: { day: null } });
  expect(budgets.take('binance', () => 6, 121_000)).toMatchObject({ window: 'minute' });
  budgets.clear();
  expect(budgets.take('binance', () => 6, 122_000)).toBeUndefined();
  expect(budgets.stats().binance).toMatchObject({ requests: 1, overLimit: 0, limits: { minute: 10 } });
});

const limited = [
  ['binance', 'BTC', { minute: 3 }],
  ['yahoofinance', 'SPY', { minute: 1 }],
  ['coingecko', 'BTC', { minute: 1 }],
  ['coingecko', 'BTC', { month: 1 }],
  ['polygon', 'BTC', { minute: 1 }],
  ['alphavantage', 'SPY', { second: 1 }],
  ['alphavantage', 'SPY', { second: null, minute: 1 }],
  ['alphavantage', 'SPY', { second: null, day: 1 }],
  ['coinmarketcap', 'BTC', { minute: 1 }],
  ['coinmarketcap', 'BTC', { month: 1 }],
] as const;

test.each(limited)('%s refuses a second question of %s within %o as the vendor does', async (name, asset, limits) => {
  const simulator = await simulate();
  const put = await fetch(`${simulator.url}/__limits`, { method: 'PUT', body: JSON.stringify({ [name]: limits }) });
  expect(put.status).toBe(200);
  const source = sourceAt(simulator, name, { COINMARKETCAP_API_KEY: 'paid' });
  const ask = () => source.candles(request(asset, '2025-06-02', '2025-06-07'), ioAt());
  expect(await ask()).toMatchObject({ kind: 'ok' });
  expect(await ask()).toMatchObject({ kind: 'rateLimited' });
  const stats = (await (await fetch(`${simulator.url}/__stats`)).json()) as ReturnType<typeof simulator.stats>;
  expect(stats.sources[name]).toMatchObject({ requests: 2, overLimit: 1 });
  expect((await fetch(`${simulator.url}/__stats`, { method: 'DELETE' })).status).toBe(200);
  expect(simulator.stats().sources[name]).toMatchObject({ requests: 0, overLimit: 0 });
});

test('fks_data passes on what the exchange behind it says', async () => {
  const simulator = await simulate({ limits: { fks_data: { minute: 1 } } });
  const ask = () => sourceAt(simulator, 'fks_data').candles(request('BTC', '2025-06-02', '2025-06-07'), ioAt());
  expect(await ask()).toMatchObject({ kind: 'ok' });
  expect(await ask()).toMatchObject({ kind: 'unavailable', why: expect.stringContaining('429') as string });
});

test('limits that nobody knows are refused', async () => {
  const { url } = await simulate();
  const status = async (body: object) =>
    (await fetch(`${url}/__limits`, { method: 'PUT', body: JSON.stringify(body) })).status;
  expect([await status({}), await status({ nobody: { minute: 1 } }), await status({ polygon: { hour: 1 } })]).toEqual([
    422, 422, 422,
  ]);
});
