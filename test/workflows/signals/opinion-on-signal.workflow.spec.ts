import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { AskedForOpinion, AskForOpinionInput, GivenOpinion } from '../../../src/ai/ai.contract.js';
import type { AskedAbout } from '../../../src/ai/domain/check-opinion.js';
import type { Opinion } from '../../../src/ai/domain/opinion.js';
import type { SignalId } from '../../../src/shared/ids.js';
import { hourMs, minuteMs, secondMs, toIso } from '../../../src/shared/time.js';
import { categoryRules } from '../../../src/signals/domain/trade-category.js';
import {
  askForOpinionsWorkflow,
  opinionOnSignalWorkflow,
  opinionsWorkflowId,
  opinionWorkflowId,
  type AskForOpinions,
  type OpinionActivities,
  type OpinionOnSignal,
  type OpinionPlan,
  type RecordedOpinion,
  type RecordOpinionInput,
} from '../../../src/signals/opinions/opinions.contract.js';
import { aCheck, anOpinion } from '../../src/ai/domain/an-opinion.js';
import { aCheckQuestion, aModelQuestion } from '../../src/ai/questions.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

// one for each test: what another left behind on a server can keep its clock from skipping
let env: TestWorkflowEnvironment;
beforeEach(async () => {
  env = await startTimeSkipping();
});
afterEach(() => env.teardown());

const { takeProfitPct, stopLossPct } = categoryRules.swing;
const about: AskedAbout = { symbol: 'BTC', direction: 'buy', price: 100, limits: { takeProfitPct, stopLossPct } };
const good = () => anOpinion();
/** The stop of a buy above its entry. */
const wrong = () => anOpinion({ levels: { entry: 100, stopLoss: 103, takeProfit: 106 } });

const given = (opinion: Opinion, now: number): GivenOpinion => ({
  kind: 'opinion',
  opinion,
  exchangeId: randomUUID(),
  key: 'k',
  answeredAt: toIso(now),
  milliseconds: 5,
  simulated: true,
});

/** What is answered to the so-many-th call, so long after the first one. */
type Asked = (call: number, sinceMs: number) => AskedForOpinion | Opinion;

interface Run {
  /** Every question, each attempt counted. */
  readonly calls: { readonly input: AskForOpinionInput; readonly at: number }[];
  readonly recorded: (RecordOpinionInput & { readonly recordedAt: number })[];
}

/** The activities of a signal that lives for `livesForMs`, asked by the answers that a test gives. */
function scene(answer: Asked, { livesForMs = 24 * hourMs, kind = 'opinion', plan }: Scene = {}) {
  const run: Run = { calls: [], recorded: [] };
  const activities: OpinionActivities = {
    signalsToAskAbout: ({ signalIds }) => Promise.resolve(signalIds),
    planOpinion: async () =>
      plan ?? {
        kind: 'ask',
        question: kind === 'check' ? aCheckQuestion() : aModelQuestion(),
        about,
        asOf: '2025-06-01T00:00:00Z',
        until: toIso((await env.currentTimeMs()) + livesForMs),
      },
    recordOpinion: async (input): Promise<RecordedOpinion> => {
      run.recorded.push({ ...input, recordedAt: await env.currentTimeMs() });
      const { outcome } = input.ended;
      return { outcome, arm: 'rules', late: false, reasons: [] };
    },
  };
  const ai = {
    askForOpinion: async (input: AskForOpinionInput) => {
      const now = await env.currentTimeMs();
      run.calls.push({ input, at: now });
      const said = answer(run.calls.length, now - run.calls[0]!.at);
      return 'rationale' in said ? given(said, now) : said;
    },
  };
  return { run, activities, ai };
}
interface Scene {
  livesForMs?: number;
  kind?: 'check' | 'opinion';
  plan?: OpinionPlan;
}

