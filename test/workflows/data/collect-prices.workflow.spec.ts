import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../../activities/index.js';
import {
  collectPricesWorkflow,
  collectionWorkflowId,
  type CollectPrices,
  type CollectPricesInput,
  type CollectionReport,
  type FetchBarsInput,
  type FetchedBars,
  type HistoryPart,
  type PlannedSeries,
  type VerifySeriesInput,
} from '../../../src/data/data.contract.js';
import { attemptsOf, unreached } from '../../../src/data/domain/collecting.js';
import { toApplicationFailure } from '../../../src/platform/temporal/failures.js';
import { silentTracing } from '../../../src/platform/temporal/tracing.js';
import { Fault } from '../../../src/shared/errors.js';
import type { AssetId, JobId } from '../../../src/shared/ids.js';
import { minuteMs, secondMs } from '../../../src/shared/time.js';
import { collected } from '../../support/collections.js';
import { startTimeSkipping, withWorker } from '../../support/time-skipping.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startTimeSkipping();
});
afterAll(() => env.teardown());

const asOf = '2025-06-01T00:00:00Z';
/** So many months, of which one is asked for at once. */
const months = (count: number): HistoryPart[] =>
  Array.from({ length: count }, (_, i) => ({
    from: new Date(Date.UTC(2024, i, 1)).toISOString(),
    to: new Date(Date.UTC(2024, i + 1, 1)).toISOString(),
  }));
/** The plan of an asset whose sources are asked on the queue of the workflow's own worker. */
const planned = (asset: string, sources: Record<string, number>): PlannedSeries => ({
  assetId: asset as AssetId,
  interval: '1d',
  votes: 2,
  sources: Object.entries(sources).map(([source, count]) => ({
    source,
    completes: null,
    taskQueue: Context.current().info.taskQueue,
    missing: months(count),
    partDays: 31,
  })),
  spared: [{ source: 'polygon', outcome: 'missingKey', milliseconds: 0 }],
});
const gave = ({ assetId, interval, source }: FetchBarsInput, over: Partial<FetchedBars> = {}): FetchedBars => {
  const { detail: _, ...nothing } = unreached('');
  const series = { assetId, interval, source, quoteCurrency: 'USD', adjustment: 'raw' } as const;
  return { ...nothing, outcome: 'ok', isCurrent: true, series, rowsRead: 3, rowsNew: 2, milliseconds: 1, ...over };
};
const failure = (outcome: FetchedBars['outcome'], detail = 'status 503') => ({ ...unreached(detail), outcome });
/** The first source that answered has the series, as the real comparison says it. */
const verified = ({ assetId, fetched, spared }: VerifySeriesInput) => {
  const first = fetched.find(({ outcome }) => outcome === 'ok');
  const rowsNew = fetched.reduce((sum, one) => sum + one.rowsNew, 0);
  return collected(assetId, {
    series: first?.series ?? null,
    rowsNew,
    votes: fetched.filter(({ outcome }) => outcome === 'ok').length,
    attempts: attemptsOf(fetched, spared),
  });
};

