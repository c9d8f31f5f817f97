import type { INestApplicationContext } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { aiQueue } from '../../../src/ai/ai.contract.js';
import { OpinionsService } from '../../../src/ai/opinions.service.js';
import { TemporalClient } from '../../../src/platform/temporal/temporal-client.js';
import { toIso } from '../../../src/shared/time.js';
import { startAiSimulator, type AiSimulator } from '../../../tools/ai-simulator/server.js';
import { useDatabase } from '../../support/database.js';
import { eventually, startApi, startWorker, testConfig } from '../../support/service.js';
import { aCheckQuestion, aModelQuestion } from './questions.js';

const db = useDatabase();
let simulator: AiSimulator;
let app: NestExpressApplication;
let worker: INestApplicationContext;
let queue: string;
let number = 0;
beforeAll(async () => {
  simulator = await startAiSimulator({ seed: 5 });
  const config = testConfig(db.database.url, { FKS_AI_BASE_URL: simulator.url });
  queue = aiQueue(config.temporal.taskQueue);
  app = await startApi(config);
  worker = await startWorker(config);
});
afterEach(() => simulator.clearFaults());
afterAll(async () => {
  await worker.close();
  await app.close();
  await simulator.stop();
});

const get = (path: string, query: Record<string, string> = {}) =>
  request(app.getHttpServer()).get(`/api/ai/${path}`).query(query);
/** As an activity would. */
const ask = (question = aModelQuestion(), asOf = toIso(Date.now())) =>
  worker.get(OpinionsService).askOnce({ question, number: (number += 1), asOf }, new AbortController().signal);
const sent = () => simulator.requests()['/ai/trading/analyze'] ?? 0;

test('the worker polls the queue of the AI, so that a slow model holds up nothing else', async () => {
  const unpolled = () => app.get(TemporalClient).unpolled('activities', [queue]);
  expect(await eventually(unpolled, (queues) => queues.length === 0)).toEqual([]);
});

describe('GET /api/ai/health', () => {
  test('is what /health of fks_ai says, and asks nothing else', async () => {
    const { body, status } = await get('health');
    expect(status).toBe(200);
    expect(body).toEqual({
      ai_service_healthy: true,
      agent_status: null,
      service_url: simulator.url,
      configured: true,
      llm_provider: 'simulated',
      simulated: true,
    });
    expect(Object.keys(simulator.requests())).toEqual(['/health']);
  });

  test('stays 200 while fks_ai is away, with the reason', async () => {
    simulator.fault({ kind: '503', route: '/health' });
    const { body, status } = await get('health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ai_service_healthy: false,
      configured: true,
      error: expect.stringMatching(/^status 503/),
    });
  });
});

describe('GET /api/ai/analyze/{symbol}', () => {
  test('is 200 and says that no opinion is known; nothing neutral is made up and no model is asked', async () => {
    await ask(aCheckQuestion({ symbol: 'ETH' }));
    const { body, status } = await get('analyze/eth');
    expect(status).toBe(200);
    expect(body).toEqual({
      symbol: 'ETH',
      ai_answered: false,
      confidence: null,
      decision: null,
      summary: 'no opinion on ETH was given in the last 24 hours',
      bull_consensus: null,
      bear_consensus: null,
      model: null,
      answered_at: null,
      simulated: false,
    });
    expect(sent()).toBe(0);
  });

  test('is the latest opinion, until one that contradicts itself', async () => {
    await ask(aModelQuestion({ symbol: 'SOL' }));
    expect((await get('analyze/sol')).body).toMatchObject({
      symbol: 'SOL',
      ai_answered: true,
      decision: 'BUY',
      confidence: expect.any(Number),
      bull_consensus: null,
      model: 'simulated/deterministic',
      simulated: true,
    });
    simulator.fault({ kind: 'wrong-side' });
    await ask(aModelQuestion({ symbol: 'SOL' }));
    expect((await get('analyze/SOL')).body).toMatchObject({
      ai_answered: false,
      confidence: null,
      summary: expect.stringMatching(/^the opinion on SOL is refused: buy with the stop loss on the wrong side/),
    });
  });

  test('is never that of a rehearsal, which asked about another day', async () => {
    await ask(aModelQuestion({ symbol: 'ADA' }), '2021-07-07T00:00:00Z');
    expect((await get('analyze/ADA')).body).toMatchObject({ ai_answered: false, confidence: null });
  });

  test('names what is no symbol', async () => {
    const { status, body } = await get(`analyze/${encodeURIComponent('<script>')}`);
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain('is no symbol of an asset');
  });
});

describe('GET /api/ai/btc-optimization', () => {
  const of = (allocations: unknown) => get('btc-optimization', { allocations: JSON.stringify(allocations) });

  test('reads the allocations, and without an opinion only moves the share into its band', async () => {
    expect((await of({ BTC: 0.3, ETH: 0.7 })).body).toEqual({
      current_allocation: 0.3,
      target_allocation: 0.5,
      action: 'INCREASE_BTC',
      difference: 0.2,
      rationale: expect.stringMatching(/^there is no opinion; it is moved into 50 to 60 % \(no opinion on BTC/),
      ai_answered: false,
      simulated: false,
    });
    expect((await get('btc-optimization')).body).toMatchObject({
      current_allocation: 0.5,
      action: 'HOLD',
      difference: 0,
    });
    expect((await of({ btc: 0.8 })).body).toMatchObject({ action: 'DECREASE_BTC', difference: 0.2 });
  });

  test('goes where the latest opinion on BTC points', async () => {
    await ask();
    const { body } = await of({ BTC: 0.5, SPY: 0.5 });
    expect(body).toMatchObject({
      target_allocation: 0.6,
      action: 'INCREASE_BTC',
      difference: 0.1,
      rationale: expect.stringMatching(/^buy with confidence 0\.\d+$/),
      ai_answered: true,
      simulated: true,
    });
  });

  test.each([
    ['{"BTC":', 400, 'is not JSON'],
    ['{"BTC":"x"}', 400, 'is not a number'],
    ['{"BTC":0.9,"ETH":0.9}', 422, 'sums to more than 1'],
  ])('refuses %s', async (allocations, status, message) => {
    const answer = await get('btc-optimization', { allocations });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(message);
  });
});
