import type { FetchBarsInput } from '../../../../src/data/data.contract.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import type { SourceIo } from '../../../../src/data/sources/market-data-source.js';
import { SourceAttemptRow } from '../../../../src/data/sources/source-attempt.entity.js';
import { dayMs, minuteMs, secondMs } from '../../../../src/shared/time.js';
import { collectionParts } from '../../../support/collecting.js';
import { useDatabase } from '../../../support/database.js';
import { barsOf, okWith, stubSource } from '../../../support/stub-source.js';

const store = useDatabase();
const now = Date.parse('2025-06-10T12:00:00Z');
const io: SourceIo = {
  signal: new AbortController().signal,
  now: () => now,
  get: () => Promise.reject(new Error('no network')),
};
const asOf = '2025-06-10T00:00:00Z';

let made = 0;
/** A source of its own a test: accounts and series are told apart by its name. */
function scene(offers: Parameters<typeof stubSource>[1] = {}) {
  const source = stubSource(`stub${++made}`, offers);
  const parts = collectionParts(store.orm, [source]);
  const collectionId = `c${made}`;
  const ask = (change: Partial<FetchBarsInput> = {}) =>
    parts.fetcher.fetch(
      {
        collectionId,
        assetId: 'BTC' as AssetId,
        interval: '1d',
        source: source.id,
        part: { from: '2025-06-01T00:00:00Z', to: asOf },
        from: '2025-06-01T00:00:00Z',
        asOf,
        completes: null,
        mayWait: true,
        ...change,
      },
      io,
      () => undefined,
    );
  const attempts = () => parts.em.fork().find(SourceAttemptRow, { collectionId }, { orderBy: { id: 'asc' } });
  return { ...parts, source, ask, attempts };
}

test('stores what the source has of the part, and writes down that it was asked', async () => {
  const { ask, attempts, candles, source } = scene();
  const series = {
    assetId: 'BTC',
    interval: '1d',
    source: source.id,
    quoteCurrency: 'USD',
    adjustment: 'raw',
  } as const;
  expect(await ask()).toEqual({
    outcome: 'ok',
    milliseconds: expect.any(Number),
    isCurrent: true,
    series,
    simulated: false,
    rowsRead: 9,
    rowsNew: 9,
    rowsRevised: 0,
    rowsRefused: 0,
    refused: [],
  });
  expect(await attempts()).toMatchObject([
    {
      source: source.id,
      fromTime: new Date('2025-06-01T00:00:00Z'),
      toTime: new Date(asOf),
      outcome: 'ok',
      rows: 9,
      requests: 0,
      at: new Date(now),
    },
  ]);
  expect(await candles.extent({ ...series, assetId: 'BTC' as AssetId })).toMatchObject({ rows: 9 });
});

test('a part that is stored is never asked for again in the same collection, whoever died after it', async () => {
  const { ask, attempts, source } = scene();
  const first = await ask();
  expect(await ask()).toEqual(first);
  expect(source.asked).toHaveLength(1);
  expect(await attempts()).toHaveLength(1);
  expect(await ask({ collectionId: 'another' })).toMatchObject({ rowsRead: 9, rowsNew: 0 });
  expect(await ask({ part: { from: '2025-06-05T00:00:00Z', to: asOf } })).toMatchObject({ rowsRead: 5, rowsNew: 0 });
  expect(source.asked).toHaveLength(3);
});

test('a short wait that the source asks for is an attempt later; ten times, then it is an outcome', async () => {
  const { ask, attempts, source, em } = scene();
  source.answer = () => ({ kind: 'rateLimited', retryAfterMs: 40 * secondMs });
  const rested = () => em.fork().execute('delete from source_state where budget_key = ?', [source.budget.key]);
  for (let i = 0; i < 9; i++) {
    await expect(ask()).rejects.toMatchObject({
      type: 'RateLimited',
      retryable: true,
      message: `${source.id} rateLimited (asks to wait 40 s)`,
      details: { retryAfterMs: 40 * secondMs },
    });
    await rested();
  }
  expect(await ask()).toMatchObject({ outcome: 'rateLimited', retryAfterMs: 40 * secondMs, series: null });
  expect(await attempts()).toHaveLength(10);
});

