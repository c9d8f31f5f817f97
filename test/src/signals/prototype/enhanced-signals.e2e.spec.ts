import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { dayMs } from '../../../../src/shared/time.js';
import { SignalOpinionRepository } from '../../../../src/signals/opinions/signal-opinion.repository.js';
import { SignalRepository, type SignalRow } from '../../../../src/signals/signal.repository.js';
import { useDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';
import { anOpinionRow, aSignal, aSignalRun } from '../../../support/signals.js';

const db = useDatabase();
let app: NestExpressApplication;
let portfolioId: string;
beforeAll(async () => {
  app = await startApi(testConfig(db.database.url, {}));
  portfolioId = (await request(app.getHttpServer()).post('/api/v1/portfolios').send({ name: 'Core' })).body.id;
});
afterAll(() => app.close());

const enhanced = async (query: object = {}) => {
  const { status, body } = await request(app.getHttpServer()).get('/api/ai/signals/enhanced').query(query);
  return status === 200 ? body : { status, ...body };
};

async function stored(over: Partial<SignalRow>): Promise<SignalRow> {
  const asOf = new Date();
  const run = aSignalRun({ portfolioId, rehearsal: false, asOf });
  const signal = aSignal(run, { expiresAt: new Date(asOf.getTime() + 28 * dayMs), ...over });
  await new SignalRepository(db.orm.em.fork()).recordRun(run, [signal]);
  return signal;
}
const said = (signal: SignalRow, over: Parameters<typeof anOpinionRow>[1] = {}) =>
  new SignalOpinionRepository(db.orm.em.fork()).keep(anOpinionRow(signal, over));

test('without a signal the answer is empty, and the AI answered nothing', async () => {
  expect(await enhanced()).toEqual({ signals: [], count: 0, category: 'swing', ai_enhanced: false });
});

test('each signal is told as it is served, with what the AI said of it and what fks_ai does not say as null', async () => {
  const btc = await stored({ assetId: 'BTC' });
  const eth = await stored({ assetId: 'ETH', confidencePoints: 60 });
  const sol = await stored({ assetId: 'SOL', confidencePoints: 55 });
  const spy = await stored({ assetId: 'SPY' });
  await said(btc, { servedBasis: 'rules_and_ai', servedConfidencePoints: 65, servedSizeFraction: 0.15 });
  const nothing = { direction: null, confidence: null, model: null, summary: null, answeredAt: null } as const;
  await said(eth, { outcome: 'unanswered', ...nothing, reasons: ['no opinion: fks_ai: status 503'] });
  await said(spy, { servedBasis: 'rules_and_ai', servedCancelled: true, aiCancelled: true });

  const body = await enhanced({ category: 'SWING', anything: 'else' });
  expect(body).toMatchObject({ count: 3, category: 'swing', ai_enhanced: true });
  expect(body.signals.map((one: { symbol: string }) => one.symbol)).toEqual(['BTC', 'ETH', 'SOL']);
  const [first, second, third] = body.signals;
  expect(first).toMatchObject({
    signal_type: 'sell',
    confidence: 0.65,
    position_size_pct: 0.15,
    arm: 'rules_and_ai',
    ai_answered: true,
    expected_duration_hours: 672,
    bias_flags: [],
    indicators: { rsi: expect.any(Number), trend: 'down' },
  });
  expect(first.ai_enhancements).toEqual({
    ai_confidence: 0.5,
    final_decision: 'BUY',
    analysis_summary: 'the trend has turned',
    bull_consensus: null,
    bear_consensus: null,
    consensus_strength: null,
    debate_summary: null,
  });
  const byRules = { arm: 'rules', ai_answered: false, ai_enhancements: null };
  expect(second).toMatchObject({ ...byRules, confidence: 0.6 });
  expect(third).toMatchObject({ ...byRules, confidence: 0.55 });
  expect((await enhanced({ symbols: 'sol' })).signals).toEqual([third]);
  expect(sol.assetId).toBe(third.symbol);
});

test('a category that is none is refused by name', async () => {
  expect(await enhanced({ category: 'weekly' })).toMatchObject({ status: 422, detail: expect.anything() });
});
