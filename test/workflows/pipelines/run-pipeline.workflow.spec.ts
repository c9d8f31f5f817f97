import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../../activities/index.js';
import type { SourceAttempt } from '../../../src/data/data.contract.js';
import { decisionWorkflowId } from '../../../src/guidance/guidance.contract.js';
import {
  pipelineWorkflowId,
  runPipelineWorkflow,
  type RunPipeline,
  type RunPipelineInput,
} from '../../../src/pipelines/pipelines.contract.js';
import type {
  AssetId,
  DecisionId,
  JobId,
  OptimizationId,
  OwnerId,
  PipelineId,
  PortfolioId,
  SignalId,
  SnapshotId,
} from '../../../src/shared/ids.js';
import { collected } from '../../support/collections.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
});
afterAll(() => env.teardown());

const btc = 'BTC' as AssetId;
const input = (): RunPipelineInput => ({
  pipelineId: randomUUID() as PipelineId,
  jobId: randomUUID() as JobId,
  ownerId: 'local' as OwnerId,
  portfolioId: randomUUID() as PortfolioId,
  assets: [btc],
  asOf: '2021-07-06T00:00:00Z',
  rehearsal: true,
  optimizationId: randomUUID() as OptimizationId,
  decisionId: randomUUID() as DecisionId,
  answerWithinHours: 72,
});
const gone = (attempt: SourceAttempt): Partial<Activities> => ({
  async verifySeries({ assetId }) {
    return collected(assetId, { series: null, attempts: [attempt] });
  },
});

/** Activities that do nothing but tell; the parts of the pipeline are tested on their own. */
function telling(told: string[], change: Partial<Activities> = {}): Partial<Activities> {
  return {
    async jobStarted() {
      told.push('started');
      return { wanted: true };
    },
    async jobProgressed({ progress }) {
      told.push(`${progress.done}/${progress.total} ${progress.note}`);
    },
    async jobSucceeded({ result }) {
      told.push(`succeeded ${result.replace(/[^/]+$/, 'ID')}`);
    },
    async jobFailed({ problem }) {
      told.push(`failed ${problem.type}: ${problem.detail}`);
    },
    async jobCancelled() {
      told.push('cancelled');
    },
    async planCollection({ assets, intervals, from, asOf }) {
      told.push(`collecting ${intervals.join(' ')} of ${assets.join(' ')} from ${from} as of ${asOf}`);
      return { series: [{ assetId: btc, interval: '1d', votes: 2, sources: [], spared: [] }] };
    },
    async verifySeries({ assetId }) {
      return collected(assetId);
    },
    async recordCollection() {
      told.push('collection recorded');
    },
    async evaluateSignals() {
      return { signalIds: [], withheld: [] };
    },
    async freezeMarketSnapshot() {
      return randomUUID() as SnapshotId;
    },
    async solve({ optimizationId, snapshotId }) {
      return { optimizationId, snapshotId, outcome: 'solved', weights: [{ assetId: btc, weight: 1 }] };
    },
    async openDecision({ decisionId, portfolioId }) {
      told.push('decision opened');
      const answerBy = new Date((await env.currentTimeMs()) + 72 * 3_600_000).toISOString();
      return { decisionId, portfolioId, answerBy, proposalHash: 'h', title: 'a decision' };
    },
    async recordExpiry() {
      return 'expired';
    },
    ...change,
  };
}

const start = (of: RunPipelineInput, taskQueue: string) =>
  env.client.workflow.start<RunPipeline>(runPipelineWorkflow, {
    args: [of],
    taskQueue,
    workflowId: pipelineWorkflowId(of.pipelineId),
  });

