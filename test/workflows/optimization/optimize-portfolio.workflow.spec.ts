import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  optimizationWorkflowId,
  optimizePortfolioWorkflow,
  type FreezeSnapshotInput,
  type OptimizationActivities,
  type OptimizationSummary,
  type OptimizePortfolio,
  type OptimizePortfolioInput,
  type SolveInput,
} from '../../../src/optimization/optimization.contract.js';
import type { AssetId, OptimizationId, OwnerId, PortfolioId, SnapshotId } from '../../../src/shared/ids.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
});
afterAll(() => env.teardown());

const snapshotId = randomUUID() as SnapshotId;
const input = (): OptimizePortfolioInput => ({
  optimizationId: randomUUID() as OptimizationId,
  ownerId: 'local' as OwnerId,
  portfolioId: randomUUID() as PortfolioId,
  series: [
    { assetId: 'BTC' as AssetId, interval: '1d', source: 'csv:test', quoteCurrency: 'USD', adjustment: 'unknown' },
  ],
  optimizer: 'minVariance',
  asOf: '2021-07-07T00:00:00Z',
  lookbackDays: 365,
  rehearsal: true,
});
const summaryOf = (of: OptimizePortfolioInput, over: Partial<OptimizationSummary> = {}): OptimizationSummary => ({
  optimizationId: of.optimizationId,
  snapshotId,
  outcome: 'solved',
  weights: [
    { assetId: 'BTC' as AssetId, weight: 0.5 },
    { assetId: 'GLD' as AssetId, weight: 0.5 },
  ],
  ...over,
});

function run(activities: Omit<OptimizationActivities, 'chooseSeries'>, of: OptimizePortfolioInput) {
  return withWorker(env, activities, async (taskQueue) => {
    const handle = await env.client.workflow.start<OptimizePortfolio>(optimizePortfolioWorkflow, {
      args: [of],
      workflowId: optimizationWorkflowId(of.optimizationId),
      taskQueue,
    });
    const result = await handle.result();
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    return { result, currentDetails };
  });
}

test('freezes prices under the optimization’s own key, then solves on that snapshot', async () => {
  const of = input();
  const frozen: FreezeSnapshotInput[] = [];
  const solved: SolveInput[] = [];
  const activities: Omit<OptimizationActivities, 'chooseSeries'> = {
    freezeMarketSnapshot: (given) => {
      frozen.push(given);
      return Promise.resolve(snapshotId);
    },
    solve: (given) => {
      solved.push(given);
      return Promise.resolve(summaryOf(of));
    },
  };
  const { result, currentDetails } = await run(activities, of);
  const { ownerId, series, asOf, lookbackDays, rehearsal } = of;
  expect(frozen).toEqual([{ key: of.optimizationId, ownerId, series, asOf, lookbackDays, rehearsal }]);
  expect(solved).toEqual([{ ...of, snapshotId }]);
  expect(result).toEqual(summaryOf(of));
  expect(currentDetails).toBe('**solved**\n- BTC 0.5000\n- GLD 0.5000');
});

test('limits that cannot hold are a result, not a failure', async () => {
  const of = input();
  const outcome = summaryOf(of, { outcome: 'infeasible', reason: 'weights must sum to 1', weights: [] });
  const { result, currentDetails } = await run(
    { freezeMarketSnapshot: () => Promise.resolve(snapshotId), solve: () => Promise.resolve(outcome) },
    of,
  );
  expect(result).toEqual(outcome);
  expect(currentDetails).toBe('**infeasible**: weights must sum to 1');
});

test('a solve that is lost is tried again on the same snapshot', async () => {
  const of = input();
  const snapshots: SnapshotId[] = [];
  let freezes = 0;
  const activities: Omit<OptimizationActivities, 'chooseSeries'> = {
    freezeMarketSnapshot: () => {
      freezes++;
      return Promise.resolve(snapshotId);
    },
    solve: (given) => {
      snapshots.push(given.snapshotId);
      return snapshots.length < 4 ? Promise.reject(new Error('connection reset')) : Promise.resolve(summaryOf(of));
    },
  };
  expect((await run(activities, of)).result).toEqual(summaryOf(of));
  expect(freezes).toBe(1);
  expect(snapshots).toEqual([snapshotId, snapshotId, snapshotId, snapshotId]);
});
