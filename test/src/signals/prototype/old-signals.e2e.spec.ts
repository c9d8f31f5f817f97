import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { SettlementRepository } from '../../../../src/signals/settlements/settlement.repository.js';
import type { SignalSettlement } from '../../../../src/signals/settlements/signal-settlement.entity.js';
import { SignalOpinionRepository } from '../../../../src/signals/opinions/signal-opinion.repository.js';
import { SignalRepository, type SignalRow } from '../../../../src/signals/signal.repository.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';
import { storeCloses, today } from '../../../support/price-histories.js';
import { startApi, testConfig } from '../../../support/service.js';
import { anOpinionRow, aSignal, aSignalRun } from '../../../support/signals.js';

const db = useDatabase();
let app: NestExpressApplication;
let portfolioId: string;

const http = () => request(app.getHttpServer());
const get = async (path: string, query: object = {}) => {
  const { status, body } = await http().get(`/api/signals/${path}`).query(query);
  return status === 200 ? body : { status, ...body };
};
const dateOf = (ms: number) => utcDate(ms).replaceAll('-', '');

/** A stored signal of the default portfolio, live unless it is said otherwise. */
async function stored(over: Partial<SignalRow> = {}): Promise<SignalRow> {
  const { rehearsal = false, asOf = new Date(), portfolioId: owned = portfolioId } = over;
  const run = aSignalRun({ portfolioId: owned, rehearsal, asOf });
  const signal = aSignal(run, { expiresAt: new Date(asOf.getTime() + 28 * dayMs), ...over });
  await new SignalRepository(db.orm.em.fork()).recordRun(run, [signal]);
  return signal;
}
const settle = ({ id }: SignalRow, over: Partial<SignalSettlement>) =>
  new SettlementRepository(db.orm.em.fork()).keep({
    signalId: id,
    ownerId: 'local',
    reason: 'take_profit',
    price: '1',
    exitedAt: new Date(),
    gap: false,
    told: 'bar',
    bestMove: 0.1,
    worstMove: 0,
    returnUsd: 0.1,
    returnBtc: null,
    rMultiple: 2,
    costRate: 0.001,
    settledAt: new Date(),
    ...over,
  });

beforeAll(async () => {
  app = await startApi(testConfig(db.database.url, { FKS_SOURCES: 'yahoofinance' }));
});
afterAll(() => app.close());

// in this order: one database that comes to know more and more

describe('without a run', () => {
  const nothing = {
    total: 0,
    by_type: {},
    by_category: {},
    by_strength: {},
    avg_confidence: 0,
    avg_risk_reward: 0,
  };
  const empty = { scalp: [], intraday: [], swing: [], long_term: [] };

  test.each(['without a portfolio', 'with one'])('%s, the answers are empty and true', async (which) => {
    if (which === 'with one') portfolioId = (await http().post('/api/v1/portfolios').send({ name: 'Core' })).body.id;
    expect(await get('generate')).toEqual({ signals: [], count: 0, category: 'swing', ai_enhanced: false });
    expect(await get('summary')).toEqual(nothing);
    expect(await get('from-files')).toEqual({
      date: dateOf(Date.now()),
      signals: empty,
      summary: null,
      performance: null,
      lot_size_enabled: false,
    });
  });
});

test('the categories, the shortest first, with the rules that each asks', async () => {
  const { categories } = await get('categories');
  expect(categories.map((one: { category: string }) => one.category)).toEqual([
    'scalp',
    'intraday',
    'swing',
    'long_term',
  ]);
  expect(categories[0]).toMatchObject({ time_horizon_min_hours: 30 / 3_600, time_horizon_max_hours: 0.25 });
  expect(categories[2]).toEqual({
    category: 'swing',
    description: 'Days to weeks',
    tp_range: [2, 10],
    sl_range: [1, 5],
    time_horizon_min_hours: 24,
    time_horizon_max_hours: 672,
    indicators: [
      'rsi_reversal',
      'breakout',
      'pullback',
      'trend_with_macd',
      'bitcoin_relative_strength',
      'volatility_regime',
    ],
  });
});

