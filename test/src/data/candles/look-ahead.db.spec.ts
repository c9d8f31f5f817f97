import fc from 'fast-check';
import pg from 'pg';
import { CandleRepository } from '../../../../src/data/candles/candle.repository.js';
import { isClosed, type Candle, type Interval, type SeriesRef } from '../../../../src/data/domain/candle.js';
import { candleAnswer } from '../../../../src/data/sources/candle-answer.js';
import { sourceFamilies, sourcesInOrder } from '../../../../src/data/sources/registry.js';
import { seedAssets } from '../../../../src/data/domain/seed-assets.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs, hourMs, toIso } from '../../../../src/shared/time.js';
import { useDatabase } from '../../../support/database.js';

let owner: pg.Client;
// before the database goes
afterAll(() => owner.end());
const db = useDatabase();
beforeAll(async () => {
  owner = new pg.Client({ connectionString: db.database.ownerUrl });
  await owner.connect();
});

const candles = () => new CandleRepository(db.orm.em.fork());
const start = Date.parse('2024-01-01T00:00:00Z');

let made = 0;
function aSeries(source: string, interval: Interval = '1h'): SeriesRef {
  made += 1;
  return { assetId: `L${made}` as AssetId, interval, source, quoteCurrency: 'USD', adjustment: 'raw' };
}

interface StoredRevision {
  readonly openTime: number;
  readonly revision: number;
  readonly close: number;
  readonly availableAt: number;
  readonly knownAt: number;
}

/** Rows as no store would write them: any lag, known at any time. */
async function insert(series: SeriesRef, rows: readonly StoredRevision[]): Promise<void> {
  await owner.query(
    `insert into candle (asset_id, "interval", source, quote_currency, adjustment, open_time, revision, close, available_at, known_at)
     select $1, $2, $3, 'USD', 'raw', t.o, t.r, t.c, t.a, t.k
     from unnest($4::timestamptz[], $5::int[], $6::numeric[], $7::timestamptz[], $8::timestamptz[]) as t (o, r, c, a, k)`,
    [
      series.assetId,
      series.interval,
      series.source,
      rows.map(({ openTime }) => toIso(openTime)),
      rows.map(({ revision }) => revision),
      rows.map(({ close }) => close),
      rows.map(({ availableAt }) => toIso(availableAt)),
      rows.map(({ knownAt }) => toIso(knownAt)),
    ],
  );
}

/** The rule, written once more without SQL. */
function expectedAt(rows: readonly StoredRevision[], instant: number, knownAt = Infinity) {
  const visible = rows.filter(
    (row) => row.availableAt <= instant && (row.revision === 1 || row.knownAt <= instant) && row.knownAt <= knownAt,
  );
  const newest = new Map<number, StoredRevision>();
  for (const row of visible) {
    const other = newest.get(row.openTime);
    if (!other || other.revision < row.revision) newest.set(row.openTime, row);
  }
  return [...newest.values()].sort((a, b) => a.openTime - b.openTime).map(({ openTime, close }) => [openTime, close]);
}

const hours = 60;
const history = fc
  .array(
    fc.record({
      hour: fc.nat({ max: hours }),
      lagMinutes: fc.nat({ max: 300 }),
      knownAfterMinutes: fc.array(fc.integer({ min: -600, max: 20_000 }), { minLength: 1, maxLength: 4 }),
      price: fc.integer({ min: 1, max: 1_000 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((bars): StoredRevision[] =>
    [...new Map(bars.map((bar) => [bar.hour, bar])).values()].flatMap(
      ({ hour, lagMinutes, knownAfterMinutes, price }) => {
        const openTime = start + hour * hourMs;
        const end = openTime + hourMs;
        return knownAfterMinutes.map((minutes, i) => ({
          openTime,
          revision: i + 1,
          close: price + i,
          availableAt: end + lagMinutes * 60_000,
          knownAt: end + minutes * 60_000,
        }));
      },
    ),
  );
const instants = fc.array(fc.integer({ min: -2 * 60, max: (hours + 20) * 60 }), { minLength: 1, maxLength: 12 });

test('a dated price never looks ahead: whatever is stored, it is the last bar that could be had by then', async () => {
  await fc.assert(
    fc.asyncProperty(history, instants, fc.nat({ max: 20_000 }), async (rows, minutes, knownMinute) => {
      const series = aSeries('binance');
      await insert(series, rows);
      for (const minute of minutes) {
        const instant = start + minute * 60_000;
        const expected = expectedAt(rows, instant);
        const read = await candles().closedBars(series, instant);
        expect(read.map(({ openTime, close }) => [openTime, Number(close)])).toEqual(expected);
        // no bar that ended later, whatever its revision
        expect(read.every(({ openTime }) => isClosed(openTime, '1h', instant))).toBe(true);
        const { openTimes, closes } = await candles().closes(series, instant, { last: 1 });
        expect([...openTimes].map((openTime, i) => [openTime, closes[i]])).toEqual(expected.slice(-1));
        const knownAt = start + knownMinute * 60_000;
        const audited = await candles().closedBars(series, instant, { knownAt });
        expect(audited.map(({ openTime, close }) => [openTime, Number(close)])).toEqual(
          expectedAt(rows, instant, knownAt),
        );
      }
    }),
    { numRuns: 120 },
  );
});

test('what is stored later changes no read of an instant before it could be had', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 0, max: hours * 60 }), async (rows, minute) => {
      const instant = start + minute * 60_000;
      const past = rows.filter(
        ({ availableAt, revision, knownAt }) => availableAt <= instant && (revision === 1 || knownAt <= instant),
      );
      const [whole, part] = [aSeries('binance'), aSeries('binance')];
      await insert(whole, rows);
      if (past.length > 0) await insert(part, past);
      expect(await candles().closedBars(whole, instant)).toEqual(await candles().closedBars(part, instant));
    }),
    { numRuns: 60 },
  );
});

