import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import type { ClientBase } from 'pg';
import { InvariantViolation } from '../shared/errors.js';
import type { AssetId } from '../shared/ids.js';
import { toIso, type EpochMs } from '../shared/time.js';
import { copyCandles, type CandleRevision } from './candle-copy.js';
import type { CollectAssetInput, CollectionReceipt } from './data.contract.js';
import { CollectionReceipt as CollectionReceiptRow } from './collection-receipt.entity.js';
import type { Candle, Interval, SeriesRef } from './domain/candle.js';
import { isSameDecimal } from './domain/decimal-text.js';
import type { Coverage } from './domain/source-choice.js';

export interface StoredCounts {
  /** Bars that were not stored before. */
  readonly rowsNew: number;
  /** Bars that differ from what was stored, kept as a new revision. */
  readonly rowsRevised: number;
}

/** Which bars of a series a read is about; none of them all. */
interface Window {
  /** First open time. */
  readonly since?: EpochMs;
  /** Open times before this one. */
  readonly before?: EpochMs;
  /** Only the newest bars of the window, this many. */
  readonly last?: number;
  /** Only the oldest bars of the window, this many. */
  readonly first?: number;
}

export interface ReadOptions extends Window {
  /**
   * Which revision of a bar an as-of reads: `as_known` (the default) the first, and a later one from its `known_at` on;
   * `newest` the newest of each bar that could be had then.
   */
  readonly revisions?: 'as_known' | 'newest';
}

export interface Extent {
  readonly rows: number;
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
}

export interface StoredSeries extends Extent {
  readonly series: SeriesRef;
}

/** Bars that are read and compared in one piece: bounds the memory of a reload. */
const compareAtOnce = 50_000;

@Injectable()
export class CandleRepository {
  constructor(private readonly em: EntityManager) {}

  /**
   * Stores the bars of one series, oldest first, in one transaction of its own; the same bars again change nothing.
   *
   * A bar that differs in number from the stored one becomes its next revision. Calls for the same series wait for each
   * other. Only what is new is written, by COPY: bars behind everything stored go there at once, others are compared
   * with the stored ones here, which is faster than a temporary table and needs no right to make one.
   */
  async storeSeries(series: SeriesRef, candles: readonly Candle[], publicationLagMs = 0): Promise<StoredCounts> {
    refuseDisorder(series, candles);
    return this.inTransaction((client) => store(client, series, candles, publicationLagMs));
  }

