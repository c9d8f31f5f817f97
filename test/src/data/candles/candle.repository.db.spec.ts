import type { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { CandleRepository, type ReceiptKey } from '../../../../src/data/candles/candle.repository.js';
import type { FetchedBars } from '../../../../src/data/data.contract.js';
import type { Candle, SeriesRef } from '../../../../src/data/domain/candle.js';
import type { CorporateAction } from '../../../../src/data/sources/market-data-source.js';
import type { AssetId, OwnerId } from '../../../../src/shared/ids.js';
import { dayMs, utcDate } from '../../../../src/shared/time.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';

let database: TestDatabase;
let orm: MikroORM;
let owner: pg.Client;
beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await orm.close(true);
  await database.drop();
});

const candles = () => new CandleRepository(orm.em.fork());
const start = Date.parse('2024-01-01T00:00:00Z');
const at = (i: number) => start + i * dayMs;
const bar = (i: number, close = `${100 + i}.50`, volume: string | null = '7'): Candle => ({
  openTime: at(i),
  open: '100',
  high: '200',
  low: '50.0',
  close,
  volume,
});
const bars = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => bar(from + i));

let made = 0;
/** A series that no other test touches. */
function aSeries(over: Partial<SeriesRef> = {}): SeriesRef {
  made += 1;
  return {
    assetId: `A${made}` as AssetId,
    interval: '1d',
    source: 'csv:test',
    quoteCurrency: 'USD',
    adjustment: 'raw',
    ...over,
  };
}
const closesOf = async (series: SeriesRef, asOf: number | null = null) =>
  (await candles().closedBars(series, asOf)).map(({ close }) => close);
/** Moves the moment at which a revision was stored. */
const storedAt = (series: SeriesRef, revision: number, knownAt: number) =>
  owner.query('update candle set known_at = $3 where asset_id = $1 and revision = $2', [
    series.assetId,
    revision,
    new Date(knownAt),
  ]);

test('stores a series once: the same bars again change nothing', async () => {
  const series = aSeries();
  expect(await candles().storeSeries(series, bars(0, 50))).toEqual({ rowsNew: 50, rowsRevised: 0 });
  expect(await candles().storeSeries(series, bars(0, 50))).toEqual({ rowsNew: 0, rowsRevised: 0 });
  expect(await candles().extent(series)).toEqual({ rows: 50, first: at(0), last: at(49) });
  expect(await candles().closedBars(series, null)).toEqual(bars(0, 50));
});

test('adds what is missing before, between and behind what is stored', async () => {
  const series = aSeries();
  await candles().storeSeries(series, [...bars(10, 15), ...bars(20, 25)]);
  expect(await candles().storeSeries(series, bars(5, 30))).toEqual({ rowsNew: 15, rowsRevised: 0 });
  expect(await candles().storeSeries(series, bars(30, 35))).toEqual({ rowsNew: 5, rowsRevised: 0 });
  expect(await candles().closedBars(series, null)).toEqual(bars(5, 35));
});

test('compares numbers, not texts', async () => {
  const series = aSeries();
  await candles().storeSeries(series, [bar(0, '100.50'), bar(1, '0.00000012', null)]);
  expect(await candles().storeSeries(series, [bar(0, '1.005e2', '7.000'), bar(1, '1.2e-7', null)])).toEqual({
    rowsNew: 0,
    rowsRevised: 0,
  });
});

test('a correction is a new revision beside the old one', async () => {
  const series = aSeries();
  await candles().storeSeries(series, bars(0, 3));
  expect(await candles().storeSeries(series, [bar(0), bar(1, '101.51'), bar(2)])).toEqual({
    rowsNew: 0,
    rowsRevised: 1,
  });
  expect(await candles().storeSeries(series, [bar(1, '101.52'), bar(2, undefined, null)])).toEqual({
    rowsNew: 0,
    rowsRevised: 2,
  });
  expect(await closesOf(series)).toEqual(['100.50', '101.52', '102.50']);
  expect((await candles().extent(series)).rows).toBe(3);
  const { rows } = await owner.query<{ revision: number; close: string }>(
    'select revision, close::text from candle where asset_id = $1 and open_time = $2 order by revision',
    [series.assetId, new Date(at(1))],
  );
  expect(rows).toEqual([
    { revision: 1, close: '101.50' },
    { revision: 2, close: '101.51' },
    { revision: 3, close: '101.52' },
  ]);
});