const signalIds = (count: number) => Array.from({ length: count }, () => randomUUID() as SignalId);
const on = (taskQueue: string, signalId: SignalId) =>
  env.client.workflow.execute<OpinionOnSignal>(opinionOnSignalWorkflow, {
    args: [{ signalId }],
    workflowId: opinionWorkflowId(signalId),
    taskQueue,
  });

async function opinionOn(answer: Asked, of: Scene = {}) {
  const { run, activities, ai } = scene(answer, of);
  const signalId = signalIds(1)[0]!;
  const begin = await env.currentTimeMs();
  await withWorker(env, activities, (taskQueue) => on(taskQueue, signalId), ai);
  const [recorded, ...more] = run.recorded;
  expect(more).toEqual([]);
  expect(recorded!.signalId).toBe(signalId);
  return { ...recorded!, calls: run.calls, tookMs: recorded!.recordedAt - begin, begin };
}

const away = (why = 'fks_ai: status 503') => ApplicationFailure.create({ message: why, type: 'AiUnavailable' });
const fails = (failure: ApplicationFailure): never => {
  throw failure;
};

test('an opinion without faults is used, and asked for once', async () => {
  const { asked, ended, calls } = await opinionOn(() => good());
  expect(calls.map(({ input }) => input)).toEqual([
    { question: aModelQuestion(), asOf: '2025-06-01T00:00:00Z', number: 1 },
  ]);
  expect(ended).toMatchObject({ outcome: 'answered', given: { opinion: { direction: 'buy' } } });
  expect(asked).toMatchObject([{ input: { number: 1 }, complaints: [] }]);
});

describe('an answer with faults', () => {
  test('is sent back with them, and the next one is used', async () => {
    const { asked, ended, calls } = await opinionOn((call) => (call === 1 ? wrong() : good()));
    const [first, second] = calls.map(({ input }) => input);
    expect(first).toMatchObject({ number: 1, question: { complaints: [] } });
    expect(second).toMatchObject({ number: 2, question: { complaints: asked[0]!.complaints } });
    expect(asked[0]!.complaints).toEqual([expect.stringContaining('stop loss on the wrong side')]);
    expect(ended.outcome).toBe('answered');
  });

  test('is refused for good after three opinions', async () => {
    const { asked, ended, calls } = await opinionOn(() => wrong());
    expect(calls.map(({ input }) => input.number)).toEqual([1, 2, 3]);
    expect(asked).toHaveLength(3);
    expect(ended).toEqual({
      outcome: 'refused',
      why: expect.stringMatching(/^3 opinions were refused, the last one for: buy with the stop loss on the wrong/),
    });
  });

  test('of the fixed rules is not asked for again: they would say the same', async () => {
    const { ended, calls } = await opinionOn(() => aCheck({ direction: 'sell' }), { kind: 'check' });
    expect(calls).toHaveLength(1);
    expect(ended).toEqual({
      outcome: 'refused',
      why: 'the opinion was refused, the last one for: a check of a buy answered sell',
    });
  });

  test('that breaks the contract is another opinion, too, of the rules as well', async () => {
    const broken = ApplicationFailure.nonRetryable('fks_ai: no JSON', 'AiAnswerBroken');
    for (const kind of ['check', 'opinion'] as const) {
      const said = kind === 'check' ? aCheck() : good();
      const { asked, ended, calls } = await opinionOn((call) => (call === 1 ? fails(broken) : said), { kind });
      expect(calls.map(({ input }) => input.number)).toEqual([1, 2]);
      expect(asked[0]!.complaints).toEqual(['fks_ai: no JSON']);
      expect(ended.outcome).toBe('answered');
    }
  });
});