test('runs its steps in order and leaves a decision that waits for itself', async () => {
  const told: string[] = [];
  const of = input();
  await withWorker(env, telling(told), async (taskQueue) => {
    const result = await (await start(of, taskQueue)).result();
    expect(result).toEqual({ pipelineId: of.pipelineId, decisionId: of.decisionId });
    // the decision lives on after the pipeline has ended, and expires by itself
    expect(await env.client.workflow.getHandle(decisionWorkflowId(of.decisionId)).result()).toBe('expired');
  });
  expect(told).toEqual([
    'started',
    '0/4 collecting prices',
    'collecting 1d of BTC from null as of 2021-07-06T00:00:00Z',
    'collection recorded',
    '1/4 looking for signals',
    '2/4 optimizing the weights',
    '3/4 opening the decision',
    'decision opened',
    '4/4 the decision waits for an answer',
    'succeeded /api/v1/pipelines/ID',
  ]);
});

test.each<[string, Partial<Activities>, string]>([
  [
    'prices that no source has',
    gone({ source: 'csv:test', outcome: 'unknownAsset', milliseconds: 1 }),
    'failed /problems/prices-missing: no source has prices of BTC (csv:test: unknownAsset)',
  ],
  [
    'limits that conflict',
    {
      async solve({ optimizationId, snapshotId }) {
        return { optimizationId, snapshotId, outcome: 'infeasible', reason: 'BTC is missing', weights: [] };
      },
    },
    'failed /problems/optimization-infeasible: BTC is missing',
  ],
  [
    'a source that stays away',
    gone({ source: 'binance', outcome: 'unavailable', detail: 'HTTP 503', milliseconds: 1 }),
    'failed /problems/source-unavailable: no prices of BTC: binance unavailable (HTTP 503)',
  ],
  [
    'a source that is asked too often',
    gone({ source: 'binance', outcome: 'rateLimited', detail: 'used up until tomorrow', milliseconds: 1 }),
    'failed /problems/rate-limited: no prices of BTC: binance rateLimited (used up until tomorrow)',
  ],
])('%s ends the job with the reason', async (_what, change, expected) => {
  const told: string[] = [];
  await withWorker(env, telling(told, change), async (taskQueue) => {
    await expect((await start(input(), taskQueue)).result()).rejects.toBeInstanceOf(WorkflowFailedError);
  });
  expect(told.at(-1)).toBe(expected);
  expect(told).not.toContain('decision opened');
});

test('a cancelled run says so and opens no decision', async () => {
  const told: string[] = [];
  let begun: () => void = () => undefined;
  const collecting = new Promise<void>((resolve) => (begun = resolve));
  const activities = telling(told, {
    async verifySeries() {
      begun();
      throw new Error('not yet');
    },
  });
  await withWorker(env, activities, async (taskQueue) => {
    const handle = await start(input(), taskQueue);
    await collecting;
    await handle.cancel();
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
  });
  expect(told.at(-1)).toBe('cancelled');
  expect(told).not.toContain('decision opened');
});

describe('opinions on the signals', () => {
  const signalIds = [randomUUID() as SignalId, randomUUID() as SignalId];
  const asked = async (rehearsal: boolean, change: Partial<Activities> = {}) => {
    const told: string[] = [];
    const of = { ...input(), rehearsal };
    const activities = telling(told, {
      async evaluateSignals() {
        return { signalIds, withheld: [] };
      },
      async signalsToAskAbout(wanted) {
        told.push(`asking about ${wanted.signalIds.length} signals`);
        return [];
      },
      ...change,
    });
    await withWorker(env, activities, async (taskQueue) => (await start(of, taskQueue)).result());
    return told.filter((line) => line.startsWith('asking') || line === 'decision opened');
  };

  test('of a live run are asked for before the decision is opened', async () => {
    expect(await asked(false)).toEqual(['asking about 2 signals', 'decision opened']);
  });

  test('are no condition: where they cannot be asked for, the decision is opened without', async () => {
    const signalsToAskAbout = () => Promise.reject(ApplicationFailure.nonRetryable('something is missing'));
    expect(await asked(false, { signalsToAskAbout })).toEqual(['decision opened']);
  });

  test('of a rehearsal are not: a model may know what came after', async () => {
    expect(await asked(true)).toEqual(['decision opened']);
  });
});
