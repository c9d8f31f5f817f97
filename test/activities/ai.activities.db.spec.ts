import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import pg from 'pg';
import { AiActivitiesProvider } from '../../activities/ai.activities.js';
import { AiExchangeRepository } from '../../src/ai/ai-exchange.repository.js';
import type { AskedForOpinion, GivenOpinion, OpinionQuestion } from '../../src/ai/ai.contract.js';
import { AiHealthService } from '../../src/ai/ai-health.service.js';
import { FksAiClient, type FksAiSettings } from '../../src/ai/fks-ai.client.js';
import { OpinionsService } from '../../src/ai/opinions.service.js';
import { ProviderGate } from '../../src/platform/outbound/provider-gate.js';
import { toApplicationFailure } from '../../src/platform/temporal/failures.js';
import { startAiSimulator, type AiSimulator } from '../../tools/ai-simulator/server.js';
import { aCheckQuestion, aModelQuestion } from '../src/ai/questions.js';
import { freshDatabase, openOrm, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let orms: MikroORM[];
let simulator: AiSimulator;
let owner: pg.Client;
beforeEach(async () => {
  database = await freshDatabase();
  orms = await Promise.all([1, 2].map(() => openOrm(database.url)));
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  simulator = await startAiSimulator({ seed: 3, modelMilliseconds: 5 });
});
afterEach(async () => {
  await simulator.stop();
  await owner.end();
  await Promise.all(orms.map((orm) => orm.close(true)));
  await database.drop();
});

const asOf = '2025-06-01T00:00:00Z';
const usual = { timeoutMs: 400, opinionsPerDay: 500, checksPerMinute: 600 };

/** The activities as a worker process of its own has them: other pool, other memory. */
function worker(process = 0, settings: Partial<FksAiSettings> = {}): AiActivitiesProvider {
  const em: EntityManager = orms[process]!.em.fork();
  const client = settings.baseUrl === '' ? null : new FksAiClient({ baseUrl: simulator.url, ...usual, ...settings });
  const opinions = new OpinionsService(client, new ProviderGate(em), new AiExchangeRepository(em));
  return new AiActivitiesProvider(opinions, new AiHealthService(client));
}

/** One that does not print the faults that are wanted. */
const quiet = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });

const run = <T>(work: () => Promise<T>, environment = quiet()): Promise<T> => environment.run(work);
const ask = (of: AiActivitiesProvider, question: OpinionQuestion = aModelQuestion(), number = 1) =>
  run(() => of.askForOpinion({ question, number, asOf }));

/** What Temporal would see. */
async function failureOf(asked: Promise<AskedForOpinion>): Promise<ApplicationFailure> {
  const error: unknown = await asked.then(
    () => new Error('it was answered'),
    (thrown: unknown) => thrown,
  );
  const failure = toApplicationFailure(error);
  if (!failure) throw error;
  return failure;
}

const sent = () => Object.values(simulator.requests()).reduce((sum, count) => sum + count, 0);
const rows = async () =>
  (await owner.query('select * from ai_exchange order by asked_at, id')).rows as Record<string, unknown>[];
const given = (answer: AskedForOpinion): GivenOpinion => {
  if (answer.kind !== 'opinion') throw new Error(answer.kind);
  return answer;
};

test('without an address nobody is asked, and that is an answer', async () => {
  expect(await ask(worker(0, { baseUrl: '' }))).toEqual({ kind: 'notConfigured' });
  expect(await run(() => worker(0, { baseUrl: '' }).aiHealth())).toEqual({
    configured: false,
    healthy: false,
    why: 'fks_ai is not configured: FKS_AI_BASE_URL is not set',
  });
});

test('health is that of /health', async () => {
  expect(await run(() => worker().aiHealth())).toEqual({ configured: true, healthy: true, why: null });
  simulator.fault({ kind: '500', route: '/health' });
  expect(await run(() => worker().aiHealth())).toMatchObject({ configured: true, healthy: false });
});