describe('the latest live signals', () => {
  beforeAll(async () => {
    await stored({ assetId: 'ETH', direction: 'buy', confidencePoints: 80, entryPrice: '900' });
    // a later one in its place
    await stored({ assetId: 'ETH', direction: 'buy', confidencePoints: 60, entryPrice: '1000' });
    await stored({ assetId: 'BTC', confidencePoints: 60 });
    await stored({ assetId: 'SPY', confidencePoints: 90, simulated: true });
    await stored({ assetId: 'SOL', category: 'long_term', confidencePoints: 70, strength: 'weak' });
    // none of these counts
    await stored({ assetId: 'ADA', rehearsal: true });
    await stored({ assetId: 'ADA', expiresAt: new Date(Date.now() - 1) });
    await stored({ assetId: 'ADA', portfolioId: uuidv7() });
    await settle(await stored({ assetId: 'ADA' }), {});
    await stored({ assetId: 'ADA', heldBack: [{ by: 'cooldown', reason: 'a stop was hit an hour ago' }] });
  });

  test('are of one category, the most confident first, with the fourteen fields', async () => {
    const { signals, ...rest } = await get('generate', { category: 'swing' });
    expect(rest).toEqual({ count: 3, category: 'swing', ai_enhanced: false });
    expect(signals.map((one: { symbol: string }) => one.symbol)).toEqual(['SPY', 'BTC', 'ETH']);
    expect(signals[2]).toEqual({
      symbol: 'ETH',
      signal_type: 'buy',
      category: 'swing',
      entry_price: 1000,
      take_profit: 30811.674106,
      stop_loss: 35946.9531237,
      take_profit_pct: 10,
      stop_loss_pct: 5,
      risk_reward_ratio: 2,
      position_size_pct: 0.2,
      strength: 'very_strong',
      confidence: 0.6,
      timestamp: expect.stringMatching(/Z$/),
      is_valid: true,
      simulated: false,
    });
    expect(signals[0].simulated).toBe(true);
  });

  test('swing is meant where none is named; the last of repeated counts, the unknown is ignored', async () => {
    expect(await get('generate')).toMatchObject({ count: 3, category: 'swing' });
    expect(await get('generate', { category: '' })).toMatchObject({ count: 3, category: 'swing' });
    expect(await get('generate', { category: ['swing', 'LONG_TERM'], x: 1 })).toMatchObject({
      count: 1,
      category: 'long_term',
    });
    expect(await get('generate', { symbols: 'btc-usd, ,spy,XYZZY' })).toMatchObject({ count: 2 });
    expect(await get('generate', { symbols: 'XYZZY' })).toMatchObject({ signals: [], count: 0 });
    expect(await get('generate', { ai_enhanced: 'YES' })).toMatchObject({ count: 3, ai_enhanced: false });
  });

  test('come with what the AI made of them where it may change anything', async () => {
    const opinions = new SignalOpinionRepository(db.orm.em.fork());
    const lowered = await stored({ assetId: 'XRP', category: 'intraday', confidencePoints: 80 });
    const served = { servedBasis: 'rules_and_ai' } as const;
    await opinions.keep(anOpinionRow(lowered, { ...served, servedConfidencePoints: 65, servedSizeFraction: 0.05 }));
    await opinions.keep(
      anOpinionRow(await stored({ assetId: 'LTC', category: 'intraday' }), { servedCancelled: true, ...served }),
    );
    const query = { category: 'intraday' };
    expect(await get('generate', query)).toMatchObject({ count: 2, ai_enhanced: false });
    expect(await get('generate', { ...query, ai_enhanced: 'true' })).toMatchObject({
      signals: [{ symbol: 'XRP', confidence: 0.65, position_size_pct: 0.05 }],
      count: 1,
      ai_enhanced: true,
    });
    expect((await get('from-files', query)).signals.intraday).toMatchObject([
      {
        symbol: 'XRP',
        confidence: 65,
        ai_enhancements: { ai_confidence: 0.5, final_decision: 'BUY', bull_consensus: null },
      },
    ]);
  });

  test('are summed up', async () => {
    expect(await get('summary')).toEqual({
      total: 3,
      by_type: { sell: 2, buy: 1 },
      by_category: { swing: 3 },
      by_strength: { very_strong: 3 },
      avg_confidence: 0.7,
      avg_risk_reward: 2,
    });
    expect(await get('summary', { category: 'long_term', symbols: 'SOL' })).toMatchObject({
      by_type: { sell: 1 },
      by_strength: { weak: 1 },
    });
  });

  test.each([
    ['generate', { category: 'bogus' }, /^category: is no category: they are scalp, intraday, swing, long_term/],
    ['generate', { ai_enhanced: 'maybe' }, /^ai_enhanced: is neither true nor false/],
    ['generate', { ai_enhanced: '' }, /^ai_enhanced/],
    ['summary', { category: 'daily' }, /^category/],
    ['from-files', { category: 'daily' }, /^category/],
    ['from-files', { date: '2025-02-30' }, /^date: is no date: YYYYMMDD or YYYY-MM-DD/],
    ['from-files', { date: '../../../etc/passwd' }, /^date/],
    ['from-files', { include_lot_size: '2' }, /^include_lot_size/],
  ])('%s refuses %j', async (path, query, detail) => {
    expect(await get(path, query)).toMatchObject({ status: 422, detail: expect.stringMatching(detail) });
  });
});

