import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { toApplicationFailure } from '../../../src/platform/temporal/failures.js';
import {
  collectPricesWorkflow,
  collectionWorkflowId,
  type AssetCollection,
  type CollectAssetInput,
  type CollectPrices,
  type DataActivities,
} from '../../../src/data/data.contract.js';
import { Fault } from '../../../src/shared/errors.js';
import type { AssetId } from '../../../src/shared/ids.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
});
afterAll(() => env.teardown());

const asOf = '2025-06-01T00:00:00Z';
const collected = (assetId: AssetId, over: Partial<AssetCollection> = {}): AssetCollection => ({
  assetId,
  series: { assetId, interval: '1d', source: 'csv:x', quoteCurrency: 'USD', adjustment: 'unknown' },
  simulated: false,
  rowsRead: 10,
  rowsNew: 2,
  rowsRevised: 0,
  rowsRefused: 0,
  refused: [],
  rowsStored: 10,
  firstOpenTime: '2025-05-01T00:00:00Z',
  lastOpenTime: '2025-05-10T00:00:00Z',
  attempts: [{ source: 'csv:x', outcome: 'ok', milliseconds: 1 }],
  ...over,
});

function run(collectAsset: DataActivities['collectAsset'], assets: string[]) {
  const collectionId = randomUUID();
  return withWorker(env, { collectAsset }, async (taskQueue) => {
    const handle = await env.client.workflow.start<CollectPrices>(collectPricesWorkflow, {
      args: [{ collectionId, assets: assets as AssetId[], interval: '1d', asOf }],
      workflowId: collectionWorkflowId(collectionId),
      taskQueue,
    });
    const report = await handle.result();
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    return { report, currentDetails, collectionId };
  });
}

test('reports every asset in the order asked for, at most four asked at a time', async () => {
  const assets = Array.from({ length: 10 }, (_, i) => `A${i}`);
  const inputs: CollectAssetInput[] = [];
  let [now, most] = [0, 0];
  const { report, currentDetails, collectionId } = await run(async (input) => {
    inputs.push(input);
    most = Math.max(most, ++now);
    // later assets answer first
    await new Promise((resolve) => setTimeout(resolve, 100 - 10 * Number(input.assetId.slice(1))));
    now--;
    return input.assetId === 'A9'
      ? collected(input.assetId, { series: null, rowsStored: 0 })
      : collected(input.assetId);
  }, assets);
  expect(report.assets.map(({ assetId }) => assetId)).toEqual(assets);
  expect(most).toBe(4);
  expect(inputs).toHaveLength(10);
  expect(inputs).toContainEqual({ collectionId, assetId: 'A0', interval: '1d', asOf });
  expect(currentDetails).toContain('**10 of 10** assets');
  expect(currentDetails).toContain('- A9: no source has it');
  expect(currentDetails).toContain('- A3 from csv:x: 10 bars, 2 new, 0 revised');
});

test('asks again when the source says, and then goes on', async () => {
  const askedAt: number[] = [];
  const { report } = await run(
    async ({ assetId }) => {
      askedAt.push(await env.currentTimeMs());
      if (askedAt.length > 1) return collected(assetId);
      throw toApplicationFailure(new Fault('RateLimited', 'no prices of BTC', { retryAfterMs: 90_000 }))!;
    },
    ['BTC'],
  );
  expect(report.assets).toHaveLength(1);
  expect(askedAt[1]! - askedAt[0]!).toBeGreaterThanOrEqual(90_000);
});

test('does not ask for ever: the failure says what no source could give', async () => {
  let asked = 0;
  const failure = run(async () => {
    asked++;
    throw toApplicationFailure(
      new Fault('SourceUnavailable', 'no prices of SPY: yahoofinance unavailable (status 503)'),
    )!;
  }, ['SPY']).catch((error: unknown) => error);
  const error = await failure;
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toMatchObject({
    cause: { type: 'SourceUnavailable', message: 'no prices of SPY: yahoofinance unavailable (status 503)' },
  });
  expect(asked).toBe(8);
});

test('an empty portfolio needs no prices', async () => {
  const { report } = await run(() => Promise.reject(new Error('never asked')), []);
  expect(report).toEqual({ assets: [] });
});