describe('an exchange', () => {
  test('is kept by its content, so that a replay by any process costs nothing and gives the same bytes', async () => {
    const first = await ask(worker());
    expect(first).toMatchObject({ kind: 'opinion', simulated: true, opinion: { direction: 'buy' } });
    expect(sent()).toBe(1);
    // also when the service has gone
    simulator.fault({ kind: '500', count: 10 });
    for (const process of [0, 1]) {
      expect(JSON.stringify(await ask(worker(process)))).toBe(JSON.stringify(first));
    }
    expect(sent()).toBe(1);
    const [row, ...more] = await rows();
    expect(more).toEqual([]);
    expect(row).toMatchObject({ outcome: 'answered', kind: 'opinion', symbol: 'BTC', number: 1, simulated_seed: '3' });
    expect(row!.key).toMatch(/^[0-9a-f]{64}$/);
  });

  test('of another content, number or service is another one', async () => {
    const other = await startAiSimulator({ seed: 4 });
    try {
      const answers = [
        await ask(worker()),
        await ask(worker(), aModelQuestion(), 2),
        await ask(worker(), aModelQuestion({ symbol: 'ETH' })),
        await ask(worker(), aCheckQuestion()),
        await ask(worker(0, { baseUrl: other.url })),
      ].map(given);
      expect(new Set(answers.map(({ key }) => key)).size).toBe(5);
    } finally {
      await other.stop();
    }
  });

  test('asked at the same time by many processes has one answer', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => ask(worker(i % 2))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await rows()).toHaveLength(1);
  });

  test('holds no secret, in what was asked, answered or failed', async () => {
    simulator.fault({ kind: 'injection' });
    await ask(
      worker(),
      aModelQuestion({ news: 'see https://x.test/?api_key=SECRET123456 and sk-abcdef0123456789abcdef' }),
    );
    simulator.fault({ kind: '500' });
    await failureOf(ask(worker(), aModelQuestion(), 2));
    const all = JSON.stringify(await rows());
    expect(all).toContain('REDACTED');
    expect(all).not.toMatch(/SECRET123456|sk-abcdef|sk-simulated|AIzaSimulated/);
  });
});