interface Told {
  asked: string[];
  progress: { done: number; total: number; note: string }[];
  events: string[];
  recorded: CollectionReport | undefined;
}
/** Activities over a plan; `fetch` says what a source gives. */
function scene(
  plan: Record<string, Record<string, number>>,
  fetch: (input: FetchBarsInput) => FetchedBars | Promise<FetchedBars> = gave,
) {
  const told: Told = { asked: [], progress: [], events: [], recorded: undefined };
  const activities: Partial<Activities> = {
    async planCollection({ assets }) {
      told.events.push('planned');
      return { series: assets.map((asset) => planned(asset, plan[asset] ?? {})) };
    },
    async fetchBars(input) {
      told.asked.push(`${input.assetId} ${input.source} ${input.part.from?.slice(0, 7)}`);
      return fetch(input);
    },
    async verifySeries(input) {
      return verified(input);
    },
    async recordCollectionReport({ report }) {
      told.recorded = report;
    },
    async jobStarted() {
      told.events.push('started');
      return { wanted: true };
    },
    async jobProgressed({ progress }) {
      told.progress.push(progress);
    },
    async jobSucceeded({ result }) {
      told.events.push(`succeeded ${result.replace(/[^/]+$/, 'ID')}`);
    },
    async jobFailed({ problem }) {
      told.events.push(`failed ${problem.type}: ${problem.detail}`);
    },
    async jobCancelled() {
      told.events.push('cancelled');
    },
  };
  return { told, activities, assets: Object.keys(plan) };
}
const start = (taskQueue: string, assets: string[], change: Partial<CollectPricesInput> = {}) => {
  const collectionId = randomUUID();
  const input = {
    collectionId,
    assets: assets as AssetId[],
    intervals: ['1d' as const],
    from: null,
    asOf,
    jobId: null,
  };
  return env.client.workflow.start<CollectPrices>(collectPricesWorkflow, {
    args: [{ ...input, ...change }],
    workflowId: collectionWorkflowId(collectionId),
    taskQueue,
  });
};
const run = ({ activities, assets }: ReturnType<typeof scene>, change: Partial<CollectPricesInput> = {}) =>
  withWorker(env, activities, async (taskQueue) => (await start(taskQueue, assets, change)).result());
const jobId = randomUUID() as JobId;

test('asks two sources for every asset, four assets at a time, and reports in the order asked for', async () => {
  const assets = Array.from({ length: 10 }, (_, i) => `A${i}`);
  let [now, most] = [0, 0];
  const plan = Object.fromEntries(assets.map((asset) => [asset, { binance: 1, coingecko: 1, yahoofinance: 1 }]));
  const of = scene(plan, async (input) => {
    most = Math.max(most, ++now);
    // later assets answer first
    await new Promise((resolve) => setTimeout(resolve, 60 - 5 * Number(input.assetId.slice(1))));
    now--;
    return gave(input);
  });
  const report = await run(of);
  expect(report.assets.map(({ assetId }) => assetId)).toEqual(assets);
  expect(report.assets[0]).toMatchObject({
    series: { source: 'binance' },
    rowsNew: 4,
    votes: 2,
    attempts: [
      { source: 'binance', outcome: 'ok' },
      { source: 'coingecko', outcome: 'ok' },
      { source: 'polygon', outcome: 'missingKey' },
    ],
  });
  expect(most).toBe(4);
  expect(of.told.asked).toHaveLength(20);
});

test('a second opinion is worth a wait only in a collection that is a job of its own', async () => {
  const waits = async (change: Partial<CollectPricesInput>) => {
    const asked: string[] = [];
    const of = scene({ BTC: { binance: 2, coingecko: 1 } }, (input) => {
      asked.push(`${input.source} ${input.mayWait}`);
      return gave(input);
    });
    await run(of, change);
    return asked;
  };
  expect(await waits({})).toEqual(['binance true', 'binance true', 'coingecko false']);
  expect(await waits({ jobId })).toEqual(['binance true', 'binance true', 'coingecko true']);
});

test('the parts of one source are asked in order, on the queue of their provider', async () => {
  const queues = new Set<string>();
  const of = scene({ BTC: { binance: 3 } });
  const activities: Partial<Activities> = {
    ...of.activities,
    planCollection: async () => {
      const series = planned('BTC', { binance: 3 });
      for (const source of series.sources) source.taskQueue += '.source.binance';
      return { series: [series] };
    },
    fetchBars: () => Promise.reject(ApplicationFailure.nonRetryable('the main worker asks no provider')),
  };
  await withWorker(env, activities, async (taskQueue) => {
    const ofProvider = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: `${taskQueue}.source.binance`,
      activities: {
        fetchBars: (input: FetchBarsInput) => {
          queues.add(Context.current().info.taskQueue);
          return of.activities.fetchBars!(input);
        },
      },
      plugins: [silentTracing()],
    });
    await ofProvider.runUntil(async () => (await start(taskQueue, ['BTC'])).result());
    expect([...queues]).toEqual([`${taskQueue}.source.binance`]);
  });
  expect(of.told.asked).toEqual(['BTC binance 2024-01', 'BTC binance 2024-02', 'BTC binance 2024-03']);
});

