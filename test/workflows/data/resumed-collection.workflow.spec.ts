import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../../activities/index.js';
import {
  collectPricesWorkflow,
  collectionWorkflowId,
  type CollectPrices,
  type CollectPricesInput,
} from '../../../src/data/data.contract.js';
import type { SourceIo } from '../../../src/data/sources/market-data-source.js';
import type { AssetId, JobId } from '../../../src/shared/ids.js';
import { collectionParts } from '../../support/collecting.js';
import { freshDatabase, openOrm } from '../../support/database.js';
import { barsOf, okWith, stubSource, type StubSource } from '../../support/stub-source.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
});
afterAll(() => env.teardown());

const now = Date.parse('2025-06-10T00:00:00Z');
const io: SourceIo = {
  signal: new AbortController().signal,
  now: () => now,
  get: () => Promise.reject(new Error('no network')),
};
const of: Omit<CollectPricesInput, 'collectionId'> = {
  assets: ['BTC', 'ETH'] as AssetId[],
  intervals: ['1m', '1d'],
  from: '2025-05-13T00:00:00Z',
  asOf: '2025-06-10T00:00:00Z',
  jobId: randomUUID() as JobId,
};

/**
 * A backfill on a database of its own: what is stored in the end, and what the sources were asked. `dies` says after
 * which questions a worker dies: when its bars are stored, and before it could tell anybody.
 */
async function backfill(dies: (question: number) => boolean, change: Partial<CollectPricesInput> = {}) {
  const database = await freshDatabase();
  const orm = await openOrm(database.url);
  const sources: StubSource[] = ['binance', 'yahoofinance', 'fks_data'].map((name) => stubSource(name));
  // the second one fails at first, so that another attempt and the third source come in
  let failures = 2;
  sources[1]!.answer = (request) =>
    request.asset.id === 'BTC' && request.interval === '1m' && failures-- > 0
      ? { kind: 'unavailable', why: 'status 503' }
      : okWith(barsOf(request));
  const { planner, fetcher, verifier } = collectionParts(orm, sources);
  let questions = 0;
  const activities: Partial<Activities> = {
    async planCollection(input) {
      const plan = await planner.plan(input, now);
      for (const { sources: planned } of plan.series) {
        for (const one of planned) one.taskQueue = Context.current().info.taskQueue;
      }
      return plan;
    },
    async fetchBars(input) {
      const fetched = await fetcher.fetch(input, io, () => undefined);
      if (dies(++questions)) throw new Error('the worker is gone');
      return fetched;
    },
    verifySeries: (input) => verifier.verify(input, () => undefined, now),
    recordCollectionReport: async () => undefined,
    jobStarted: async () => ({ wanted: true }),
    jobProgressed: async () => undefined,
    jobSucceeded: async () => undefined,
  };
  const collectionId = randomUUID();
  const report = await withWorker(env, activities, (taskQueue) =>
    env.client.workflow.execute<CollectPrices>(collectPricesWorkflow, {
      args: [{ collectionId, ...of, ...change }],
      workflowId: collectionWorkflowId(collectionId),
      taskQueue,
    }),
  );
  const stored = await orm.em.fork().execute(
    `select asset_id, "interval", source, count(*)::int as bars, md5(string_agg(open_time || ' ' || close, ';'
     order by open_time, revision)) as digest from candle group by 1, 2, 3 order by 1, 2, 3`,
  );
  await orm.close(true);
  await database.drop();
  const asked = sources.flatMap(({ id, asked: requests }) =>
    requests.map(({ asset, interval, from }) => `${id} ${asset.id} ${interval} ${from}`),
  );
  return { report, stored, asked };
}

test('workers that die over it change neither what is stored nor what the sources are asked', async () => {
  const undisturbed = await backfill(() => false);
  expect(undisturbed.stored).toHaveLength(8);
  expect(undisturbed.report.assets).toMatchObject([
    { assetId: 'BTC', interval: '1m', rowsStored: 40_320, rowsNew: 80_640, votes: 2, missingBars: 0 },
    { assetId: 'BTC', interval: '1d', rowsStored: 28, rowsNew: 56 },
    { assetId: 'ETH', interval: '1m' },
    { assetId: 'ETH', interval: '1d' },
  ]);
  // every third worker dies, and the workflow continues as new again and again
  const disturbed = await backfill((question) => question % 3 === 0, { continueAfterEvents: 40 });
  expect(disturbed.stored).toEqual(undisturbed.stored);
  expect(disturbed.asked.toSorted()).toEqual(undisturbed.asked.toSorted());
  const counted = ({ report }: typeof disturbed) =>
    report.assets.map(({ attempts: _, ...one }) => ({ ...one, refused: one.refused.length }));
  expect(counted(disturbed)).toEqual(counted(undisturbed));
}, 60_000);