describe('each fault', () => {
  test.each(['timeout', '500', '503', 'cut'] as const)(
    '%s is worth another attempt, which is answered',
    async (kind) => {
      simulator.fault({ kind });
      const failure = await failureOf(ask(worker()));
      expect(failure).toMatchObject({ type: 'AiUnavailable', nonRetryable: false });
      expect(failure.nextRetryDelay).toBeUndefined();
      expect(sent()).toBe(1);
      expect(given(await ask(worker(1))).opinion.direction).toBe('buy');
      expect((await rows()).map(({ outcome }) => outcome)).toEqual(['unavailable', 'answered']);
    },
  );

  test.each([
    ['429', 9_000, 8_000],
    ['429-no-retry-after', undefined, 59_000],
  ] as const)('%s is waited out by all processes, and then answered', async (kind, delay, rest) => {
    simulator.fault({ kind, retryAfterSeconds: 9 });
    const failure = await failureOf(ask(worker()));
    expect(failure).toMatchObject({ type: 'AiRateLimited', nonRetryable: false });
    expect(failure.nextRetryDelay).toBe(delay);
    const meanwhile = await failureOf(ask(worker(1)));
    expect(meanwhile).toMatchObject({ type: 'AiRateLimited', nonRetryable: false });
    expect(meanwhile.nextRetryDelay).toBeGreaterThan(rest);
    expect(sent()).toBe(1);
    await owner.query('update source_state set resting_until = now()');
    expect(given(await ask(worker(1))).opinion.direction).toBe('buy');
    expect((await rows()).map(({ outcome }) => outcome)).toEqual(['rateLimited', 'answered']);
  });

  test.each([
    ['refused', 'AiRefused'],
    ['html', 'AiAnswerBroken'],
    ['truncated-json', 'AiAnswerBroken'],
    ['wrong-schema', 'AiAnswerBroken'],
  ] as const)('%s is not tried again, and is kept', async (kind, type) => {
    simulator.fault({ kind });
    expect(await failureOf(ask(worker()))).toMatchObject({ type, nonRetryable: true });
    expect(await rows()).toMatchObject([
      { outcome: kind === 'refused' ? 'refused' : 'broken', answer: null, status: kind === 'refused' ? 422 : 200 },
    ]);
    // the next opinion is another exchange
    expect(given(await ask(worker(), aModelQuestion(), 2)).opinion.direction).toBe('buy');
  });

  test('a caller who gives up ends the call at once, and nothing is kept', async () => {
    const environment = quiet();
    simulator.fault({ kind: 'timeout' });
    const asked = run(
      () => worker(0, { timeoutMs: 60_000 }).askForOpinion({ question: aModelQuestion(), number: 1, asOf }),
      environment,
    );
    const outcome = asked.catch((error: unknown) => error);
    while (sent() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    environment.cancel();
    expect(await outcome).toMatchObject({ name: 'CancelledFailure' });
    expect(await rows()).toEqual([]);
  });
});

describe('what all processes share', () => {
  test('a day has no more calls of the model than its budget, and the fixed rules have their own', async () => {
    const limited = (process: number) => worker(process, { opinionsPerDay: 3 });
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => ask(limited(i % 2), aModelQuestion(), i + 1)),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(simulator.requests()).toEqual({ '/ai/trading/analyze': 3 });
    const failure = await failureOf(ask(limited(0), aModelQuestion(), 9));
    expect(failure).toMatchObject({
      type: 'AiRateLimited',
      message: expect.stringMatching(/^3 of 3 requests of the day are used; the next one may be sent /),
    });
    expect(failure.nextRetryDelay).toBeGreaterThan(23 * 3_600_000);
    expect(given(await ask(limited(1), aCheckQuestion())).opinion.kind).toBe('check');
    // what is kept costs nothing
    const kept = asked.findIndex(({ status }) => status === 'fulfilled') + 1;
    expect(given(await ask(limited(1), aModelQuestion(), kept)).opinion.kind).toBe('opinion');
  });

  test('a budget of none asks nobody, and waiting would not help', async () => {
    expect(await failureOf(ask(worker(0, { opinionsPerDay: 0 })))).toMatchObject({
      type: 'AiNoBudget',
      nonRetryable: true,
    });
    expect(sent()).toBe(0);
  });

  test('five failures in a row open the circuit; after its rest one call is the probe, and its answer closes it', async () => {
    simulator.fault({ kind: '500', count: 5 });
    for (let i = 1; i <= 5; i++) await failureOf(ask(worker(i % 2), aModelQuestion(), i));
    expect(sent()).toBe(5);
    const resting = await failureOf(ask(worker(1)));
    expect(resting).toMatchObject({
      type: 'AiUnavailable',
      nonRetryable: false,
      message: expect.stringMatching(/failed 5 times in a row/),
    });
    expect(resting.nextRetryDelay).toBeGreaterThan(50_000);
    expect(sent()).toBe(5);
    // a model that is away says nothing of the fixed rules
    expect(given(await ask(worker(1), aCheckQuestion())).opinion.kind).toBe('check');

    await owner.query("update source_state set resting_until = now() - interval '1 s' where failures >= 5");
    simulator.fault({ kind: 'slow', factor: 40 });
    const probes = await Promise.allSettled(
      [0, 1, 0, 1].map((process, i) => ask(worker(process), aModelQuestion(), 10 + i)),
    );
    expect(probes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(simulator.requests()['/ai/trading/analyze']).toBe(6);
    expect(given(await ask(worker(1), aModelQuestion(), 20)).opinion.kind).toBe('opinion');
  });
});