test('D30: a source that fails, however it fails, is followed by the next one', async () => {
  const of = scene({ BTC: { binance: 2, coingecko: 1, yahoofinance: 1, fks_data: 1 } }, (input) => {
    if (input.source === 'binance') return failure('badAnswer', 'no JSON');
    if (input.source === 'coingecko') throw ApplicationFailure.nonRetryable('coingecko: 451', 'SourceUnavailable');
    return gave(input);
  });
  const report = await run(of);
  expect(of.told.asked).toEqual([
    'BTC binance 2024-01',
    'BTC coingecko 2024-01',
    'BTC yahoofinance 2024-01',
    'BTC fks_data 2024-01',
  ]);
  expect(report.assets[0]).toMatchObject({
    series: { source: 'yahoofinance' },
    attempts: [
      { source: 'binance', outcome: 'badAnswer', detail: 'no JSON' },
      { source: 'coingecko', outcome: 'unavailable', detail: 'coingecko: 451' },
      { source: 'yahoofinance', outcome: 'ok' },
      { source: 'fks_data', outcome: 'ok' },
      { source: 'polygon', outcome: 'missingKey' },
    ],
  });
});

test('asks again when the source says, and then goes on', async () => {
  const askedAt: number[] = [];
  const of = scene({ BTC: { binance: 1 } }, async (input) => {
    askedAt.push(await env.currentTimeMs());
    if (askedAt.length > 1) return gave(input);
    throw toApplicationFailure(new Fault('RateLimited', 'binance rateLimited', { retryAfterMs: 90_000 }))!;
  });
  const report = await run(of);
  expect(report.assets[0]?.attempts[0]).toMatchObject({ source: 'binance', outcome: 'ok' });
  expect(askedAt[1]! - askedAt[0]!).toBeGreaterThanOrEqual(90_000);
});

test('when nobody could be asked they are asked again for minutes, and one that comes back is enough', async () => {
  const askedAt: number[] = [];
  const of = scene({ BTC: { binance: 1, coingecko: 1 } }, async (input) => {
    askedAt.push(await env.currentTimeMs());
    return askedAt.length === 6 ? gave(input) : failure('unavailable');
  });
  const report = await run(of);
  expect(report.assets[0]).toMatchObject({ series: { source: 'coingecko' }, votes: 1 });
  expect(askedAt).toHaveLength(6);
  expect(askedAt[5]! - askedAt[0]!).toBeGreaterThanOrEqual(40 * secondMs);
});

test('does not ask for ever: the report says who could not be asked', async () => {
  const of = scene({ SPY: { yahoofinance: 1, alphavantage: 1 } }, ({ source }) => {
    if (source === 'alphavantage') {
      return { ...failure('rateLimited', 'used up until tomorrow'), retryAfterMs: 600 * minuteMs };
    }
    return failure('unavailable');
  });
  const report = await run(of);
  expect(report.assets[0]).toMatchObject({
    series: null,
    attempts: [{ outcome: 'unavailable', detail: 'status 503' }, { outcome: 'rateLimited' }, {}],
  });
  // one whose budget is spent for hours is not asked again
  expect(of.told.asked.filter((one) => one.includes('yahoofinance'))).toHaveLength(3);
  expect(of.told.asked.filter((one) => one.includes('alphavantage'))).toHaveLength(1);
});

test('a collection of which nobody at all is reached gives up soon, however many assets it has', async () => {
  const assets = Array.from({ length: 30 }, (_, i) => `A${i}`);
  const url = 'http://127.0.0.1:9/api/v3/klines?symbol=A1';
  const of = scene(Object.fromEntries(assets.map((asset) => [asset, { binance: 3, coingecko: 1 }])), ({ source }) =>
    failure('unavailable', `${source} unavailable (${url} failed: connect ECONNREFUSED 127.0.0.1:9)`),
  );
  const pauses = await withWorker(env, of.activities, async (taskQueue) => {
    const handle = await start(taskQueue, assets, { jobId });
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    const { events } = await handle.fetchHistory();
    return events!.flatMap(({ timerStartedEventAttributes: timer }) =>
      timer ? [Number(timer.startToFireTimeout?.seconds)] : [],
    );
  });
  // of the four that are asked for at the same time; the others are asked for once
  expect(pauses.length).toBeLessThanOrEqual(4 * 2);
  expect(new Set(pauses)).toEqual(new Set([10, 30]));
  expect(new Set(of.told.asked).size).toBe(60);
  expect(of.told.asked.length).toBeLessThanOrEqual(60 + 4 * 2 * 2);
  expect(of.told.events.at(-1)).toBe(
    'failed /problems/source-unavailable: no prices of A0, A1, A2, A3, A4 and 25 more: ' +
      'binance unavailable (connect ECONNREFUSED 127.0.0.1:9); ' +
      'coingecko unavailable (connect ECONNREFUSED 127.0.0.1:9); polygon missingKey',
  );
});