test('a bar counts from its close on, as first stored; a correction from when it was known', async () => {
  const series = aSeries();
  await candles().storeSeries(series, bars(0, 3));
  await candles().storeSeries(series, [bar(1, '111')]);
  // imported long after the fact, corrected later still
  await storedAt(series, 1, at(300));
  await storedAt(series, 2, at(400));
  expect(await closesOf(series, at(1) - 1)).toEqual([]);
  expect(await closesOf(series, at(1))).toEqual(['100.50']);
  expect(await closesOf(series, at(2))).toEqual(['100.50', '101.50']);
  expect(await closesOf(series, at(400) - 1)).toEqual(['100.50', '101.50', '102.50']);
  expect(await closesOf(series, at(400))).toEqual(['100.50', '111', '102.50']);
  expect(await closesOf(series, null)).toEqual(['100.50', '111', '102.50']);
});

test('the newest revisions of the bars that could be had, whenever they were corrected', async () => {
  const series = aSeries();
  await candles().storeSeries(series, bars(0, 3));
  await candles().storeSeries(series, [bar(1, '111')]);
  await storedAt(series, 2, at(400));
  const newest = async (asOf: number) =>
    (await candles().closedBars(series, asOf, { revisions: 'newest' })).map(({ close }) => close);
  expect(await newest(at(2))).toEqual(['100.50', '111']);
  expect(await newest(at(2) - 1)).toEqual(['100.50']);
  expect((await candles().closes(series, at(2), { revisions: 'newest' })).closes).toEqual(Float64Array.of(100.5, 111));
});

test('a source that publishes late is read late', async () => {
  const series = aSeries();
  await candles().storeSeries(series, bars(0, 1), 3_600_000);
  expect(await closesOf(series, at(1))).toEqual([]);
  expect(await closesOf(series, at(1) + 3_600_000)).toEqual(['100.50']);
});

test('reads the newest or the oldest bars of a window', async () => {
  const series = aSeries();
  await candles().storeSeries(series, bars(0, 10));
  await candles().storeSeries(series, [bar(8, '88')]);
  const read = async (...[asOf, window]: [number | null, Parameters<CandleRepository['closedBars']>[2]]) =>
    (await candles().closedBars(series, asOf, window)).map(({ openTime, close }) => `${utcDate(openTime)} ${close}`);
  expect(await read(null, { last: 2 })).toEqual(['2024-01-09 88', '2024-01-10 109.50']);
  expect(await read(at(9), { last: 2 })).toEqual(['2024-01-08 107.50', '2024-01-09 108.50']);
  expect(await read(null, { since: at(3), before: at(5) })).toEqual(['2024-01-04 103.50', '2024-01-05 104.50']);
  expect(await read(null, { since: at(7), first: 2 })).toEqual(['2024-01-08 107.50', '2024-01-09 88']);
});

test('many series are read, and found, with one question as each is alone', async () => {
  const [one, other, none] = [aSeries(), aSeries({ interval: '1h' }), aSeries()];
  await candles().storeSeries(one, bars(0, 5));
  await candles().storeSeries(one, [bar(4, '7')]);
  await candles().storeSeries(other, bars(2, 9));
  const reads = [
    { series: other, options: { last: 3 } },
    { series: none, options: {} },
    ...Array.from({ length: 120 }, (_, i) => ({
      series: one,
      options: { last: 1 + (i % 5), revisions: 'newest' as const },
    })),
  ];
  const many = await candles().closedBarsOfMany(reads, at(8), Date.now() + dayMs);
  expect(many).toHaveLength(reads.length);
  for (const [i, { series, options }] of reads.entries()) {
    expect(many[i]).toEqual(await candles().closedBars(series, at(8), options));
  }
  expect(await candles().seriesSpansOfMany([one, none, other])).toEqual([
    ...(await candles().seriesSpans(one.assetId, '1d')),
    ...(await candles().seriesSpans(other.assetId, '1h')),
  ]);
});

