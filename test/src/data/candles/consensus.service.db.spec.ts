import pg from 'pg';
import { AssetRegistry } from '../../../../src/data/assets/asset-registry.js';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { ConsensusService, type JudgedBars } from '../../../../src/data/candles/consensus.service.js';
import { disputesLock } from '../../../../src/data/candles/held-back.js';
import { DisputedBar } from '../../../../src/data/candles/disputed-bar.entity.js';
import type { Candle, SeriesRef } from '../../../../src/data/domain/candle.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, hourMs, utcDate } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';

let owner: pg.Client;
// before the database goes
afterAll(() => owner.end());
const db = useDatabase();
beforeAll(async () => {
  owner = new pg.Client({ connectionString: db.database.ownerUrl });
  await owner.connect();
});

const start = Date.parse('2024-01-01T00:00:00Z');
const at = (i: number) => start + i * dayMs;
const bars = (closes: (number | string)[], from = 0): Candle[] =>
  closes.map((close, i) => ({
    openTime: at(from + i),
    open: null,
    high: null,
    low: null,
    close: String(close),
    volume: null,
  }));

let made = 0;
/** An asset that no other test touches. */
function anAsset(assetClass: JudgedBars['assetClass'] = 'crypto') {
  made += 1;
  const em = db.orm.em.fork();
  const candles = new CandleRepository(em);
  const consensus = new ConsensusService(em, candles, new AssetRegistry(em));
  const assetId = `C${made}` as AssetId;
  const series = (source: string, over: Partial<SeriesRef> = {}): SeriesRef => ({
    assetId,
    interval: '1d',
    source,
    quoteCurrency: 'USD',
    adjustment: 'raw',
    ...over,
  });
  const judged = { assetId, assetClass, interval: '1d', adjustment: 'raw', from: at(0), to: at(1_000) } as const;
  return {
    candles,
    series,
    say: (source: string, closes: (number | string)[], over: Partial<SeriesRef> = {}, from = 0) =>
      candles.storeSeries(series(source, over), bars(closes, from)),
    judge: (over: Partial<JudgedBars> = {}) => consensus.judge({ ...judged, ...over }),
    disagreement: () => consensus.disagreement(judged),
    read: async (source: string, over: Partial<SeriesRef> = {}, knownAt?: number) =>
      (await candles.closedBars(series(source, over), null, knownAt === undefined ? {} : { knownAt })).map(
        ({ openTime, close }) => `${utcDate(openTime).slice(8)}:${close}`,
      ),
    disputes: async () => {
      const rows = await db.orm.em.fork().find(DisputedBar, { assetId }, { orderBy: { openTime: 'asc', id: 'asc' } });
      return rows.map(({ openTime, state, sources, closedBy }) =>
        [utcDate(openTime.getTime()).slice(8), state, sources.join('+'), closedBy ?? '-'].join(' '),
      );
    },
    rows: () => db.orm.em.fork().find(DisputedBar, { assetId }, { orderBy: { id: 'asc' } }),
    decide: (state: string) =>
      owner.query(
        `update disputed_bar set state = $2, closed_at = clock_timestamp(), closed_by = 'local',
           kept_out = case when $2 = 'discarded' then sources else '[]' end
         where asset_id = $1 and state = 'open'`,
        [assetId, state],
      ),
    trust: (source: string) =>
      owner.query(
        `update disputed_bar set state = 'released', closed_at = clock_timestamp(), closed_by = 'local', kept_out = sources - $2
         where asset_id = $1 and state = 'open'`,
        [assetId, source],
      ),
  };
}

test('the preferred source’s own bar stays where all agree, and nothing is written', async () => {
  const { say, judge, read, disputes } = anAsset();
  await say('a', [100, 200]);
  await say('b', [100.9, 199]);
  expect(await judge()).toEqual({ disputed: 0 });
  expect(await read('a')).toEqual(['01:100', '02:200']);
  expect(await disputes()).toEqual([]);
});