test('where one source answers, another that is away is asked again for minutes', async () => {
  const of = scene({ BTC: { binance: 1 }, SPY: { yahoofinance: 1 } }, (input) =>
    input.source === 'binance' ? gave(input) : failure('unavailable'),
  );
  const begin = await env.currentTimeMs();
  const report = await run(of);
  expect(report.assets.map(({ series }) => series !== null)).toEqual([true, false]);
  expect(of.told.asked.filter((one) => one.includes('yahoofinance'))).toHaveLength(5);
  expect((await env.currentTimeMs()) - begin).toBeGreaterThanOrEqual(250 * secondMs);
});

test('how long it takes is told by how long the last parts took, and not before that is known', async () => {
  const waited = new Set<string>();
  const of = scene({ BTC: { binance: 40 } }, (input) => {
    const month = input.part.from!;
    // ten parts until the budget is drained, each of the others waits for it
    if (month < '2024-11' || waited.has(month)) return gave(input);
    waited.add(month);
    throw toApplicationFailure(new Fault('RateLimited', 'binance rateLimited', { retryAfterMs: 30_000 }))!;
  });
  await run(of, { jobId });
  const note = (parts: number) => of.told.progress.find(({ done }) => done === parts)?.note;
  const early = of.told.progress.filter(({ done }) => done <= 10);
  expect(new Set(early.map((one) => one.note))).toEqual(new Set(['parts of the history so far']));
  // 25 parts of half a minute; at the pace of all fifteen it would be 4 min
  expect(note(15)).toMatch(/^parts of the history so far, about 1\d min left$/);
  expect(note(35)).toMatch(/^parts of the history so far, about [345] min left$/);
});

test('a defect is no outcome', async () => {
  const of = scene({ BTC: { binance: 1, coingecko: 1 } }, () => {
    throw ApplicationFailure.nonRetryable('bars do not ascend', 'InvariantViolation');
  });
  await expect(run(of)).rejects.toBeInstanceOf(WorkflowFailedError);
});

test('as a job it tells how far it is, exactly, records its report and ends with where it is', async () => {
  const of = scene({ BTC: { binance: 3, coingecko: 2, yahoofinance: 9 }, SPY: { yahoofinance: 1 } });
  const report = await run(of, { jobId });
  const { told } = of;
  expect(told.recorded).toEqual(report);
  expect(told.progress.at(-1)).toEqual({ done: 6, total: 6, note: 'parts of the history, comparing' });
  expect(told.progress[0]!.note).toBe('parts of the history so far');
  for (const { done, total } of told.progress) expect(done).toBeLessThanOrEqual(total);
  expect(told.progress.map(({ done }) => done)).toEqual(
    [...told.progress.map(({ done }) => done)].sort((a, b) => a - b),
  );
  expect(told.events).toEqual(['started', 'planned', 'succeeded /api/v1/data/collections/ID']);
});

test('a job of which some assets have no prices succeeds; one of which all have none tells why', async () => {
  const some = scene({ BTC: { binance: 1 }, NOPE: {} });
  expect((await run(some, { jobId })).assets.map(({ series }) => series !== null)).toEqual([true, false]);
  expect(some.told.events.at(-1)).toContain('succeeded');

  const none = scene({ BTC: { binance: 1 } }, () => failure('unavailable'));
  await expect(run(none, { jobId })).rejects.toBeInstanceOf(WorkflowFailedError);
  expect(none.told.recorded?.assets).toMatchObject([{ series: null }]);
  expect(none.told.events.at(-1)).toBe(
    'failed /problems/source-unavailable: no prices of BTC: binance unavailable (status 503); polygon missingKey',
  );
});

