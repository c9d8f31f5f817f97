import { randomUUID } from 'node:crypto';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  decisionWorkflowId,
  type GuidanceActivities,
  type OpenedDecision,
} from '../../../src/guidance/guidance.contract.js';
import type { JobActivities } from '../../../src/jobs/jobs.contract.js';
import type {
  AssetId,
  DecisionId,
  JobId,
  OwnerId,
  PortfolioId,
  SignalId,
  SignalRunId,
} from '../../../src/shared/ids.js';
import { hourMs } from '../../../src/shared/time.js';
import {
  scheduledSignalsWorkflow,
  signalRunPath,
  signalRunWorkflow,
  signalRunWorkflowId,
  type ScheduledSignals,
  type SignalActivities,
  type SignalRunInput,
  type SignalRunWorkflow,
} from '../../../src/signals/signals.contract.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
/** IndexedValueType of an instant. */
const dateTime = 6;

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
  // a server with schedules knows it
  const searchAttributes = { [scheduledStartTime.name]: dateTime };
  await env.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
});
afterAll(() => env.teardown());

const input = (): SignalRunInput => ({
  runId: randomUUID() as SignalRunId,
  jobId: randomUUID() as JobId,
  ownerId: 'local' as OwnerId,
  portfolioId: randomUUID() as PortfolioId,
  assets: ['BTC' as AssetId, 'ETH' as AssetId],
  categories: ['swing'],
  asOf: '2021-07-07T00:00:00Z',
  rehearsal: true,
  opinions: 'none',
  answerWithinHours: 72,
});
const job = (told: unknown[]): JobActivities => ({
  jobStarted: () => Promise.resolve({ wanted: true }),
  jobProgressed: () => Promise.resolve(),
  jobSucceeded: ({ result }) => Promise.resolve(void told.push(result)),
  jobFailed: ({ problem }) => Promise.resolve(void told.push(problem.detail)),
  jobCancelled: () => Promise.resolve(void told.push('cancelled')),
});

test('every part of a run is judged once, and four at a time', async () => {
  const of = input();
  const [told, judged]: [unknown[], number[]] = [[], []];
  let [now, most] = [0, 0];
  const activities: JobActivities & Partial<SignalActivities> = {
    ...job(told),
    freezeSignalRun: () => Promise.resolve({ parts: 9, decides: false }),
    judgeSignals: async ({ part }) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
      judged.push(part);
      return { signalIds: [randomUUID() as SignalId], withheld: 2 };
    },
  };
  const result = await withWorker(env, activities, (taskQueue) =>
    env.client.workflow.execute<SignalRunWorkflow>(signalRunWorkflow, {
      args: [of],
      workflowId: signalRunWorkflowId(of.runId),
      taskQueue,
    }),
  );
  expect(judged.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(most).toBeLessThanOrEqual(4);
  expect(result).toEqual({ runId: of.runId, signals: 9, withheld: 18 });
  expect(told).toEqual([signalRunPath(of.runId)]);
});

test('signals that the policy puts before a person each get a decision that outlives the run', async () => {
  const of = input();
  const signalIds = [randomUUID() as SignalId, randomUUID() as SignalId];
  const opened: unknown[] = [];
  const answerBy = new Date((await env.currentTimeMs()) + hourMs).toISOString();
  const activities: JobActivities & Partial<SignalActivities> & Partial<GuidanceActivities> = {
    ...job([]),
    freezeSignalRun: () => Promise.resolve({ parts: 1, decides: true }),
    judgeSignals: () => Promise.resolve({ signalIds, withheld: 0 }),
    tradesToDecide: () => Promise.resolve(signalIds),
    recordExpiry: () => Promise.resolve('expired'),
    openTradeDecision: (given): Promise<OpenedDecision> => {
      opened.push(given);
      return Promise.resolve({
        decisionId: given.signalId as string as DecisionId,
        portfolioId: of.portfolioId,
        answerBy,
        proposalHash: 'h',
        title: 'buy BTC (swing)',
      });
    },
  };
  await withWorker(env, activities, async (taskQueue) => {
    await env.client.workflow.execute<SignalRunWorkflow>(signalRunWorkflow, {
      args: [of],
      workflowId: signalRunWorkflowId(of.runId),
      taskQueue,
    });
    for (const id of signalIds) {
      const handle = env.client.workflow.getHandle(decisionWorkflowId(id as string as DecisionId));
      // time is skipped here: nobody answers it in time
      expect(await handle.result()).toBe('expired');
    }
  });
  // side by side, in no order
  expect(opened).toHaveLength(2);
  expect(opened).toEqual(
    expect.arrayContaining(signalIds.map((signalId) => ({ signalId, ownerId: 'local', answerWithinHours: 72 }))),
  );
});

test('a schedule asks for its category, as of its own time', async () => {
  const asked: unknown[] = [];
  const activities: Partial<SignalActivities> = {
    requestScheduledSignals: (given) => {
      asked.push(given);
      return Promise.resolve({ jobIds: ['j' as JobId] });
    },
  };
  const scheduled = new Date('2026-01-05T02:20:00Z');
  await withWorker(env, activities, (taskQueue) =>
    env.client.workflow.execute<ScheduledSignals>(scheduledSignalsWorkflow, {
      args: ['long_term'],
      workflowId: randomUUID(),
      taskQueue,
      typedSearchAttributes: new TypedSearchAttributes([{ key: scheduledStartTime, value: scheduled }]),
    }),
  );
  expect(asked).toEqual([{ category: 'long_term', scheduledTime: '2026-01-05T02:20:00.000Z' }]);
});
