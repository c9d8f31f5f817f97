import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import type { SeriesRef } from '../../../src/data/domain/candle.js';
import { defaultRequest } from '../../../src/optimization/domain/optimization-request.js';
import {
  optimizationWorkflowId,
  requestedOptimizationWorkflow,
  type FreezeSnapshotInput,
  type OptimizationActivities,
  type OptimizationSummary,
  type RequestedOptimization,
  type RequestedOptimizationInput,
  type SolveInput,
} from '../../../src/optimization/optimization.contract.js';
import type { JobActivities } from '../../../src/jobs/jobs.contract.js';
import type { AssetId, JobId, OptimizationId, OwnerId, PortfolioId, SnapshotId } from '../../../src/shared/ids.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
});
afterAll(() => env.teardown());

const snapshotId = randomUUID() as SnapshotId;
const series: SeriesRef[] = [
  { assetId: 'BTC' as AssetId, interval: '1d', source: 'csv:test', quoteCurrency: 'USD', adjustment: 'unknown' },
];
const input = (): RequestedOptimizationInput => ({
  optimizationId: randomUUID() as OptimizationId,
  jobId: randomUUID() as JobId,
  ownerId: 'local' as OwnerId,
  portfolioId: randomUUID() as PortfolioId,
  assets: ['BTC' as AssetId],
  request: { ...defaultRequest, optimizer: 'maxSharpe' },
  policy: { id: randomUUID(), version: 2 },
  asOf: '2021-07-07T00:00:00Z',
  lookbackDays: 365,
  rehearsal: true,
});

/** Runs one with activities that tell what they were given. */
async function run(of: RequestedOptimizationInput, over: Partial<OptimizationActivities> = {}) {
  const told: [string, unknown][] = [];
  const job: JobActivities = {
    jobStarted: () => Promise.resolve({ wanted: true }),
    jobProgressed: ({ progress }) => Promise.resolve(void told.push(['progress', progress.note])),
    jobSucceeded: ({ result }) => Promise.resolve(void told.push(['succeeded', result])),
    jobFailed: ({ problem }) => Promise.resolve(void told.push(['failed', problem.detail])),
    jobCancelled: () => Promise.resolve(void told.push(['cancelled', null])),
  };
  const summary: OptimizationSummary = {
    optimizationId: of.optimizationId,
    snapshotId,
    outcome: 'infeasible',
    reason: 'weights must sum to 1',
    weights: [],
  };
  const [frozen, solved]: [FreezeSnapshotInput[], SolveInput[]] = [[], []];
  const activities: OptimizationActivities & JobActivities = {
    ...job,
    chooseSeries: () => Promise.resolve(series),
    freezeMarketSnapshot: (given) => {
      frozen.push(given);
      return Promise.resolve(snapshotId);
    },
    solve: (given) => {
      solved.push(given);
      return Promise.resolve(summary);
    },
    ...over,
  };
  const ended = await withWorker(env, activities, (taskQueue) =>
    env.client.workflow
      .execute<RequestedOptimization>(requestedOptimizationWorkflow, {
        args: [of],
        workflowId: optimizationWorkflowId(of.optimizationId),
        taskQueue,
      })
      .catch((error: unknown) => error),
  );
  return { ended, told, frozen, solved, summary };
}

test('chooses series, freezes them under the optimization’s own key and solves what was asked for', async () => {
  const of = input();
  const { ended, told, frozen, solved, summary } = await run(of);
  const { optimizationId, ownerId, portfolioId, asOf, lookbackDays, rehearsal, request, policy } = of;
  expect(frozen).toEqual([
    { key: optimizationId, ownerId, series, asOf, lookbackDays, rehearsal, numeraire: request.numeraire },
  ]);
  expect(solved).toEqual([
    {
      optimizationId,
      ownerId,
      portfolioId,
      snapshotId,
      asOf,
      rehearsal,
      optimizer: 'maxSharpe',
      request,
      policy,
    },
  ]);
  expect(ended).toEqual(summary);
  // that there are no weights is an answer, and the job made it
  expect(told.at(-1)).toEqual(['succeeded', `/api/v1/optimizations/${optimizationId}`]);
});

test('an asset without prices fails the job in words', async () => {
  const detail = 'no daily prices of ADA are stored';
  const { ended, told, frozen } = await run(input(), {
    chooseSeries: () => Promise.reject(ApplicationFailure.nonRetryable(detail, 'DomainError')),
  });
  expect(ended).toBeInstanceOf(Error);
  expect(told.at(-1)).toEqual(['failed', detail]);
  expect(frozen).toEqual([]);
});