test('closes come as doubles with their times', async () => {
  const series = aSeries();
  await candles().storeSeries(series, bars(0, 3));
  expect(await candles().closes(series, null)).toEqual({
    openTimes: Float64Array.of(at(0), at(1), at(2)),
    closes: Float64Array.of(100.5, 101.5, 102.5),
  });
});

test('series of different source, currency and adjustment do not mix', async () => {
  const usd = aSeries({ source: 'b' });
  const others = [
    { ...usd, source: 'a' },
    { ...usd, quoteCurrency: 'USDT' as const },
    { ...usd, adjustment: 'split' as const },
  ];
  await candles().storeSeries(usd, bars(0, 4));
  for (const [i, other] of others.entries()) await candles().storeSeries(other, bars(0, i + 1));
  expect(await closesOf(usd)).toHaveLength(4);
  expect((await candles().seriesOfAsset(usd.assetId, '1d')).map(({ series, rows }) => [series, rows])).toEqual(
    [
      [others[0], 1],
      [usd, 4],
      [others[2], 3],
      [others[1], 2],
    ].sort(([a], [b]) =>
      JSON.stringify(Object.values(a as SeriesRef)) < JSON.stringify(Object.values(b as SeriesRef)) ? -1 : 1,
    ),
  );
});

test('writers of the same series wait for each other', async () => {
  // connections that are open already, so that the writers do start together
  const pool = await orm.em.getConnection().getNativeClient();
  await Promise.all(Array.from({ length: 8 }, () => pool.query('select pg_sleep(0.2)')));
  const series = aSeries();
  const counts = await Promise.all(Array.from({ length: 8 }, () => candles().storeSeries(series, bars(0, 5_000))));
  expect(counts.map(({ rowsNew }) => rowsNew).sort((x, y) => x - y)).toEqual([0, 0, 0, 0, 0, 0, 0, 5_000]);
  expect((await candles().extent(series)).rows).toBe(5_000);
});

test('a store that fails half-way leaves nothing, and the next one works', async () => {
  const series = aSeries();
  const wrong = [...bars(0, 5_000), { ...bar(5_000), close: '-1' }];
  await expect(candles().storeSeries(series, wrong)).rejects.toThrow(/candle_close_valid/);
  expect((await candles().extent(series)).rows).toBe(0);
  expect(await candles().storeSeries(series, bars(0, 5))).toEqual({ rowsNew: 5, rowsRevised: 0 });
  await expect(candles().storeSeries(series, [bar(2, '9'), { ...bar(3), close: 'NaN' }])).rejects.toThrow(
    /candle_close_valid/,
  );
  expect(await closesOf(series)).toEqual(bars(0, 5).map(({ close }) => close));
});

test('keeps a bar whose bounds miss each other by a rounding', async () => {
  const series = aSeries();
  const flat = { ...bar(0), open: '100', close: '100', high: '99.99999999999999', low: '100' };
  expect(await candles().storeSeries(series, [flat])).toEqual({ rowsNew: 1, rowsRevised: 0 });
});

test('names with a meaning in COPY are only names', async () => {
  const series = aSeries({ source: 'csv:a\\b\tc\nd' });
  await candles().storeSeries(series, bars(0, 2));
  expect(await candles().storeSeries(series, bars(0, 3))).toEqual({ rowsNew: 1, rowsRevised: 0 });
  expect(await closesOf(series)).toHaveLength(3);
});

test('refuses bars that do not ascend: a mistake of the caller', async () => {
  await expect(candles().storeSeries(aSeries(), [bar(1), bar(1)])).rejects.toThrow(
    /do not ascend at 2024-01-02T00:00:00Z/,
  );
  expect(await candles().storeSeries(aSeries(), [])).toEqual({ rowsNew: 0, rowsRevised: 0 });
});

test('compares long histories in pieces', async () => {
  const series = aSeries({ interval: '1m' });
  const minutes = Array.from({ length: 120_000 }, (_, i) => ({ ...bar(0), openTime: start + i * 60_000 }));
  expect(await candles().storeSeries(series, minutes)).toEqual({ rowsNew: 120_000, rowsRevised: 0 });
  const corrected = minutes.map((one, i) =>
    i === 49_999 || i === 50_000 || i === 119_999 ? { ...one, close: '1' } : one,
  );
  expect(await candles().storeSeries(series, corrected)).toEqual({ rowsNew: 0, rowsRevised: 3 });
});