  /**
   * As `storeSeries`, once for an asset of a collection: a second attempt changes nothing and gets the first one's receipt.
   */
  async storeSeriesOnce(
    { collectionId, assetId, interval }: ReceiptKey,
    series: SeriesRef,
    candles: readonly Candle[],
    publicationLagMs: number,
    receiptOf: (counts: StoredCounts) => CollectionReceipt,
  ): Promise<CollectionReceipt> {
    refuseDisorder(series, candles);
    const key = [collectionId, assetId, interval];
    return this.inTransaction(async (client) => {
      // an attempt that was given up may still be at work: it and this one wait for each other
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`collection ${key.join(' ')}`]);
      const { rows } = await client.query<{ receipt: CollectionReceipt }>(receiptQuery, key);
      if (rows[0]) return rows[0].receipt;
      const receipt = receiptOf(await store(client, series, candles, publicationLagMs));
      await client.query(
        'insert into collection_receipt (collection_id, asset_id, "interval", receipt) values ($1, $2, $3, $4)',
        [...key, JSON.stringify(receipt)],
      );
      return receipt;
    });
  }

  /** What an earlier attempt at an asset of a collection stored, if one came so far. */
  async receiptOf({ collectionId, assetId, interval }: ReceiptKey): Promise<CollectionReceipt | undefined> {
    const row = await this.em.findOne(
      CollectionReceiptRow,
      { collectionId, assetId, interval },
      { disableIdentityMap: true },
    );
    return row?.receipt;
  }

  /**
   * The closed bars of a series as they were to be had at `asOf`, oldest first; null reads the newest revisions.
   *
   * A bar counts from its `available_at` on, as first stored, and each later revision from its `known_at` on, unless the
   * newest revisions are wanted: so a history that was imported today serves a question about last year.
   */
  async closedBars(series: SeriesRef, asOf: EpochMs | null, options: ReadOptions = {}): Promise<Candle[]> {
    const columns = sql`open_time, open, high, low, close, volume`;
    const { rows } = await sql<CandleText>`
      select (extract(epoch from open_time) * 1000)::float8 as open_time,
             open::text as open, high::text as high, low::text as low, close::text as close, volume::text as volume
      from (${barsAsOf(series, asOf, options, columns)}) as bar order by open_time
    `.execute(this.em.getKysely());
    return rows.map(({ open_time: openTime, ...prices }) => ({ openTime, ...prices }));
  }

  /** The closes of `closedBars` as doubles, for arithmetic on many bars. */
  async closes(series: SeriesRef, asOf: EpochMs | null, options: ReadOptions = {}) {
    const { rows } = await sql<{ open_time: number; close: number }>`
      select (extract(epoch from open_time) * 1000)::float8 as open_time, close::float8 as close
      from (${barsAsOf(series, asOf, options, sql`open_time, close`)}) as bar order by open_time
    `.execute(this.em.getKysely());
    const openTimes = new Float64Array(rows.length);
    const closes = new Float64Array(rows.length);
    rows.forEach((row, i) => {
      openTimes[i] = row.open_time;
      closes[i] = row.close;
    });
    return { openTimes, closes };
  }

  /** Number of bars of a series, whatever their revisions, with the first and the last. */
  async extent(series: SeriesRef): Promise<Extent> {
    const { rows } = await sql<ExtentRow>`
      select ${extentColumns} from candle where ${isOf(series)} and revision = 1
    `.execute(this.em.getKysely());
    return extentOf(rows[0]!);
  }

  /** What is stored of a series with open times from `from` on that ended at or before `to`. */
  async coverage(series: SeriesRef, from: EpochMs, to: EpochMs): Promise<Coverage> {
    const { rows } = await sql<ExtentRow & { longest_gap: number | null }>`
      select ${extentColumns}, (extract(epoch from max(gap)) * 1000)::float8 as longest_gap
      from (
        select open_time, open_time - lag(open_time) over (order by open_time) as gap from candle
        where ${isOf(series)} and revision = 1
          and open_time >= ${toIso(from)}::timestamptz and available_at <= ${toIso(to)}::timestamptz
      ) as bar
    `.execute(this.em.getKysely());
    const row = rows[0]!;
    return { ...extentOf(row), longestGapMs: row.longest_gap ?? 0 };
  }

  /** Every stored series of an asset at an interval. */
  async seriesOfAsset(assetId: AssetId, interval: Interval): Promise<StoredSeries[]> {
    type Row = ExtentRow & {
      source: string;
      quote_currency: SeriesRef['quoteCurrency'];
      adjustment: SeriesRef['adjustment'];
    };
    const { rows } = await sql<Row>`
      select source, quote_currency, adjustment, ${extentColumns} from candle
      where asset_id = ${assetId} and "interval" = ${interval} and revision = 1
      group by source, quote_currency, adjustment order by source, quote_currency, adjustment
    `.execute(this.em.getKysely());
    return rows.map((row) => {
      const { source, quote_currency: quoteCurrency, adjustment } = row;
      return { series: { assetId, interval, source, quoteCurrency, adjustment }, ...extentOf(row) };
    });
  }

  /** A connection of its own, because COPY speaks a protocol that the query builder does not know. */
  private async inTransaction<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    const pool = await this.em.getConnection().getNativeClient();
    const client = await pool.connect();
    let failure: unknown;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // a connection that failed half-way is thrown away, and its transaction with it
      client.release(failure !== undefined);
    }
  }
}

type ReceiptKey = Pick<CollectAssetInput, 'collectionId' | 'assetId' | 'interval'>;

const receiptQuery =
  'select receipt from collection_receipt where collection_id = $1 and asset_id = $2 and "interval" = $3';

/** Writes what is new of a series, inside the caller's transaction; calls for the same series wait for each other. */
async function store(
  client: ClientBase,
  series: SeriesRef,
  candles: readonly Candle[],
  publicationLagMs: number,
): Promise<StoredCounts> {
  if (candles.length === 0) return { rowsNew: 0, rowsRevised: 0 };
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`candle ${keyOf(series).join(' ')}`]);
  const { rows } = await client.query<{ known_at: string; is_new: boolean }>(isBehindAll, [
    ...keyOf(series),
    toIso(candles[0]!.openTime),
  ]);
  const { known_at: knownAt, is_new: isNew } = rows[0]!;
  const context = { series, publicationLagMs, knownAt };
  if (isNew) {
    return { rowsNew: await copyCandles(client, firstRevisions(candles), context), rowsRevised: 0 };
  }
  let [rowsNew, rowsRevised] = [0, 0];
  for (let from = 0; from < candles.length; from += compareAtOnce) {
    const slice = candles.slice(from, from + compareAtOnce);
    const changed = changedFrom(await storedBetween(client, series, slice), slice);
    if (changed.length === 0) continue;
    await copyCandles(client, changed, context);
    const isRevised = changed.filter(({ revision }) => revision > 1).length;
    rowsRevised += isRevised;
    rowsNew += changed.length - isRevised;
  }
  return { rowsNew, rowsRevised };
}