test('with two votes both are held back, and readers get the bars before and after', async () => {
  const { say, judge, read, disputes, rows } = anAsset();
  await say('a', [100, 100, 100]);
  await say('b', [100, 130, 100]);
  expect(await judge()).toEqual({ disputed: 1 });
  expect(await read('a')).toEqual(['01:100', '03:100']);
  expect(await read('b')).toEqual(['01:100', '03:100']);
  expect(await disputes()).toEqual(['02 open a+b -']);
  expect((await rows())[0]).toMatchObject({
    reason: 'a closes at 100 USD (13 % off), b closes at 130 USD (13 % off); the median is 115 USD, 1 % is allowed',
    votes: [
      { source: 'a', revision: 1, close: '100', quoteCurrency: 'USD', usd: 100, conversion: null },
      { source: 'b', revision: 1, close: '130' },
    ],
    world: '',
    votesHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('the same votes again change nothing; readers may ask for what is held back', async () => {
  const { say, judge, rows, candles, series } = anAsset();
  await say('a', [100]);
  await say('b', [130]);
  await judge();
  const [first] = await rows();
  expect(await judge()).toEqual({ disputed: 1 });
  expect(await rows()).toEqual([first]);
  expect(await candles.closedBars(series('a'), null)).toEqual([]);
  expect(await candles.closedBars(series('a'), null, { disputed: 'include' })).toHaveLength(1);
  expect((await candles.closes(series('a'), null)).closes).toEqual(new Float64Array());
  expect(await candles.heldBack(series('a'), at(0), at(1))).toEqual([at(0)]);
  expect(await candles.heldBack(series('a'), at(1), at(9))).toEqual([]);
  expect(await candles.heldBack(series('c'), at(0), at(9))).toEqual([]);
});

test('a third vote says who is wrong: only that one’s bar stays held back', async () => {
  const { say, judge, read, disputes } = anAsset();
  await say('a', [100]);
  await say('b', [130]);
  await judge();
  await say('c', [100.5]);
  expect(await judge()).toEqual({ disputed: 1 });
  expect(await disputes()).toEqual(['01 superseded a+b consensus', '01 open b -']);
  expect([await read('a'), await read('b'), await read('c')]).toEqual([['01:100'], [], ['01:100.5']]);
});

test('a source that mends its bar releases it by itself', async () => {
  const { say, judge, read, disputes } = anAsset();
  await say('a', [100]);
  await say('b', [130]);
  await judge();
  await say('b', [100.2]);
  expect(await judge()).toEqual({ disputed: 0 });
  expect(await disputes()).toEqual(['01 released a+b consensus']);
  expect(await read('b')).toEqual(['01:100.2']);
});

test('what a person released stays so for the same votes, and is held back again when they change', async () => {
  const { say, judge, read, disputes, decide } = anAsset();
  await say('a', [100]);
  await say('b', [130]);
  await judge();
  await decide('released');
  expect(await judge()).toEqual({ disputed: 0 });
  expect(await read('b')).toEqual(['01:130']);
  await say('b', [140]);
  expect(await judge()).toEqual({ disputed: 1 });
  expect(await disputes()).toEqual(['01 released a+b local', '01 open a+b -']);
  expect(await read('a')).toEqual([]);
});

test('what a person discarded has no vote and is never read; a later revision has one and is', async () => {
  const { say, judge, read, disputes, decide } = anAsset();
  await say('a', [100]);
  await say('b', [130]);
  await say('c', [100.1]);
  await judge();
  await decide('discarded');
  expect(await judge()).toEqual({ disputed: 0 });
  expect([await read('a'), await read('b')]).toEqual([['01:100'], []]);
  // without the discarded vote two are left, who agree
  await say('d', [99.9]);
  await judge();
  expect(await disputes()).toEqual(['01 discarded b local']);
  await say('b', [100.3]);
  expect(await judge()).toEqual({ disputed: 0 });
  expect(await read('b')).toEqual(['01:100.3']);
  expect(await disputes()).toEqual(['01 discarded b local']);
});

test('USDT is worth its stored price of that time in USD, else a dollar, and the vote says which', async () => {
  const { say, judge, rows, candles } = anAsset();
  await say('cmc', [100, 100, 100]);
  await say('binance', [103, 103, 103], { quoteCurrency: 'USDT' });
  await judge();
  expect((await rows()).map(({ votes }) => votes[0]?.conversion)).toEqual(['assumed', 'assumed', 'assumed']);
  await candles.storeSeries(
    { assetId: 'USDT' as AssetId, interval: '1d', source: 'coingecko', quoteCurrency: 'USD', adjustment: 'raw' },
    bars([0.97, 0.5], 1),
  );
  // of the first day no price is known; of the third Tether was worth half
  expect(await judge()).toEqual({ disputed: 2 });
  expect((await rows()).map(({ state, votes }) => [state, votes[0]?.usd])).toEqual([
    ['open', 103],
    ['released', 103],
    ['superseded', 103],
    ['open', 51.5],
  ]);
  await owner.query(`delete from candle where asset_id = 'USDT'`);
});

test('bars within a day are converted by the last price of USDT that was known by their end', async () => {
  const { candles, series, judge, rows } = anAsset();
  const usdt = {
    assetId: 'USDT' as AssetId,
    interval: '1d',
    source: 'coingecko',
    quoteCurrency: 'USD',
    adjustment: 'raw',
  } as const;
  await candles.storeSeries(usdt, bars([0.5, 0.9]));
  const hour = (close: string) => bars([close]).map((one) => ({ ...one, openTime: at(1) + 5 * hourMs }));
  await candles.storeSeries(series('a', { interval: '1h' }), hour('50'));
  await candles.storeSeries(series('binance', { interval: '1h', quoteCurrency: 'USDT' }), hour('100'));
  expect(await judge({ interval: '1h' })).toEqual({ disputed: 0 });
  expect(await rows()).toEqual([]);
  await owner.query(`delete from candle where asset_id = 'USDT'`);
});

test('perpetual prices, other adjustments, other worlds and an owner’s own source have no vote', async () => {
  const { say, judge, read, disputes } = anAsset();
  await owner.query(`insert into private_source (source, owner_id) values ('csv:eve', 'eve')`);
  await say('a', [100]);
  await say('fks_data', [150], { quoteCurrency: 'USDT' });
  await say('b', [150], { adjustment: 'split' });
  await say('csv:eve', [150]);
  await say('simulated:a:7', [150]);
  expect(await judge()).toEqual({ disputed: 0 });
  await say('simulated:b:7', [200]);
  await say('simulated:b:8', [100]);
  expect(await judge()).toEqual({ disputed: 1 });
  expect(await disputes()).toEqual(['01 open simulated:a:7+simulated:b:7 -']);
  expect(await read('a')).toEqual(['01:100']);
  await owner.query(`update private_source set published_at = now() where source = 'csv:eve'`);
  expect(await judge()).toEqual({ disputed: 1 });
  expect(await read('a')).toEqual([]);
});

test('only the bars of the window are compared, and stocks more closely than coins', async () => {
  const { say, judge, disputes } = anAsset('etf');
  await say('a', [100, 100, 100, 100]);
  await say('b', [101.5, 101.5, 101.5, 100.5]);
  expect(await judge({ from: at(1), to: at(2) })).toEqual({ disputed: 1 });
  expect(await disputes()).toEqual(['02 open a+b -']);
  expect(await judge()).toEqual({ disputed: 3 });
  expect(await judge({ assetClass: 'crypto' })).toEqual({ disputed: 0 });
});

test('a judge waits for a person who decides meanwhile, and the decision stays', async () => {
  const { say, judge, read, disputes, decide, series } = anAsset();
  await say('a', [100]);
  await say('b', [130]);
  await judge();
  await say('b', [131]);
  await owner.query('begin');
  const { assetId, interval } = series('a');
  await owner.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [disputesLock(assetId, interval)]);
  const judging = judge();
  const waiting = async () =>
    (
      await owner.query(
        `select from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
      )
    ).rows.length > 0;
  while (!(await waiting()));
  await decide('discarded');
  await owner.query('commit');
  await judging;
  // b's next revision, which is not discarded, is alone
  expect(await disputes()).toEqual(['01 discarded a+b local']);
  expect([await read('a'), await read('b')]).toEqual([[], ['01:131']]);
});

test('judges of the same bars find a disagreement once', async () => {
  const { say, judge, disputes } = anAsset();
  await say(
    'a',
    Array.from({ length: 300 }, () => 100),
  );
  await say(
    'b',
    Array.from({ length: 300 }, (_, i) => (i % 3 ? 100 : 200)),
  );
  const found = await Promise.all(Array.from({ length: 4 }, () => judge()));
  expect(found).toEqual(Array.from({ length: 4 }, () => ({ disputed: 100 })));
  expect(await disputes()).toHaveLength(100);
});

test('tells how far the sources lie apart, held back or not', async () => {
  const { say, judge, disagreement } = anAsset();
  await say('a', [100, 100, 100]);
  expect(await disagreement()).toEqual({ compared: 0, largest: null, disputed: 0 });
  await say('b', [101, 150], {}, 1);
  await judge();
  expect(await disagreement()).toEqual({ compared: 2, largest: { openTime: at(2), deviation: 0.2 }, disputed: 1 });
});

/** A moment between what was written before and what is written after, by the clock that stamps the rows. */
async function moment(): Promise<number> {
  const { rows } = await owner.query<{ now: Date }>('select clock_timestamp() as now');
  await owner.query('select pg_sleep(0.005)');
  return rows[0]!.now.getTime() + 2;
}

test('of two sides the trusted one’s bar is read; the other one votes again with its next revision', async () => {
  const { say, judge, read, disputes, trust, candles, series } = anAsset();
  await say('a', [100]);
  await say('b', [130]);
  await judge();
  const open = await moment();
  await trust('a');
  const trusted = await moment();
  expect([await read('a'), await read('b')]).toEqual([['01:100'], []]);
  expect([await read('a', {}, open), await read('a', {}, trusted)]).toEqual([[], ['01:100']]);
  expect(await read('b', {}, trusted)).toEqual([]);
  expect(await judge()).toEqual({ disputed: 0 });
  // without the other one's vote two agree
  await say('c', [100.5]);
  expect(await judge()).toEqual({ disputed: 0 });
  expect(await candles.heldBackFrom(series('b'), null, {})).toEqual([at(0)]);
  await say('b', [100.1]);
  expect(await judge()).toEqual({ disputed: 0 });
  expect(await read('b')).toEqual(['01:100.1']);
  // what is mended is not told as held back
  expect(await candles.heldBackFrom(series('b'), null, {})).toEqual([]);
  expect(await candles.heldBackFrom(series('b'), null, { knownAt: trusted })).toEqual([at(0)]);
  expect(await disputes()).toEqual(['01 released a+b local']);
});

describe('disputes as they stood at another moment', () => {
  test('a disagreement that was released and came back is held back twice, and was readable in between', async () => {
    const { say, judge, read, disputes, rows, candles } = anAsset();
    const usdt = (close: number) =>
      candles.storeSeries(
        { assetId: 'USDT' as AssetId, interval: '1d', source: 'coingecko', quoteCurrency: 'USD', adjustment: 'raw' },
        bars([close]),
      );
    await say('cmc', [100]);
    await say('binance', [103], { quoteCurrency: 'USDT' });
    const seen = [await moment()];
    for (const rate of [1, 0.97, 1, 0.97]) {
      // the votes are the same again whenever the price of USDT is
      await usdt(rate);
      await judge();
      seen.push(await moment());
    }
    const known = [];
    for (const when of seen) known.push((await read('cmc', {}, when)).length);
    expect(known).toEqual([1, 0, 1, 0, 1]);
    expect(await disputes()).toEqual(['01 released binance+cmc consensus', '01 released binance+cmc consensus']);
    expect(new Set((await rows()).map(({ votesHash }) => votesHash)).size).toBe(1);
    await usdt(1);
    await judge();
    expect(await read('cmc')).toEqual([]);
    expect(await disputes()).toHaveLength(3);
    await owner.query(`delete from candle where asset_id = 'USDT'`);
  });

  test('an audit reads what readers got then', async () => {
    const { say, judge, read, decide } = anAsset();
    await say('a', [100]);
    await say('b', [130]);
    const stored = await moment();
    await judge();
    const opened = await moment();
    await decide('released');
    const released = await moment();
    await say('b', [150]);
    await judge();
    const disputedAgain = await moment();
    await decide('discarded');
    const discarded = await moment();
    const seen = [];
    for (const moment of [stored, opened, released, disputedAgain, discarded]) seen.push(await read('b', {}, moment));
    expect(seen).toEqual([['01:130'], [], ['01:130'], [], []]);
    expect(await read('b')).toEqual([]);
    expect(await read('b', {}, start)).toEqual([]);
  });

  test('a rehearsal of a time before a bad correction reads the bar as it was first stored', async () => {
    const { say, judge, candles, series } = anAsset();
    await say('a', [100]);
    await say('b', [100]);
    await judge();
    await say('b', [150]);
    await judge();
    const closes = async (asOf: number) => (await candles.closedBars(series('b'), asOf)).map(({ close }) => close);
    expect(await closes(at(1))).toEqual(['100']);
    expect(await closes(Date.now() + dayMs)).toEqual([]);
    expect(await candles.closedBars(series('b'), at(1), { revisions: 'newest' })).toEqual([]);
  });
});