describe('signals as of a day', () => {
  const day = Date.parse('2025-11-12T00:00:00Z');
  let spy: SignalRow;

  beforeAll(async () => {
    await storeCloses(db.orm, 'BTC', [
      [day - dayMs, '100000'],
      [today() - dayMs, '50000'],
    ]);
    await http()
      .post(`/api/v1/portfolios/${portfolioId}/transactions`)
      .send({ kind: 'adjustment', executed_at: '2025-11-01T00:00:00Z', asset: 'BTC', quantity: '1' })
      .expect(201);
    const asOf = new Date(day + 60_000);
    const won = await stored({ assetId: 'BTC', asOf, positionSizePct: 0.2, confidencePoints: 70 });
    await settle(won, { returnUsd: 0.1 });
    spy = await stored({
      assetId: 'SPY',
      asOf,
      direction: 'buy',
      entryPrice: '600',
      takeProfit: '630',
      stopLoss: '585',
      positionSizePct: 0.1,
      confidencePoints: 81,
      expiresAt: new Date(Date.now() + dayMs),
    });
    const lost = await stored({ assetId: 'ETH', category: 'long_term', asOf, positionSizePct: 0.1 });
    await settle(lost, { reason: 'stop_loss', returnUsd: -0.05 });
    // of the next day, and a rehearsal
    await stored({ assetId: 'ADA', asOf: new Date(day + dayMs) });
    await stored({ assetId: 'SOL', asOf, rehearsal: true });
  });

  test('come with how they are entered and what became of them, in both spellings', async () => {
    const answer = await get('from-files', { date: '20251112', include_lot_size: 'true' });
    expect(answer).toMatchObject({
      date: '20251112',
      lot_size_enabled: true,
      summary: { total_signals: 3, buy_signals: 1, sell_signals: 2, avg_confidence: expect.closeTo(221 / 3, 10) },
      // an account of 100,000 then: 0.2 x 10 % won, 0.1 x 5 % lost
      performance: { win_rate: 50, total_pnl: expect.closeTo(1_500, 6), avg_return: 2.5, executed_count: 2 },
    });
    expect(Object.keys(answer.signals)).toEqual(['scalp', 'intraday', 'swing', 'long_term']);
    expect(answer.signals.long_term).toHaveLength(1);
    const [first, second] = answer.signals.swing;
    expect(first).toMatchObject({
      id: spy.id,
      symbol: 'SPY',
      signal_type: 'BUY',
      confidence: 81,
      is_valid: true,
      expected_duration_hours: 672,
      bias_flags: [],
      ai_enhancements: null,
      // a tenth of 50,000 today: 8 whole shares of 600, which lose 15 each
      lot_size: {
        symbol: 'SPY',
        entry_price: 600,
        risk_amount_usd: 120,
        position_size_usd: 4800,
        position_size_tokens: null,
        token_amount: null,
        position_size_units: 8,
        lot_size: null,
        lot_type: 'share',
        leverage: null,
      },
      entry_planning: {
        current_price: null,
        entry_price: 600,
        entry_strategy: 'limit',
        recommended_order_type: 'limit',
      },
    });
    const { next_trading_day: next, market_open_time: opens } = first.entry_planning;
    expect(opens).toBe(next);
    expect(Date.parse(next)).toBeGreaterThan(Date.now());
    expect(second).toMatchObject({
      symbol: 'BTC',
      signal_type: 'SELL',
      is_valid: false,
      indicators: { rsi: 46.38297382763105, trend: 'down', volatility: 0.873778087127004 },
      entry_planning: {
        current_price: 50_000,
        market_open_time: null,
        recommended_order_type: 'market',
        time_until_open: 'N/A (24/7 market)',
      },
    });
    expect(second.lot_size.token_amount).toBe(second.lot_size.position_size_tokens);
  });

  test('are the same for either form of the date, and for what the form sends for no symbol', async () => {
    const { signals } = await get('from-files', { date: '20251112' });
    expect(await get('from-files', { date: '2025-11-12' })).toMatchObject({ date: '2025-11-12', signals });
    for (const symbol of ['None', 'null', 'undefined', '']) {
      expect((await get('from-files', { date: '20251112', symbol })).signals).toEqual(signals);
    }
    const today = (await get('from-files', { date: '' })).signals.swing.map((one: { symbol: string }) => one.symbol);
    // settled or not: the signals of the day; one whose levels allow no size costs itself its size alone
    expect(today.sort()).toEqual(['ADA', 'BTC', 'ETH', 'SPY']);
  });

  test('are filtered by category and symbol', async () => {
    expect(Object.keys((await get('from-files', { date: '20251112', category: 'swing' })).signals)).toEqual(['swing']);
    const ofBtc = await get('from-files', { date: '20251112', symbol: 'btcusdt' });
    expect(ofBtc.signals.swing.map((one: { symbol: string }) => one.symbol)).toEqual(['BTC']);
    expect(ofBtc.summary.total_signals).toBe(1);
    expect(await get('from-files', { date: '20251112', symbol: 'XYZZY' })).toMatchObject({
      signals: { swing: [] },
      summary: null,
    });
  });

  test('come without sizes where none are asked for, and without money where the account had none', async () => {
    const plain = await get('from-files', { date: '20251112', include_lot_size: 'no' });
    expect(plain.lot_size_enabled).toBe(false);
    expect(plain.signals.swing[0]).not.toHaveProperty('lot_size');
    expect(plain.signals.swing[0]).not.toHaveProperty('entry_planning');
    await settle(await stored({ assetId: 'BTC', asOf: new Date('2020-01-01T12:00:00Z') }), {});
    const early = await get('from-files', { date: '20200101' });
    expect(early.performance).toMatchObject({ win_rate: 100, total_pnl: null });
  });

  test('every number is a number, and a slash at the end changes nothing', async () => {
    const { text } = await http().get('/api/signals/from-files/?date=20251112').expect(200);
    expect(text).not.toMatch(/NaN|Infinity|"\d+(\.\d+)?"(?!:)[^"]*usd/);
    expect((await http().get('/api/signals/generate/?category=swing')).status).toBe(200);
    expect((await http().get('/api/signals/categories/')).status).toBe(200);
  });
});