test('a cancelled job asks nobody any more and says so', async () => {
  let begun: () => void = () => undefined;
  const asking = new Promise<void>((resolve) => (begun = resolve));
  const of = scene({ BTC: { binance: 3 } }, () => {
    begun();
    throw new Error('not yet');
  });
  await withWorker(env, of.activities, async (taskQueue) => {
    const handle = await start(taskQueue, ['BTC'], { jobId });
    await asking;
    await handle.cancel();
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
  });
  expect(of.told.events.at(-1)).toBe('cancelled');
  expect(of.told.recorded).toBeUndefined();
});

test('a job that is cancelled while its progress is told ends, too', async () => {
  let telling: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (telling = resolve));
  const of = scene({ BTC: { binance: 3 } }, (input) => {
    if (of.told.asked.length > 1) throw new Error('not yet');
    return gave(input);
  });
  const jobProgressed = () => {
    telling();
    return Promise.reject(new Error('the database is away'));
  };
  await withWorker(env, { ...of.activities, jobProgressed }, async (taskQueue) => {
    const handle = await start(taskQueue, ['BTC'], { jobId });
    await told;
    await handle.cancel();
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    const { events } = await handle.fetchHistory();
    expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  });
  expect(of.told.events.at(-1)).toBe('cancelled');
});

test('continues as new before its history grows, without planning or asking anything twice', async () => {
  const plan = {
    BTC: { binance: 12, coingecko: 5 },
    ETH: { binance: 9 },
    SPY: { yahoofinance: 2, polygon: 7 },
    XRP: { binance: 1 },
    ADA: { binance: 11 },
  };
  const of = scene(plan);
  const { runs, report } = await withWorker(env, of.activities, async (taskQueue) => {
    const handle = await start(taskQueue, Object.keys(plan), { jobId, continueAfterEvents: 60 });
    const result = await handle.result();
    const { workflowId } = handle;
    const seen: string[] = [];
    let length = 0;
    let runId: string | null | undefined = handle.firstExecutionRunId;
    while (runId) {
      seen.push(runId);
      const history = await env.client.workflow.getHandle(workflowId, runId).fetchHistory();
      length = Math.max(length, history.events?.length ?? 0);
      runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    expect(length).toBeLessThan(120);
    return { runs: seen, report: result };
  });
  expect(runs.length).toBeGreaterThan(2);
  expect(new Set(of.told.asked).size).toBe(of.told.asked.length);
  expect(of.told.asked).toHaveLength(12 + 5 + 9 + 2 + 7 + 1 + 11);
  expect(of.told.events.filter((event) => event === 'planned')).toHaveLength(1);
  expect(report.assets.map(({ assetId, rowsNew }) => `${assetId} ${rowsNew}`)).toEqual([
    'BTC 34',
    'ETH 18',
    'SPY 18',
    'XRP 2',
    'ADA 22',
  ]);
  expect(of.told.progress.at(-1)).toMatchObject({ done: 47, total: 47 });
  const done = of.told.progress.map((one) => one.done);
  expect(done).toEqual([...done].sort((a, b) => a - b));
});

test('a collection that was started in the older shape asks asset by asset', async () => {
  const asked: unknown[] = [];
  const activities: Partial<Activities> = {
    async collectAsset(input) {
      asked.push(input);
      return collected(input.assetId);
    },
  };
  const older = { collectionId: 'older', assets: ['BTC', 'ETH'], interval: '1d', asOf };
  const report = await withWorker(env, activities, async (taskQueue) =>
    env.client.workflow.execute(collectPricesWorkflow, { args: [older], workflowId: randomUUID(), taskQueue }),
  );
  expect(report).toMatchObject({ assets: [{ assetId: 'BTC' }, { assetId: 'ETH' }] });
  expect(asked).toContainEqual({ collectionId: 'older', assetId: 'ETH', interval: '1d', asOf });
});

test('an empty portfolio needs no prices', async () => {
  expect(await run(scene({}))).toEqual({ assets: [] });
});
