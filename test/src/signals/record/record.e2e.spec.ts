import type { MikroORM } from '@mikro-orm/postgresql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { dayMs } from '../../../../src/shared/time.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { startApi, testConfig } from '../../../support/service.js';
import { seedSignals } from '../../../support/signal-records.js';

let database: TestDatabase;
let orm: MikroORM;
let app: NestExpressApplication;
let portfolioId: string;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);

beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  app = await startApi(testConfig(database.url));
  portfolioId = (await request(app.getHttpServer()).post('/api/v1/portfolios').send({ name: 'Core' })).body.id;
  const asOf = daysAgo(10);
  const exitedAt = daysAgo(5);
  const of = { portfolioId, asOf };
  await seedSignals(orm.em.fork(), [
    // lost, and halved
    { signal: of, opinion: { aiConfidencePoints: 60, aiSizeFraction: 0.1 }, settlement: { exitedAt } },
    // won, and cancelled
    {
      signal: { ...of, assetId: 'ETH', strength: 'strong' },
      opinion: { aiCancelled: true, aiConfidencePoints: 70, aiSizeFraction: 0.2, late: true },
      settlement: { exitedAt, reason: 'take_profit', returnUsd: 0.1, returnBtc: null, rMultiple: 2 },
    },
    // open; its opinion came to nothing
    {
      signal: of,
      opinion: {
        outcome: 'unanswered',
        direction: null,
        confidence: null,
        answeredAt: null,
        calls: 3,
        milliseconds: 1_000,
        aiConfidencePoints: 70,
        aiSizeFraction: 0.2,
      },
      settlement: null,
    },
    // held back
    {
      signal: { ...of, heldBack: [{ by: 'cooldown', reason: 'three losses today' }] },
      opinion: null,
      settlement: { exitedAt },
    },
    // long ago, of another portfolio
    {
      signal: { asOf: daysAgo(100), portfolioId: uuidv7() },
      opinion: { servedBasis: 'rules_and_ai', mode: 'lower' },
      settlement: { exitedAt: daysAgo(90) },
    },
    // of another category
    { signal: { ...of, category: 'scalp' }, opinion: null, settlement: null },
  ]);
});
afterAll(async () => {
  await app.close();
  await orm.close(true);
  await database.drop();
});

const get = (path: string) => request(app.getHttpServer()).get(path);
const close = (value: number): number => expect.closeTo(value, 12);