const everySource = sourcesInOrder(
  sourceFamilies.map(({ name }) => name),
  { FKS_DATA_BASE_URL: 'http://127.0.0.1:9', FKS_PRICES: 'test/fixtures/sources/csv/good' },
);

test.each(everySource.map((source) => [source.id, source] as const))(
  'one rule for every source: a daily price of %s counts from its close and publication on',
  async (_id, { id, offers }) => {
    const series = aSeries(id, '1d');
    const bar = (i: number): Candle => ({
      openTime: start + i * dayMs,
      open: null,
      high: null,
      low: null,
      close: String(i + 1),
      volume: null,
    });
    await candles().storeSeries(series, [bar(0), bar(1), bar(2)], offers.publicationLagMs);
    const priceAt = async (instant: number) =>
      (await candles().closedBars(series, instant, { last: 1 })).map(({ close }) => close)[0];
    const published = start + 2 * dayMs + offers.publicationLagMs;
    expect(await priceAt(published - 1)).toBe('1');
    expect(await priceAt(published)).toBe('2');
  },
);

describe('defects of the prototype that are not here', () => {
  test('D27: the price asked for the 12th at 04:40 is the close of the 11th, not that of the 13th', async () => {
    const series = aSeries('binance', '1d');
    const days = Array.from({ length: 5 }, (_, i) => ({
      openTime: Date.parse('2024-03-09T00:00:00Z') + i * dayMs,
      open: null,
      high: null,
      low: null,
      close: `${9 + i}`,
      volume: null,
    }));
    await candles().storeSeries(series, days);
    const [price] = await candles().closedBars(series, Date.parse('2024-03-12T04:40:00Z'), { last: 1 });
    expect(price!.close).toBe('11');
  });

  test('D28: the unfinished bar of today is not taken, so it can be neither a last close nor stored as if final', () => {
    const now = Date.parse('2024-03-12T04:40:00Z');
    const row = (date: string) => ({
      openTime: Date.parse(`${date}T00:00:00Z`),
      open: '1',
      high: '2',
      low: '1',
      close: '1.5',
      volume: '1',
      where: date,
    });
    const asset = seedAssets.find(({ id }) => id === 'BTC')!;
    const outcome = candleAnswer(
      {
        quoteCurrency: 'USDT',
        adjustment: 'raw',
        offered: [row('2024-03-10'), row('2024-03-11'), row('2024-03-12')],
        simulatedSeed: null,
      },
      { asset, interval: '1d', from: null, to: now },
      now,
    );
    expect(outcome).toMatchObject({ kind: 'ok', value: { refused: [] } });
    const taken = outcome.kind === 'ok' ? outcome.value.candles.map(({ openTime }) => toIso(openTime)) : [];
    expect(taken).toEqual(['2024-03-10T00:00:00Z', '2024-03-11T00:00:00Z']);
  });

  test('D28: a bar that was stored early all the same is not read before its end', async () => {
    const series = aSeries('binance', '1d');
    await candles().storeSeries(series, [
      { openTime: start, open: null, high: null, low: null, close: '1', volume: null },
    ]);
    expect(await candles().closedBars(series, start + dayMs - 1)).toEqual([]);
    expect(await candles().closedBars(series, start + dayMs)).toHaveLength(1);
  });
});