test('a bar of which only the close is known is stored, compared and read as one', async () => {
  const series = aSeries();
  const closeOnly = (i: number, close = `${100 + i}`): Candle => ({
    openTime: at(i),
    open: null,
    high: null,
    low: null,
    close,
    volume: null,
  });
  const given = [closeOnly(0), bar(1), closeOnly(2)];
  expect(await candles().storeSeries(series, given)).toEqual({ rowsNew: 3, rowsRevised: 0 });
  expect(await candles().storeSeries(series, given)).toEqual({ rowsNew: 0, rowsRevised: 0 });
  expect(await candles().closedBars(series, null)).toEqual(given);
  // what was unknown becomes known: another bar, as is the reverse
  const known = { ...closeOnly(0), open: '100', high: '101', low: '99' };
  expect(await candles().storeSeries(series, [known, closeOnly(1, '101.50')])).toEqual({ rowsNew: 0, rowsRevised: 2 });
  expect(await candles().closedBars(series, null)).toEqual([known, closeOnly(1, '101.50'), closeOnly(2)]);
  await expect(candles().storeSeries(series, [{ ...closeOnly(3), open: '1' }])).rejects.toThrow(/candle_prices_whole/);
});

describe('once for a part of a collection', () => {
  const series = aSeries({ assetId: 'ONCE' as AssetId, source: 'binance', quoteCurrency: 'USDT' });
  const { assetId, interval, source } = series;
  const key: ReceiptKey = { collectionId: 'c1', assetId, interval, source, part: 'all' };
  const receipt = (rowsNew: number): FetchedBars => ({
    outcome: 'ok',
    milliseconds: 5,
    isCurrent: true,
    series: null,
    simulated: false,
    rowsRead: 3,
    rowsNew,
    rowsRevised: 0,
    rowsRefused: 0,
    refused: [],
  });
  const store = (over: Partial<ReceiptKey>, to: number, actions: CorporateAction[] = []) =>
    candles().storeSeriesOnce({ ...key, ...over }, series, bars(0, to), 0, ({ rowsNew }) => receipt(rowsNew), actions);

  test('a second attempt changes nothing and has the first one’s receipt; other parts and sources have their own', async () => {
    expect(await candles().receiptOf(key)).toBeUndefined();
    expect(await store({}, 3)).toEqual(receipt(3));
    expect(await store({}, 9)).toEqual(receipt(3));
    expect(await candles().receiptOf(key)).toEqual(receipt(3));
    expect(await store({ part: '2024' }, 5)).toEqual(receipt(2));
    expect(await store({ source: 'coingecko' }, 5)).toEqual(receipt(0));
    expect(await candles().receiptOf({ ...key, part: '2023' })).toBeUndefined();
  });

  test('splits and dividends are kept with the bars, as they were told first', async () => {
    const actions: CorporateAction[] = [
      { kind: 'split', exDate: at(1), numerator: '4', denominator: '1' },
      { kind: 'dividend', exDate: at(1), amount: '0.205' },
    ];
    await store({ part: 'actions' }, 3, actions);
    await store({ part: 'again' }, 3, [{ kind: 'dividend', exDate: at(1), amount: '9' }]);
    const { rows } = await owner.query(
      `select source, kind, ex_date::text, numerator, denominator, amount from corporate_action where asset_id = 'ONCE' order by kind`,
    );
    expect(rows).toEqual([
      {
        source: 'binance',
        kind: 'dividend',
        ex_date: '2024-01-02',
        numerator: null,
        denominator: null,
        amount: '0.205',
      },
      { source: 'binance', kind: 'split', ex_date: '2024-01-02', numerator: '4', denominator: '1', amount: null },
    ]);
  });
});

test('tells which bars are stored, the last close before an instant, and how many there are', async () => {
  const series = aSeries();
  await candles().storeSeries(series, bars(0, 5));
  await candles().storeSeries(series, [bar(1, '111')]);
  expect(await candles().openTimes(series, at(1), at(4))).toEqual(Float64Array.of(at(1), at(2), at(3)));
  expect(await candles().openTimes(aSeries(), at(0), at(9))).toEqual(new Float64Array());
  expect(await candles().lastClose(series, at(2))).toEqual({ openTime: at(1), close: '111' });
  expect(await candles().lastClose(series, at(0))).toBeUndefined();
  expect(await candles().count(series)).toBe(5);
  expect(await candles().count(series, { since: at(1), before: at(3) })).toBe(2);
});

