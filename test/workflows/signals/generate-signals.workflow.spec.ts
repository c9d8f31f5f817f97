import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { AssetId, OwnerId, PipelineId, PortfolioId, SignalId } from '../../../src/shared/ids.js';
import {
  generateSignalsWorkflow,
  signalsWorkflowId,
  type GenerateSignals,
  type GenerateSignalsInput,
  type SignalActivities,
  type SignalsSummary,
} from '../../../src/signals/signals.contract.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
});
afterAll(() => env.teardown());

const input = (): GenerateSignalsInput => ({
  runId: randomUUID() as PipelineId,
  ownerId: 'local' as OwnerId,
  portfolioId: randomUUID() as PortfolioId,
  series: [
    { assetId: 'BTC' as AssetId, interval: '1d', source: 'csv:test', quoteCurrency: 'USD', adjustment: 'unknown' },
    { assetId: 'SPY' as AssetId, interval: '1d', source: 'csv:test', quoteCurrency: 'USD', adjustment: 'unknown' },
  ],
  categories: ['swing'],
  asOf: '2021-07-07T00:00:00Z',
  rehearsal: true,
});
const summary: SignalsSummary = {
  signalIds: [randomUUID() as SignalId],
  withheld: [{ assetId: 'SPY' as AssetId, category: 'swing', reason: 'needs 60 closed bars, has 41' }],
};

function run(activities: Pick<SignalActivities, 'evaluateSignals'>, of: GenerateSignalsInput) {
  return withWorker(env, activities, async (taskQueue) => {
    const handle = await env.client.workflow.start<GenerateSignals>(generateSignalsWorkflow, {
      args: [of],
      workflowId: signalsWorkflowId(of.runId),
      taskQueue,
    });
    const result = await handle.result();
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    return { result, currentDetails };
  });
}

test('gives the activity what it was given, and tells what came of it', async () => {
  const asked: GenerateSignalsInput[] = [];
  const of = input();
  const activities: Pick<SignalActivities, 'evaluateSignals'> = {
    evaluateSignals: (given) => {
      asked.push(given);
      return Promise.resolve(summary);
    },
  };
  const { result, currentDetails } = await run(activities, of);
  expect(result).toEqual(summary);
  expect(asked).toEqual([of]);
  expect(currentDetails).toBe(
    '**1 signals**, 1 withheld, as of 2021-07-07T00:00:00Z\n- SPY (swing): needs 60 closed bars, has 41',
  );
});

test('outlives a database that is away for an hour', async () => {
  const start = await env.currentTimeMs();
  let attempts = 0;
  const activities: Pick<SignalActivities, 'evaluateSignals'> = {
    evaluateSignals: async () => {
      attempts++;
      if ((await env.currentTimeMs()) < start + 3_600_000) throw new Error('connection refused');
      return summary;
    },
  };
  expect((await run(activities, input())).result).toEqual(summary);
  expect(attempts).toBeGreaterThan(50);
});

test('a defect of ours fails at once instead of being tried again', async () => {
  let attempts = 0;
  const activities: Pick<SignalActivities, 'evaluateSignals'> = {
    evaluateSignals: () => {
      attempts++;
      return Promise.reject(ApplicationFailure.nonRetryable('bars are out of order', 'InvariantViolation'));
    },
  };
  await expect(run(activities, input())).rejects.toThrow(WorkflowFailedError);
  expect(attempts).toBe(1);
});