describe('GET /api/v1/signals/record', () => {
  test('compares both arms pair by pair, and says which one is served and why', async () => {
    const { body, status } = await get(`/api/v1/signals/record?portfolio_id=${portfolioId}&category=swing`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      portfolio_id: portfolioId,
      category: 'swing',
      provenance: 'live',
      served: {
        arm: 'rules',
        mode: 'show',
        setting: 'by_record',
        record: {
          mode: 'show',
          scope: 'all',
          pairs: 3,
          pairs_needed: 100,
          reasons: ['3 settled pairs, 100 are needed'],
        },
        signals: { rules: 3, rules_and_ai: 0 },
      },
      coverage: {
        signals: 3,
        settled: 2,
        with_opinion: 2,
        late: 1,
        pairs: 2,
        share: close(2 / 3),
        without: { not_asked: 0, unanswered: 1, refused: 0 },
      },
      cost: { calls: 5, milliseconds: 23_400, tokens: null, usd: null },
      pairs: 2,
      baseline: { taken: 2, cancelled: 0, win_rate: 0.5, return_usd: close(0.005), r_multiple: 0.5 },
      ai: { taken: 1, cancelled: 1, win_rate: 0, return_usd: close(-0.0025), r_multiple: -0.25 },
      difference: {
        return_usd: { count: 2, mean: close(-0.0075), low: null, high: null },
        return_btc: { count: 1, mean: close(0.004) },
        r_multiple: { count: 2, mean: -0.75 },
      },
      lowering: { count: 2, finding: 'open' },
      raising: { count: 0, evidence_for: 1, evidence_against: 1, low: null, high: null, finding: 'open' },
      filters: [{ by: 'cooldown', signals: 1, alone: 1, settled: 1, wins: 0, finding: 'not_enough_data' }],
    });
    expect(body.ai.calibration.curve[6]).toEqual({ from: 0.6, to: 0.7, count: 1, mean_confidence: 0.6, win_rate: 0 });
    expect(body.ai.calibration.curve[2]).toMatchObject({ count: 0, mean_confidence: null, win_rate: null });
  });

  test('from and to select by the as-of; without a portfolio the record of all decides', async () => {
    const day = daysAgo(50).toISOString();
    const before = (await get(`/api/v1/signals/record?to=${day}`)).body;
    expect(before).toMatchObject({ pairs: 1, to: day, from: null, portfolio_id: null });
    expect(before.served).toMatchObject({ setting: null, signals: { rules: 0, rules_and_ai: 1 } });
    expect((await get(`/api/v1/signals/record?from=${day}`)).body.pairs).toBe(2);
  });

  test('a kind without any signal has nothing to say, and no number stands for it', async () => {
    const { body } = await get('/api/v1/signals/record?provenance=simulated');
    expect(body).toMatchObject({
      pairs: 0,
      coverage: { signals: 0, share: null },
      baseline: { win_rate: null, return_usd: null, calibration: null },
      difference: { r_multiple: { count: 0, mean: null, low: null, high: null } },
      filters: [],
    });
  });

  test('a policy that lowers is named with the arm that it serves, whatever the record says', async () => {
    const http = () => request(app.getHttpServer());
    const { body: inForce } = await get(`/api/v1/portfolios/${portfolioId}/policy`);
    const limits = { ...inForce.limits, signals: { ...inForce.limits.signals, opinions: 'lower' } };
    const policy = await http().post('/api/v1/policies').send({ name: 'Lowering', limits, reason: 'try it' });
    await http()
      .post(`/api/v1/policies/${policy.body.id}/rollouts`)
      .send({ version: 1, share: 1, portfolios: [], reason: 'all' })
      .expect(201);
    await http().put(`/api/v1/portfolios/${portfolioId}/policy`).send({ policy_id: policy.body.id }).expect(200);
    const { body } = await get(`/api/v1/signals/record?portfolio_id=${portfolioId}`);
    expect(body.served).toMatchObject({
      arm: 'rules_and_ai',
      mode: 'lower',
      setting: 'lower',
      record: { mode: 'show' },
    });
  });

  test.each([
    ['a portfolio that nobody has', `portfolio_id=${uuidv7()}`, 404, /portfolio/],
    ['an unknown category', 'category=daily', 422, /^category: /],
    ['an instant that is none', 'from=yesterday', 422, /^from: /],
    ['a provenance that is none', 'provenance=real', 422, /^provenance: /],
  ])('answers %s with a problem', async (_name, query, status, detail) => {
    const answer = await get(`/api/v1/signals/record?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(detail);
  });
});

describe('GET /api/ai/compare', () => {
  test('both sides are the same stored signals, and days selects them', async () => {
    const { body, status } = await get('/api/ai/compare');
    expect(status).toBe(200);
    expect(Date.parse(body.period.end) - Date.parse(body.period.start)).toBe(30 * dayMs);
    expect(body).toMatchObject({
      category: 'swing',
      baseline: {
        signal_count: 3,
        avg_confidence: close(0.7),
        avg_risk_reward: 2,
        avg_position_size: close(0.2),
        strong_signals: 1,
        very_strong_signals: 2,
        signal_type: 'baseline',
      },
      ai_enhanced: {
        signal_count: 2,
        avg_confidence: close(0.65),
        avg_position_size: close(0.15),
        strong_signals: 0,
        very_strong_signals: 2,
        signal_type: 'ai_enhanced',
      },
      improvements: {
        confidence: { delta: close(-0.05), percent_change: close(-7.142857142857143) },
        risk_reward: { delta: 0, percent_change: 0 },
        signal_quality: { strong_signals_delta: -1, very_strong_signals_delta: 0 },
      },
      outcomes: {
        settled_pairs: 2,
        return_usd: { count: 2, mean: close(-0.0075), low: null, high: null },
        brier_baseline: close(0.49),
        brier_ai: close(0.36),
      },
      served: { arm: 'rules', record: { pairs: 3 } },
      summary:
        '2 of 3 swing signals of the last 30 days have come to an end and have an opinion; the baseline is served.',
    });
    expect((await get('/api/ai/compare?days=365')).body.baseline.signal_count).toBe(4);
    expect((await get('/api/ai/compare?days=3')).body.baseline.signal_count).toBe(0);
  });

  test('without signals every key is there, averages are null, and nothing is compared', async () => {
    const { body } = await get('/api/ai/compare?category=long_term');
    const none = {
      signal_count: 0,
      avg_confidence: null,
      avg_risk_reward: null,
      avg_position_size: null,
      strong_signals: 0,
      very_strong_signals: 0,
    };
    expect(body.baseline).toEqual({ ...none, signal_type: 'baseline' });
    expect(body.ai_enhanced).toEqual({ ...none, signal_type: 'ai_enhanced' });
    expect(body.improvements).toEqual({});
    expect(body.outcomes).toMatchObject({ settled_pairs: 0, brier_ai: null });
  });

  test('symbols select, an unknown category means swing, and of repeated parameters the last counts', async () => {
    const { body } = await get('/api/ai/compare?symbols=btc,eth&symbols=%20eth,,&category=Daily&surplus=1');
    expect(body).toMatchObject({ category: 'swing', baseline: { signal_count: 1, strong_signals: 1 } });
    expect((await get('/api/ai/compare?category=SCALP')).body).toMatchObject({
      category: 'scalp',
      baseline: { signal_count: 1 },
    });
  });

  test.each(['days=0', 'days=many', 'provenance=real'])('refuses %s', async (query) => {
    const answer = await get(`/api/ai/compare?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toHaveProperty('detail');
  });
});

test('GET /api/ai/performance-report is the comparison with what follows from it', async () => {
  const { body, status } = await get('/api/ai/performance-report?days=30');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    baseline: { signal_count: 3 },
    recommendations: ['serve the baseline and keep collecting: 3 settled pairs, 100 are needed'],
  });
  expect(Date.parse(body.generated_at)).toBe(Date.parse(body.period.end));
});