const isBehindAll = `
  select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as known_at,
         not exists (
           select from candle
           where asset_id = $1 and "interval" = $2 and source = $3 and quote_currency = $4 and adjustment = $5
             and open_time >= $6
         ) as is_new`;

const keyOf = ({ assetId, interval, source, quoteCurrency, adjustment }: SeriesRef) =>
  [assetId, interval, source, quoteCurrency, adjustment] as const;

const isOf = ({ assetId, interval, source, quoteCurrency, adjustment }: SeriesRef) => sql<boolean>`
  asset_id = ${assetId} and "interval" = ${interval} and source = ${source}
  and quote_currency = ${quoteCurrency} and adjustment = ${adjustment}`;

/** One row a bar: the newest revision that counts at `asOf`. The primary key is read backwards, so `last` stops early. */
function barsAsOf(series: SeriesRef, asOf: EpochMs | null, options: ReadOptions, columns: RawBuilder<unknown>) {
  const { since, before, last, first, revisions = 'as_known' } = options;
  const conditions = [isOf(series)];
  if (since !== undefined) conditions.push(sql`open_time >= ${toIso(since)}::timestamptz`);
  if (before !== undefined) conditions.push(sql`open_time < ${toIso(before)}::timestamptz`);
  if (asOf !== null) {
    const instant = sql`${toIso(asOf)}::timestamptz`;
    conditions.push(sql`available_at <= ${instant}`);
    if (revisions === 'as_known') conditions.push(sql`(revision = 1 or known_at <= ${instant})`);
  }
  const order = first === undefined ? sql`open_time desc, revision desc` : sql`open_time, revision desc`;
  const limit = first ?? last;
  return sql`
    select distinct on (open_time) ${columns} from candle where ${sql.join(conditions, sql` and `)}
    order by ${order} ${limit === undefined ? sql`` : sql`limit ${limit}`}`;
}

interface CandleText {
  open_time: number;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string | null;
}

interface ExtentRow {
  rows: number;
  first: number | null;
  last: number | null;
}

const extentColumns = sql`
  count(*)::int4 as rows, (extract(epoch from min(open_time)) * 1000)::float8 as first,
  (extract(epoch from max(open_time)) * 1000)::float8 as last`;

const extentOf = ({ rows, first, last }: ExtentRow): Extent => ({ rows, first, last });

function refuseDisorder(series: SeriesRef, candles: readonly Candle[]): void {
  const at = candles.findIndex(({ openTime }, i) => i > 0 && openTime <= candles[i - 1]!.openTime);
  if (at >= 0)
    throw new InvariantViolation(`bars of ${series.assetId} do not ascend at ${toIso(candles[at]!.openTime)}`);
}

function* firstRevisions(candles: readonly Candle[]): Generator<CandleRevision> {
  for (const candle of candles) yield { candle, revision: 1 };
}

/** Open time, revision, open, high, low, close, volume of the newest revision of each bar, oldest first. */
type StoredBar = [number, number, string, string, string, string, string | null];

async function storedBetween(client: ClientBase, series: SeriesRef, candles: readonly Candle[]): Promise<StoredBar[]> {
  const { rows } = await client.query<StoredBar>({
    rowMode: 'array',
    text: `
      select distinct on (open_time) (extract(epoch from open_time) * 1000)::float8, revision,
             open::text, high::text, low::text, close::text, volume::text
      from candle
      where asset_id = $1 and "interval" = $2 and source = $3 and quote_currency = $4 and adjustment = $5
        and open_time between $6 and $7
      order by open_time desc, revision desc`,
    values: [...keyOf(series), toIso(candles[0]!.openTime), toIso(candles.at(-1)!.openTime)],
  });
  return rows.reverse();
}

/** Walks both lists, each oldest first: what is new, and what differs in number from the stored bar. */
function changedFrom(stored: readonly StoredBar[], candles: readonly Candle[]): CandleRevision[] {
  const changed: CandleRevision[] = [];
  let at = 0;
  for (const candle of candles) {
    while (at < stored.length && stored[at]![0] < candle.openTime) at++;
    const bar = stored[at];
    if (bar?.[0] !== candle.openTime) changed.push({ candle, revision: 1 });
    else if (!isSameBar(bar, candle)) changed.push({ candle, revision: bar[1] + 1 });
  }
  return changed;
}

function isSameBar([, , open, high, low, close, volume]: StoredBar, candle: Candle): boolean {
  return (
    isSameDecimal(open, candle.open) &&
    isSameDecimal(high, candle.high) &&
    isSameDecimal(low, candle.low) &&
    isSameDecimal(close, candle.close) &&
    (volume === null || candle.volume === null ? volume === candle.volume : isSameDecimal(volume, candle.volume))
  );
}