describe('transport trouble', () => {
  test('is tried again as the same question', async () => {
    const { ended, calls, asked } = await opinionOn((call) => (call < 4 ? fails(away()) : good()));
    expect(calls.map(({ input }) => input.number)).toEqual([1, 1, 1, 1]);
    expect(asked).toHaveLength(1);
    expect(ended.outcome).toBe('answered');
  });

  test.each(['AiRefused', 'AiNoBudget', 'InvariantViolation'])('%s is not tried again', async (type) => {
    const { ended, calls } = await opinionOn(() => fails(ApplicationFailure.nonRetryable('no', type)));
    expect(calls).toHaveLength(1);
    expect(ended).toEqual({ outcome: 'unanswered', why: 'no' });
  });

  test('of six hours is outlived: the opinion comes soon after it, while it still counts', async () => {
    const afterSixHours: Asked = (_, sinceMs) => (sinceMs < 6 * hourMs ? fails(away()) : good());
    const { ended, calls } = await opinionOn(afterSixHours, { livesForMs: 24 * hourMs });
    expect(ended.outcome).toBe('answered');
    const came = calls.at(-1)!.at - calls[0]!.at;
    expect(came).toBeGreaterThanOrEqual(6 * hourMs);
    expect(came).toBeLessThan(6 * hourMs + 11 * minuteMs);
    // at long intervals: neither a storm nor a handful
    expect(calls.length).toBeGreaterThan(36);
    expect(calls.length).toBeLessThan(60);
  });

  test('that outlasts the signal ends with it, and nobody is asked afterwards', async () => {
    const afterSixHours: Asked = (_, sinceMs) => (sinceMs < 6 * hourMs ? fails(away()) : good());
    const { ended, calls, begin, tookMs } = await opinionOn(afterSixHours, { livesForMs: 2 * hourMs });
    expect(ended).toEqual({
      outcome: 'unanswered',
      why: expect.stringMatching(/^none came before 20\S+Z: fks_ai: status 503$/),
    });
    expect(calls.at(-1)!.at - begin).toBeLessThanOrEqual(2 * hourMs);
    expect(calls.length).toBeGreaterThan(10);
    expect(tookMs).toBeLessThan(2 * hourMs + minuteMs);
  });

  test('that tells how long it lasts ends at once when that is beyond the signal', async () => {
    const tomorrow = ApplicationFailure.create({
      message: '500 of 500 requests of the day are used',
      type: 'AiRateLimited',
      nextRetryDelay: '20 h',
    });
    const { ended, calls, tookMs } = await opinionOn(() => fails(tomorrow), { livesForMs: 2 * hourMs });
    expect(calls).toHaveLength(1);
    expect(ended).toMatchObject({ outcome: 'unanswered', why: expect.stringContaining('500 of 500 requests') });
    expect(tookMs).toBeLessThan(minuteMs);
  });

  test('after a complaint leaves the complaint recorded, and the signal without an opinion', async () => {
    const { asked, ended } = await opinionOn((call) => (call === 1 ? wrong() : fails(away())), { livesForMs: hourMs });
    expect(asked.map(({ complaints }) => complaints.length)).toEqual([1, 0]);
    expect(ended.outcome).toBe('unanswered');
  });
});

test('without an address nobody is asked again, and that is recorded', async () => {
  const { ended, calls } = await opinionOn(() => ({ kind: 'notConfigured' }));
  expect(calls).toHaveLength(1);
  expect(ended).toEqual({ outcome: 'unanswered', why: 'fks_ai is not configured' });
});

test('a signal that is not worth a question gets none, and the reason is recorded', async () => {
  const plan: OpinionPlan = { kind: 'none', why: 'the signal has expired' };
  const { ended, calls } = await opinionOn(() => good(), { plan });
  expect(calls).toEqual([]);
  expect(ended).toEqual({ outcome: 'unanswered', why: 'the signal has expired' });
});

test('a database that is away for an hour costs no second question', async () => {
  let since: number | undefined;
  const recorded: RecordOpinionInput[] = [];
  const { run, activities, ai } = scene(() => good());
  const recordOpinion: OpinionActivities['recordOpinion'] = async (input) => {
    const now = await env.currentTimeMs();
    since ??= now;
    if (now < since + hourMs) throw new Error('connection refused');
    recorded.push(input);
    return activities.recordOpinion(input);
  };
  await withWorker(env, { ...activities, recordOpinion }, (taskQueue) => on(taskQueue, signalIds(1)[0]!), ai);
  expect(run.calls).toHaveLength(1);
  expect(recorded).toHaveLength(1);
});