test('bars of another unit than the stored ones beside them are told before they are stored', async () => {
  const series = aSeries();
  await candles().storeSeries(series, bars(10, 20));
  const pence = (from: number, to: number) =>
    bars(from, to).map((one) => ({ ...one, close: `${Number(one.close) * 100}` }));
  for (const [from, to] of [
    [20, 23],
    [19, 20],
    [5, 10],
    [0, 40],
    [12, 14],
  ] as const) {
    expect(await candles().whyUnitChanged(series, bars(from, to))).toBeUndefined();
    expect(await candles().whyUnitChanged(series, pence(from, to))).toContain('the unit changed');
  }
  expect(await candles().whyUnitChanged(series, [])).toBeUndefined();
  expect(await candles().whyUnitChanged(aSeries(), pence(0, 3))).toBeUndefined();
});

test('an owner’s own source is seen by its owner alone, until it is published', async () => {
  const shared = aSeries({ source: 'binance' });
  const own = { ...shared, source: 'csv:ann' };
  await candles().storeSeries(shared, bars(0, 2));
  await candles().storeSeries(own, bars(0, 3));
  await owner.query(`insert into private_source (source, owner_id) values ('csv:ann', 'ann')`);
  const seenBy = async (viewer?: string) => {
    const spans = await candles().seriesSpans(shared.assetId, '1d', viewer as OwnerId | undefined);
    const counted = await candles().seriesOfAsset(shared.assetId, '1d', viewer as OwnerId | undefined);
    expect(counted.map(({ rows: _rows, ...span }) => span)).toEqual(spans);
    return spans.map(({ series: { source } }) => source);
  };
  expect(await seenBy()).toEqual(['binance']);
  expect(await seenBy('bob')).toEqual(['binance']);
  expect(await seenBy('ann')).toEqual(['binance', 'csv:ann']);
  await owner.query(`update private_source set published_at = now(), published_by = 'ann' where source = 'csv:ann'`);
  expect(await seenBy('bob')).toEqual(['binance', 'csv:ann']);
});

test('the state of what is stored changes with every bar, revision, dispute and visible source, and with nothing else', async () => {
  const series = aSeries({ source: 'binance' });
  const { assetId } = series;
  const stateOf = (viewer = 'bob', knownAt?: number) =>
    candles().stateOf([assetId], '1d', { viewer: viewer as OwnerId, before: at(10), knownAt });
  const states = [await stateOf()];
  const isAnother = async () => {
    const state = await stateOf();
    expect(states).not.toContain(state);
    states.push(state);
  };
  await candles().storeSeries(series, bars(0, 3));
  await isAnother();
  const then = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await candles().storeSeries(series, [bar(1, '150')]);
  await isAnother();
  const { rows } = await owner.query<{ id: string }>(
    `insert into disputed_bar (id, asset_id, "interval", adjustment, world, open_time, state, reason, votes, votes_hash, sources, opened_at)
     values (gen_random_uuid(), $1, '1d', 'raw', '', $2, 'open', 'test', '[]', 'h', '["binance"]', now()) returning id`,
    [assetId, utcDate(at(1))],
  );
  await isAnother();
  await owner.query(`update disputed_bar set state = 'released', closed_at = now() where id = $1`, [rows[0]!.id]);
  await isAnother();

  // the same bars again, later ones, and those of somebody else
  await candles().storeSeries(series, bars(2, 3));
  await candles().storeSeries(series, bars(10, 12));
  await candles().storeSeries({ ...series, source: 'csv:joe' }, bars(0, 3));
  const joes = await stateOf('joe');
  await owner.query(`insert into private_source (source, owner_id) values ('csv:joe', 'joe')`);
  expect(await stateOf()).toBe(states.at(-1));
  expect(await stateOf('joe')).toBe(joes);
  expect(joes).not.toBe(states.at(-1));
  // known as of the time before the revision
  expect(await stateOf('bob', then)).toBe(states[1]);
});

