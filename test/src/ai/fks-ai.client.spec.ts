import fc from 'fast-check';
import type { OpinionQuestion } from '../../../src/ai/ai.contract.js';
import { complaintsAbout } from '../../../src/ai/domain/check-opinion.js';
import { effectOf, opinionBounds } from '../../../src/ai/domain/effect.js';
import { FksAiClient, type FksAiOutcome } from '../../../src/ai/fks-ai.client.js';
import { requestOf } from '../../../src/ai/fks-ai.payloads.js';
import { categoryRules } from '../../../src/signals/domain/trade-category.js';
import { startAiSimulator, type AiSimulator } from '../../../tools/ai-simulator/server.js';
import { aCheckQuestion, aModelQuestion } from './questions.js';

let simulator: AiSimulator;
beforeAll(async () => {
  simulator = await startAiSimulator({ seed: 7, modelMilliseconds: 5 });
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.stop());

const settings = { timeoutMs: 400, opinionsPerDay: 500, checksPerMinute: 600 };
const clientAt = (baseUrl = simulator.url) => new FksAiClient({ ...settings, baseUrl });
const never = new AbortController().signal;
const ask = (question: OpinionQuestion, signal = never): Promise<FksAiOutcome> =>
  clientAt().ask(requestOf(question), question, signal);
const sent = () => Object.values(simulator.requests()).reduce((sum, count) => sum + count, 0);

describe('a question', () => {
  test('to the fixed rules gets the confidence that they make', async () => {
    const outcome = await ask(aCheckQuestion());
    // volume, RSI and MACD speak for it with 0.06 each
    expect(outcome).toMatchObject({
      kind: 'answered',
      simulatedSeed: '7',
      opinion: { kind: 'check', direction: 'buy', confidence: expect.closeTo(0.88, 10), levels: null, model: null },
    });
    expect(simulator.bodies.at(-1)).toEqual({
      symbol: 'BTC',
      base_signal: { signal_type: 'BUY', confidence: 0.7 },
      market_data: {
        price: 100,
        volume: 150,
        avg_volume: 100,
        rsi: 30,
        macd: { macd: 2, signal: 1, histogram: 1 },
      },
      use_full_agents: false,
    });
  });

  test('to the model gets direction, levels and reasons, and leaves out what is not known', async () => {
    const outcome = await ask(aModelQuestion({ news: 'ETF approved', complaints: ['stop loss too far'] }));
    expect(outcome).toMatchObject({
      kind: 'answered',
      opinion: { kind: 'opinion', direction: 'buy', levels: { entry: 100, stopLoss: 97.5, takeProfit: 105 } },
    });
    const body = simulator.bodies.at(-1) as Record<string, unknown>;
    expect(body).toMatchObject({ time_horizon: 'swing', max_risk_pct: 0.01 });
    expect(body.news_summary).toMatch(/<<NEWS\nETF approved\nNEWS>>\n\nThe answer before[^]*- stop loss too far$/);
    for (const unknown of ['macd', 'market_sentiment', 'account_balance']) expect(body).not.toHaveProperty(unknown);
  });

  test.each([
    ['scalp', 'scalp'],
    ['intraday', 'scalp'],
    ['swing', 'swing'],
    ['long_term', 'position'],
  ] as const)('about a %s trade is about a %s there', async (category, horizon) => {
    await ask(aModelQuestion({ category }));
    expect(simulator.bodies.at(-1)).toMatchObject({ time_horizon: horizon });
  });

  test('that no request can carry is refused before it is sent, by name', () => {
    const market = { price: -1, volume: null, averageVolume: null, rsi: 130, macd: null };
    expect(() => requestOf(aCheckQuestion({ market }))).toThrow(
      /^no question for fks_ai: market_data\.price: .*; market_data\.rsi: /,
    );
  });
});

describe('one call for each question, and each fault by its class', () => {
  const retryable = ['rateLimited', 'unavailable'];
  test.each([
    ['timeout', 'unavailable', /gave no whole answer within 0\.4 s/],
    ['429', 'rateLimited', /Rate limit exceeded/],
    ['429-no-retry-after', 'rateLimited', /Rate limit exceeded/],
    ['500', 'unavailable', /status 500: .*key=REDACTED/],
    ['503', 'unavailable', /status 503/],
    ['cut', 'unavailable', /failed: /],
    ['html', 'broken', /^no JSON: .*Bad gateway/],
    ['truncated-json', 'broken', /^no JSON: /],
    ['wrong-schema', 'broken', /confidence/],
    ['refused', 'refused', /status 422/],
  ] as const)('%s is %s', async (kind, outcome, why) => {
    for (const question of [aModelQuestion(), aCheckQuestion()]) {
      // the rules have fifteen seconds
      if (kind === 'timeout' && question.kind === 'check') continue;
      simulator.fault({ kind, retryAfterSeconds: 7 });
      const before = sent();
      const answer = await ask(question);
      expect(answer).toMatchObject({ kind: outcome, why: expect.stringMatching(why) });
      expect(sent() - before).toBe(1);
      const waits = answer.kind === 'answered' ? undefined : answer.retryAfterMs;
      expect(waits).toBe(kind === '429' ? 7_000 : undefined);
      expect(retryable.includes(answer.kind)).toBe(!['broken', 'refused'].includes(outcome));
    }
  });

  test('nobody there is unavailable, and says no secret of the address', async () => {
    const client = clientAt('http://me:hunter2@127.0.0.1:1/?token=abc');
    const question = aCheckQuestion();
    const answer = await client.ask(requestOf(question), question, never);
    expect(answer).toMatchObject({ kind: 'unavailable' });
    expect(JSON.stringify([answer, client.service])).not.toMatch(/hunter2|abc/);
  });

  test('an answer that is ten times slower comes within the time, or is unavailable', async () => {
    simulator.fault({ kind: 'slow', factor: 10 });
    expect(await ask(aModelQuestion())).toMatchObject({ kind: 'answered' });
    simulator.fault({ kind: 'slow', factor: 1_000 });
    expect(await ask(aModelQuestion())).toMatchObject({ kind: 'unavailable' });
  });

  test('a caller who gives up gets no outcome', async () => {
    const gone = new AbortController();
    simulator.fault({ kind: 'timeout' });
    setTimeout(() => gone.abort(new Error('given up')), 30);
    await expect(ask(aModelQuestion(), gone.signal)).rejects.toThrow('given up');
  });
});

describe('what a model says wrongly is an answer, and a complaint', () => {
  const about = { symbol: 'BTC', direction: 'buy', price: 100, limits: categoryRules.swing } as const;
  test.each([
    ['contradiction', /with the levels of the opposite/],
    ['wrong-side', /stop loss on the wrong side/],
    ['far-levels', /stop loss lies 30\.00 % from the entry/],
  ] as const)('%s', async (kind, complaint) => {
    simulator.fault({ kind });
    const outcome = await ask(aModelQuestion());
    if (outcome.kind !== 'answered') throw new Error(outcome.why);
    expect(complaintsAbout(outcome.opinion, about)).toEqual(expect.arrayContaining([expect.stringMatching(complaint)]));
  });

  test('the text of a model that was taken over stays plain data within the bounds of the policy', async () => {
    simulator.fault({ kind: 'injection' });
    const outcome = await ask(aModelQuestion());
    if (outcome.kind !== 'answered') throw new Error(outcome.why);
    const { rationale, confidence } = outcome.opinion;
    expect(confidence).toBe(1);
    for (const text of [rationale.summary, ...rationale.factors]) {
      expect(text).not.toMatch(/\p{Cc}|\p{Cf}|<<|>>|sk-simulated/u);
    }
    expect(outcome.answer).not.toContain('sk-simulated');
    const signal = { direction: 'buy', confidencePoints: 70, sizeFraction: 0.02 } as const;
    const answer = { kind: 'opinion', opinion: outcome.opinion, complaints: [] } as const;
    expect(effectOf(signal, answer, { ...opinionBounds, mode: 'lower' }, false)).toMatchObject({
      basis: 'rules',
      confidencePoints: 70,
      sizeFraction: 0.02,
    });
  });
});

test('the same request gets the same answer, and every good answer keeps the limits of its category', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        price: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        rsi: fc.double({ min: 0, max: 100, noNaN: true }),
        category: fc.constantFrom('scalp', 'intraday', 'swing', 'long_term'),
      }),
      async ({ price, rsi, category }) => {
        const market = { ...(aModelQuestion() as Extract<OpinionQuestion, { kind: 'opinion' }>).market, price, rsi };
        const question = aModelQuestion({ category, market });
        const [one, two] = [await ask(question), await ask(question)];
        if (one.kind !== 'answered' || two.kind !== 'answered') throw new Error('not answered');
        expect(one.opinion).toEqual(two.opinion);
        const limits = categoryRules[category];
        expect(complaintsAbout(one.opinion, { symbol: 'BTC', direction: 'buy', price, limits })).toEqual([]);
      },
    ),
    { seed: 42, numRuns: 60 },
  );
});

describe('health', () => {
  test('is what /health says', async () => {
    const answer = await clientAt().health(never);
    expect(answer).toMatchObject({ kind: 'healthy', health: { service: 'fks_ai', llm_provider: 'simulated' } });
  });

  test.each([
    ['500', /status 500/],
    ['html', /no JSON/],
    ['wrong-schema', /status/],
  ] as const)('%s is unhealthy', async (kind, why) => {
    simulator.fault({ kind, route: '/health' });
    expect(await clientAt().health(never)).toEqual({ kind: 'unhealthy', why: expect.stringMatching(why) });
  });
});