describe('asking about the signals of a run', () => {
  const ask = (taskQueue: string, ids: SignalId[]) =>
    env.client.workflow.execute<AskForOpinions>(askForOpinionsWorkflow, {
      args: [{ signalIds: ids, rehearsals: false }],
      workflowId: opinionsWorkflowId(randomUUID()),
      taskQueue,
    });

  test('waits for opinions that come in time, one for each signal, more than are started at a time', async () => {
    const { run, activities, ai } = scene(() => good());
    const ids = signalIds(60);
    const answer = await withWorker(env, activities, (taskQueue) => ask(taskQueue, ids), ai);
    expect(answer).toEqual({ asked: 60, ended: 60 });
    expect(run.recorded.map(({ signalId }) => signalId).sort()).toEqual([...ids].sort());
  });

  test('is over after 30 seconds of an outage, which the asking outlives', async () => {
    const { run, activities, ai } = scene((_, sinceMs) => (sinceMs < 10 * minuteMs ? fails(away()) : good()));
    const ids = signalIds(3);
    await withWorker(
      env,
      activities,
      async (taskQueue) => {
        const begin = await env.currentTimeMs();
        expect(await ask(taskQueue, ids)).toEqual({ asked: 3, ended: 0 });
        expect((await env.currentTimeMs()) - begin).toBeLessThan(40 * secondMs);
        expect(run.recorded).toEqual([]);
        const children = ids.map((id) => env.client.workflow.getHandle<OpinionOnSignal>(opinionWorkflowId(id)));
        await Promise.all(children.map((child) => child.result()));
      },
      ai,
    );
    expect(run.recorded.map(({ ended }) => ended.outcome)).toEqual(['answered', 'answered', 'answered']);
  }, 180_000);

  test('twice asks about each signal once', async () => {
    const { run, activities, ai } = scene(() => good());
    const ids = signalIds(5);
    await withWorker(
      env,
      activities,
      async (taskQueue) => {
        const answers = await Promise.all([ask(taskQueue, ids), ask(taskQueue, ids)]);
        expect(answers.map(({ asked }) => asked)).toEqual([5, 5]);
        await Promise.all(ids.map((id) => env.client.workflow.getHandle(opinionWorkflowId(id)).result()));
      },
      ai,
    );
    expect(run.recorded).toHaveLength(5);
    expect(run.calls).toHaveLength(5);
  });

  test('asks again about a signal whose asking broke', async () => {
    const { run, activities, ai } = scene(() => good());
    let isBroken = true;
    const planOpinion: OpinionActivities['planOpinion'] = (input) => {
      if (isBroken) throw ApplicationFailure.nonRetryable('a signal of which something is missing');
      return activities.planOpinion(input);
    };
    const ids = signalIds(1);
    await withWorker(
      env,
      { ...activities, planOpinion },
      async (taskQueue) => {
        expect(await ask(taskQueue, ids)).toEqual({ asked: 1, ended: 1 });
        expect(run.recorded).toEqual([]);
        isBroken = false;
        expect(await ask(taskQueue, ids)).toEqual({ asked: 1, ended: 1 });
      },
      ai,
    );
    expect(run.recorded.map(({ ended }) => ended.outcome)).toEqual(['answered']);
  });

  test('starts nothing for signals that are not worth it', async () => {
    const { activities, ai } = scene(() => good());
    const none = { ...activities, signalsToAskAbout: () => Promise.resolve([]) };
    expect(await withWorker(env, none, (taskQueue) => ask(taskQueue, signalIds(2)), ai)).toEqual({
      asked: 0,
      ended: 0,
    });
  });
});