describe('what was known at a moment, while more is being stored', () => {
  /** A store that has written its first part and waits for `end` before the second. */
  async function aStoreAtWork(series: SeriesRef) {
    let [tellBegun, end] = [() => {}, () => {}];
    const begun = new Promise<void>((resolve) => (tellBegun = resolve));
    const gate = new Promise<void>((resolve) => (end = resolve));
    async function* parts() {
      yield bars(3, 5);
      tellBegun();
      await gate;
      yield bars(5, 6);
    }
    const done = candles().storeParts(series, parts(), 0, () => Promise.resolve());
    await begun;
    return { end, done };
  }
  const now = async () => {
    const { rows } = await owner.query<{ now: string }>(`select extract(epoch from clock_timestamp()) * 1000 as now`);
    return Math.ceil(Number(rows[0]!.now));
  };
  const somebodyWaits = async () => {
    const { rows } = await owner.query(
      `select from pg_locks where locktype = 'advisory' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.length > 0;
  };

  test('an audit waits for it, and answers the same ever after', async () => {
    const series = aSeries();
    await candles().storeSeries(series, bars(0, 3));
    const { end, done } = await aStoreAtWork(series);
    const knownAt = await now();
    const read = () => candles().closedBars(series, null, { knownAt });
    const reading = read();
    while (!(await somebodyWaits()));
    // of what is not yet there readers see nothing, and of another moment nobody need wait
    expect(await closesOf(series)).toHaveLength(3);
    expect(await candles().closedBars(series, null, { knownAt: knownAt - 2 * dayMs })).toEqual([]);
    end();
    await done;
    const first = await reading;
    expect(first.length).toBeGreaterThanOrEqual(5);
    expect(await read()).toEqual(first);
    expect((await candles().closes(series, null, { knownAt })).closes).toHaveLength(first.length);
  });

  test('an audit says so when that takes too long', async () => {
    const series = aSeries();
    const { end, done } = await aStoreAtWork(series);
    await expect(candles().closedBars(series, null, { knownAt: await now() })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(`^prices of ${series.assetId} are being stored`),
    });
    end();
    await done;
  });
});

test('of the series of an asset those count that had bars by then, and sources that were published by then', async () => {
  const series = aSeries({ source: 'a' });
  const { assetId } = series;
  await candles().storeSeries(series, bars(0, 3));
  await candles().storeSeries({ ...series, source: 'b' }, bars(0, 3));
  await candles().storeSeries({ ...series, source: 'csv:eve' }, bars(0, 3));
  await owner.query(
    `insert into private_source (source, owner_id, published_at, published_by) values ('csv:eve', 'eve', '2024-05-05Z', 'x')`,
  );
  await owner.query(`update candle set known_at = '2024-06-06Z' where asset_id = $1 and source = 'b'`, [assetId]);
  await owner.query(`update candle set known_at = '2024-01-02Z' where asset_id = $1 and source = 'csv:eve'`, [assetId]);
  const spans = async (moment: string, viewer?: string) =>
    (await candles().seriesSpans(assetId, '1d', viewer as OwnerId, Date.parse(moment))).map((one) => one.series.source);
  await owner.query(`update candle set known_at = '2024-01-11Z' where asset_id = $1 and source = 'a'`, [assetId]);
  expect(await spans('2024-01-01Z')).toEqual([]);
  expect(await spans('2024-01-12Z')).toEqual(['a']);
  expect(await spans('2024-01-12Z', 'eve')).toEqual(['a', 'csv:eve']);
  expect(await spans('2024-05-06Z')).toEqual(['a', 'csv:eve']);
  expect(await spans('2024-07-07Z')).toEqual(['a', 'b', 'csv:eve']);
  // a longer history that came later does not count
  await candles().storeSeries(series, bars(3, 9));
  const [span] = await candles().seriesSpans(assetId, '1d', undefined, Date.parse('2024-01-12Z'));
  expect(span).toMatchObject({ first: at(0), last: at(2) });
  expect(await candles().count(series, { knownAt: Date.parse('2024-01-12Z') })).toBe(3);
  expect(await candles().count(series)).toBe(9);
});