test('a wait of hours is an outcome at once, and says until when', async () => {
  const { ask, source } = scene();
  const why = 'its budget of 25 a day is used up until 2025-06-11T00:00:00Z';
  source.answer = () => ({ kind: 'rateLimited', retryAfterMs: 12 * 60 * minuteMs, why });
  expect(await ask()).toMatchObject({ outcome: 'rateLimited', detail: why, retryAfterMs: 12 * 60 * minuteMs });
});

test('a source that is away is asked three times for a part, and then it is an outcome', async () => {
  const { ask, attempts, source } = scene();
  source.answer = () => ({ kind: 'unavailable', why: 'status 503' });
  for (let i = 0; i < 2; i++) {
    await expect(ask()).rejects.toMatchObject({
      type: 'SourceUnavailable',
      message: `${source.id} unavailable (status 503)`,
    });
  }
  expect(await ask()).toMatchObject({ outcome: 'unavailable', detail: 'status 503', isCurrent: false });
  expect((await attempts()).map(({ outcome }) => outcome)).toEqual(['unavailable', 'unavailable', 'unavailable']);
});

test('where the answer is not worth a wait, what could not be asked now is an outcome at once', async () => {
  const { ask, source } = scene();
  source.answer = () => ({ kind: 'unavailable', why: 'status 503' });
  expect(await ask({ mayWait: false })).toMatchObject({ outcome: 'unavailable' });
  source.answer = () => ({ kind: 'rateLimited', retryAfterMs: 40 * secondMs });
  expect(await ask({ mayWait: false })).toMatchObject({ outcome: 'rateLimited', retryAfterMs: 40 * secondMs });
});

test('a source that rests after failures is an outcome at once and is not asked', async () => {
  const { ask, source, gate, attempts } = scene();
  for (let i = 0; i < 5; i++) await gate.learn(source, { kind: 'unavailable', why: 'status 503' });
  expect(await ask()).toMatchObject({ outcome: 'unavailable', detail: expect.stringContaining('status 503') });
  expect(source.asked).toHaveLength(0);
  expect(await attempts()).toMatchObject([{ outcome: 'unavailable', requests: 0 }]);
});

test('a rest tells what failed, not the address of the question that failed last, which was of another asset', async () => {
  const { ask, gate, source } = scene();
  const why = 'https://x.example/ETH?interval=1d failed: connect ECONNREFUSED';
  for (let i = 0; i < 5; i++) await gate.learn(source, { kind: 'unavailable', why });
  expect(await ask()).toMatchObject({
    outcome: 'unavailable',
    detail: expect.stringMatching(/^failed 5 times in a row, the last time: failed: connect ECONNREFUSED; the next/),
  });
  expect(source.asked).toEqual([]);
});

test('a rest that the provider asked for is waited for, and then it is asked', async () => {
  const { ask, source, gate } = scene();
  await gate.learn(source, { kind: 'rateLimited', retryAfterMs: 30 * secondMs });
  const failure = await ask().catch((error: unknown) => error);
  expect(failure).toMatchObject({ type: 'RateLimited' });
  const { retryAfterMs } = (failure as { details: { retryAfterMs: number } }).details;
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(retryAfterMs).toBeLessThanOrEqual(30 * secondMs);
  expect(source.asked).toHaveLength(0);
});

test.each([
  [
    { kind: 'badAnswer', why: 'no JSON: "<html>"' },
    { outcome: 'badAnswer', detail: 'no JSON: "<html>"' },
  ],
  [{ kind: 'empty' }, { outcome: 'empty' }],
  [{ kind: 'unknownAsset' }, { outcome: 'unknownAsset' }],
  [
    { kind: 'notOffered', why: 'needs a paid plan' },
    { outcome: 'notOffered', detail: 'needs a paid plan' },
  ],
  [
    { kind: 'missingKey', variable: 'POLYGON_API_KEY' },
    { outcome: 'missingKey', detail: 'POLYGON_API_KEY is not set, or was refused' },
  ],
] as const)('%j is an outcome', async (said, expected) => {
  const { ask, source } = scene();
  source.answer = () => said;
  expect(await ask()).toMatchObject({ ...expected, series: null, rowsRead: 0 });
});

test('an answer without a single good row is a bad answer, and the source hears of it', async () => {
  const { ask, source, gate } = scene();
  source.answer = () => okWith([], { refused: [{ where: 'x:2', reason: 'close 0 is not positive' }], rowsRefused: 1 });
  expect(await ask()).toMatchObject({
    outcome: 'badAnswer',
    detail: 'all 1 rows refused, the first: x:2 close 0 is not positive',
  });
  expect((await gate.state([source]))[0]).toMatchObject({ failures: 1 });
});

test('prices of another unit than what is stored are refused, unless a split of that size explains them', async () => {
  const { ask, source, candles } = scene();
  const first = await ask();
  const pence = (from: string) => ask({ part: { from, to: asOf }, collectionId: `pence ${source.id} ${from}` });
  source.answer = (request) => okWith(barsOf(request, () => '10000'));
  expect(await pence('2025-06-08T00:00:00Z')).toMatchObject({
    outcome: 'badAnswer',
    detail: expect.stringContaining('a hundredfold of 100'),
  });
  const split = { kind: 'split', exDate: now - dayMs, numerator: '1', denominator: '100' } as const;
  source.answer = (request) =>
    okWith(
      barsOf(request, () => '10000'),
      { actions: [split] },
    );
  expect(await pence('2025-06-01T00:00:00Z')).toMatchObject({ outcome: 'ok', rowsRevised: 9 });
  expect((await candles.closedBars(first.series!, null, { last: 1 }))[0]?.close).toBe('10000');
});

test('bars that ended long ago are told, and say that another source is better asked', async () => {
  const { ask, source } = scene();
  source.answer = (request) => okWith(barsOf(request).slice(0, 1), { rowsRefused: 2 });
  expect(await ask({ part: { from: '2025-05-01T00:00:00Z', to: asOf } })).toMatchObject({
    outcome: 'ok',
    isCurrent: false,
    detail: '1 bars, 2 rows refused; the last bar ended 2025-05-02T00:00:00Z',
  });
});

test('the world of a simulator is part of the name, and one switched for the other is asked for all that it misses', async () => {
  const { ask, source } = scene();
  const simulated = `simulated:${source.id}:7`;
  source.answer = (request) => okWith(barsOf(request), { simulatedSeed: '7' });
  expect(await ask()).toMatchObject({ simulated: true, series: { source: simulated } });
  // the plan was made for the simulated series, and now the real one answers
  source.answer = (request) => okWith(barsOf(request));
  source.asked.length = 0;
  const last = { from: '2025-06-09T00:00:00Z', to: asOf };
  const again = { collectionId: `again ${source.id}`, part: last, completes: simulated };
  expect(await ask(again)).toMatchObject({ simulated: false, rowsRead: 9, rowsNew: 9, isCurrent: true });
  expect(source.asked.map(({ from }) => from)).toEqual([Date.parse(last.from), Date.parse('2025-06-01T00:00:00Z')]);
  // a second attempt asks for none of it
  expect(await ask(again)).toMatchObject({ rowsRead: 9, rowsNew: 9 });
  expect(source.asked).toHaveLength(2);
});

test('a source or an asset that is gone since the plan was made is an outcome', async () => {
  const { ask } = scene();
  expect(await ask({ source: 'gone' })).toMatchObject({ outcome: 'notOffered', detail: 'is not configured any more' });
  expect(await ask({ assetId: 'NOPE' as AssetId })).toMatchObject({ outcome: 'unknownAsset' });
});

test('every request is counted', async () => {
  const { fetcher, attempts, source } = scene();
  source.answer = async (request, given) => {
    await given.get(new URL('http://127.0.0.1:9/1'));
    await given.get(new URL('http://127.0.0.1:9/2'));
    return okWith(barsOf(request));
  };
  const answering: SourceIo = { ...io, get: async () => ({ kind: 'unavailable', why: 'x' }) };
  await fetcher.fetch(
    {
      collectionId: `c${made}`,
      assetId: 'BTC' as AssetId,
      interval: '1d',
      source: source.id,
      part: { from: null, to: asOf },
      from: null,
      asOf,
      completes: null,
      mayWait: true,
    },
    answering,
    () => undefined,
  );
  expect(await attempts()).toMatchObject([{ requests: 2, fromTime: null }]);
});
