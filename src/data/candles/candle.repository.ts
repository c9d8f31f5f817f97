import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import type { ClientBase } from 'pg';
import { inOwnTransaction } from '../../platform/database/own-transaction.js';
import { DomainError, InvariantViolation } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { dayMs, toIso, utcDate, type EpochMs } from '../../shared/time.js';
import { copyCandles, type CandleRevision } from './candle-copy.js';
import type { FetchedBars } from '../data.contract.js';
import { CollectionReceipt } from '../collection/collection-receipt.entity.js';
import { intervalMs, type Candle, type Interval, type SeriesRef } from '../domain/candle.js';
import { isSameDecimal, isSameOrAbsent } from '../domain/decimal-text.js';
import { firstMonday } from '../domain/exchange-calendar.js';
import { UnitChangedError, whyUnitChangedFromStored, type StoredClose } from '../domain/unit-change.js';
import type { CorporateAction } from '../sources/market-data-source.js';
import { disputesLock, heldBackTimes, isNotHeldBack } from './held-back.js';

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
  /** For audits: only what was stored by then, first revisions too, and disputes as they stood then. */
  readonly knownAt?: EpochMs;
  /** Bars that are held back because sources disagree about them; they are left out unless asked for. */
  readonly disputed?: 'leave_out' | 'include';
}

export interface Extent {
  readonly rows: number;
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
}

/** A series with the open times of its first and its last bar. */
export interface SeriesSpan {
  readonly series: SeriesRef;
  readonly first: EpochMs;
  readonly last: EpochMs;
}

export interface StoredSeries extends SeriesSpan {
  readonly rows: number;
}

/** One part of what a collection asks one source for. */
export interface ReceiptKey {
  readonly collectionId: string;
  readonly assetId: AssetId;
  readonly interval: Interval;
  readonly source: string;
  /** First instant of the part, as text. */
  readonly part: string;
}

/** One series of a read of many. */
export interface SeriesRead {
  readonly series: SeriesRef;
  readonly options: Omit<ReadOptions, 'knownAt'>;
}

/** An asset's bars of one size. */
export interface AssetInterval {
  readonly assetId: AssetId;
  readonly interval: Interval;
}

/** Whether bars must have the unit of what is stored near them, or correct it. */
export type UnitRule = 'same' | 'corrected';

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
    return inOwnTransaction(this.em, (client) => store(client, series, candles, publicationLagMs));
  }

  /**
   * As `storeSeries`, once for a part of a collection, with the splits and dividends that came along: a second attempt
   * changes nothing and gets the first one's receipt.
   */
  async storeSeriesOnce(
    key: ReceiptKey,
    series: SeriesRef,
    candles: readonly Candle[],
    publicationLagMs: number,
    receiptOf: (counts: StoredCounts) => FetchedBars,
    actions: readonly CorporateAction[] = [],
  ): Promise<FetchedBars> {
    refuseDisorder(series, candles);
    const values = [key.collectionId, key.assetId, key.interval, key.source, key.part];
    return inOwnTransaction(this.em, async (client) => {
      // an attempt that was given up may still be at work: it and this one wait for each other
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`collection ${values.join(' ')}`]);
      const { rows } = await client.query<{ receipt: FetchedBars }>(receiptQuery, values);
      if (rows[0]) return rows[0].receipt;
      const receipt = receiptOf(await store(client, series, candles, publicationLagMs));
      await storeActions(client, series, actions);
      await client.query(
        'insert into collection_receipt (collection_id, asset_id, "interval", source, part, receipt) values ($1, $2, $3, $4, $5, $6)',
        [...values, JSON.stringify(receipt)],
      );
      return receipt;
    });
  }

  /**
   * As `storeSeries`, for a history that is too long for memory: its parts, each oldest first, come in any order, and all
   * of them are stored, with what `finish` writes beside them, or nothing is. `unit` says whether another unit than what
   * is stored near them is refused, or is the correction of a history that was stored in a wrong one.
   *
   * @throws UnitChangedError when they have another unit than what is stored near them, and that is not meant
   */
  storeParts<T>(
    series: SeriesRef,
    parts: AsyncIterable<readonly Candle[]>,
    publicationLagMs: number,
    finish: (client: ClientBase, counts: StoredCounts) => Promise<T>,
    unit: UnitRule = 'same',
  ): Promise<T> {
    return inOwnTransaction(this.em, async (client) => {
      let [rowsNew, rowsRevised] = [0, 0];
      for await (const part of parts) {
        refuseDisorder(series, part);
        // asked within the transaction, which sees its own bars: from outside, each question would walk past all of them
        const beside = unit === 'same' ? await storedBeside(client, series, part) : [];
        const why = whyUnitChangedFromStored(beside, part, series.interval);
        if (why !== undefined) throw new UnitChangedError(why);
        const counts = await store(client, series, part, publicationLagMs);
        rowsNew += counts.rowsNew;
        rowsRevised += counts.rowsRevised;
      }
      return finish(client, { rowsNew, rowsRevised });
    });
  }

  /** What an earlier attempt at a part of a collection stored, if one came so far. */
  async receiptOf({ collectionId, assetId, interval, source, part }: ReceiptKey): Promise<FetchedBars | undefined> {
    const row = await this.em.findOne(
      CollectionReceipt,
      { collectionId, assetId, interval, source, part },
      { disableIdentityMap: true },
    );
    return row?.receipt;
  }

  /**
   * The closed bars of a series as they were to be had at `asOf`, oldest first; null reads the newest revisions.
   *
   * A bar counts from its `available_at` on, as first stored, and each later revision from its `known_at` on, unless the
   * newest revisions are wanted: so a history that was imported today serves a question about last year. Bars that are
   * held back because sources disagree are left out.
   */
  async closedBars(series: SeriesRef, asOf: EpochMs | null, options: ReadOptions = {}): Promise<Candle[]> {
    await this.settled([series], options.knownAt);
    const columns = sql`open_time, open, high, low, close, volume`;
    const { rows } = await sql<CandleText>`
      select (extract(epoch from open_time) * 1000)::float8 as open_time,
             open::text as open, high::text as high, low::text as low, close::text as close, volume::text as volume
      from (${barsAsOf(series, asOf, options, columns)}) as bar order by open_time
    `.execute(this.em.getKysely());
    return rows.map(({ open_time: openTime, ...prices }) => ({ openTime, ...prices }));
  }

  /** As `closedBars` of each, in the order of the reads, with one question for some dozen of them. */
  async closedBarsOfMany(reads: readonly SeriesRead[], asOf: EpochMs, knownAt?: EpochMs): Promise<Candle[][]> {
    await this.settled(
      reads.map(({ series }) => series),
      knownAt,
    );
    const bars = reads.map((): Candle[] => []);
    const columns = sql`open_time, open, high, low, close, volume`;
    for (let from = 0; from < reads.length; from += readsAtOnce) {
      const parts = reads.slice(from, from + readsAtOnce).map(({ series, options }, i) => {
        const own = barsAsOf(series, asOf, { ...options, ...(knownAt !== undefined && { knownAt }) }, columns);
        return sql`(select ${sql.lit(from + i)}::int4 as read, bar.* from (${own}) as bar)`;
      });
      const { rows } = await sql<CandleText & { read: number }>`
        select read, (extract(epoch from open_time) * 1000)::float8 as open_time,
               open::text as open, high::text as high, low::text as low, close::text as close, volume::text as volume
        from (${sql.join(parts, sql` union all `)}) as bar order by read, open_time
      `.execute(this.em.getKysely());
      for (const { read, open_time: openTime, ...prices } of rows) bars[read]!.push({ openTime, ...prices });
    }
    return bars;
  }

  /**
   * As `closedBars`, put together to bars of a coarser interval by the database: of the minutes of a year only its weeks
   * are sent. As `deriveBars` does it, for an asset that trades without a break: a bar comes out when it has all parts of
   * the grid.
   */
  async derivedBars(series: SeriesRef, to: Interval, asOf: EpochMs | null, options: ReadOptions): Promise<Candle[]> {
    await this.settled([series], options.knownAt);
    const [part, whole] = [intervalMs[series.interval], intervalMs[to]];
    const columns = sql`open_time, open, high, low, close, volume`;
    const width = sql`make_interval(secs => ${whole / 1_000})`;
    const origin = sql`${toIso(to === '1w' ? firstMonday : 0)}::timestamptz`;
    // a number of some parts only would be invented
    const ofAll = (column: string, value: RawBuilder<unknown>) =>
      sql`case when count(${sql.ref(column)}) = count(*) then ${value}::text end as ${sql.ref(column)}`;
    const { rows } = await sql<CandleText>`
      select (date_part('epoch', date_bin(${width}, open_time, ${origin})) * 1000)::float8 as open_time,
             ${ofAll('open', sql`(array_agg(open order by open_time))[1]`)},
             ${ofAll('high', sql`trim_scale(max(high))`)}, ${ofAll('low', sql`trim_scale(min(low))`)},
             (array_agg(close order by open_time desc))[1]::text as close,
             ${ofAll('volume', sql`trim_scale(sum(volume))`)}
      from (${barsAsOf(series, asOf, options, columns)}) as bar
      where (date_part('epoch', open_time) * 1000)::bigint % ${part}::bigint = 0
      group by 1 having count(*) = ${whole / part} order by 1
    `.execute(this.em.getKysely());
    return rows.map(({ open_time: openTime, ...prices }) => ({ openTime, ...prices }));
  }

  /**
   * The closes of `closedBars` as doubles, for arithmetic on many bars.
   *
   * They come as one value each, packed by the server: faster than a row a bar, and nothing is parsed as text.
   */
  async closes(series: SeriesRef, asOf: EpochMs | null, options: ReadOptions = {}) {
    // in the order in which the bars are read, so that they need not be sorted again
    const order = readingOrder(options);
    await this.settled([series], options.knownAt);
    const { rows } = await sql<{ open_times: Buffer | null; closes: Buffer | null }>`
      select ${packed(epochMs, order)} as open_times, ${packed(sql`close::float8`, order)} as closes
      from (${barsAsOf(series, asOf, options, sql`open_time, close`)}) as bar
    `.execute(this.em.getKysely());
    const [openTimes, closes] = [doublesOf(rows[0]!.open_times), doublesOf(rows[0]!.closes)];
    return order === 'desc' ? { openTimes: openTimes.reverse(), closes: closes.reverse() } : { openTimes, closes };
  }

  /**
   * A hash that tells two states of what is stored of assets' bars before an instant apart: of all series that the viewer
   * may see and of what sources disagree about, in one question and without reading bars, which are only ever added.
   */
  async stateOf(
    assetIds: readonly AssetId[],
    interval: Interval,
    { viewer, before, knownAt }: { viewer: OwnerId; before: EpochMs; knownAt?: EpochMs | undefined },
  ): Promise<string> {
    const ofAssets = sql`asset_id in (${sql.join(assetIds)}) and "interval" = ${interval}`;
    const conditions = [ofAssets, ...windowConditions(undefined, before), isKnown(knownAt), isVisible(viewer, knownAt)];
    const instant = knownAt === undefined ? sql`'infinity'` : sql`${toIso(knownAt)}`;
    const { rows } = await sql<{ state: string }>`
      select md5(coalesce(string_agg(line, E'\\n' order by line), '')) as state from (
        select concat_ws(' ', asset_id, source, quote_currency, adjustment, count(*), date_part('epoch', max(known_at))) as line
        from candle where ${sql.join(conditions, sql` and `)}
        group by asset_id, source, quote_currency, adjustment
        union all
        select concat_ws(' ', id, date_part('epoch', closed_at)) from (
          select id, case when closed_at <= ${instant}::timestamptz then closed_at end as closed_at
          from disputed_bar where ${ofAssets} and opened_at <= ${instant}::timestamptz
        ) as dispute
      ) as part
    `.execute(this.em.getKysely());
    return rows[0]!.state;
  }

  /** Number of bars of a series, whatever their revisions, with the first and the last. */
  async extent(series: SeriesRef): Promise<Extent> {
    const { rows } = await sql<ExtentRow>`
      select ${extentColumns} from candle where ${isOf(series)} and revision = 1
    `.execute(this.em.getKysely());
    return extentOf(rows[0]!);
  }

  /** Number of bars of a series, or of those of a window and a moment of knowledge, whatever their revisions. */
  async count(series: SeriesRef, { since, before, knownAt }: ReadOptions = {}): Promise<number> {
    const conditions = [isOf(series), sql`revision = 1`, ...windowConditions(since, before), isKnown(knownAt)];
    const { rows } = await sql<{ count: number }>`
      select count(*)::int4 as count from candle where ${sql.join(conditions, sql` and `)}
    `.execute(this.em.getKysely());
    return rows[0]!.count;
  }

  /** Open times, ascending, of the bars of a series that open from `from` on and before `to`, held back or not. */
  async openTimes(series: SeriesRef, from: EpochMs, to: EpochMs): Promise<Float64Array> {
    const { rows } = await sql<{ open_times: Buffer | null }>`
      select ${packed(epochMs, 'asc')} as open_times from candle
      where ${isOf(series)} and revision = 1
        and open_time >= ${toIso(from)}::timestamptz and open_time < ${toIso(to)}::timestamptz
    `.execute(this.em.getKysely());
    return doublesOf(rows[0]!.open_times);
  }

  /** Open times of the bars in `[from, to)` that readers of a series do not get now, because sources disagree. */
  heldBack(series: SeriesRef, from: EpochMs, to: EpochMs): Promise<EpochMs[]> {
    return this.heldBackFrom(series, null, { since: from, before: to });
  }

  /**
   * As `heldBack`, for what a read with these options leaves out: the first `limit` of its window. A discarded bar that
   * its source has mended since is not left out.
   */
  async heldBackFrom(
    series: SeriesRef,
    asOf: EpochMs | null,
    options: ReadOptions,
    limit?: number,
  ): Promise<EpochMs[]> {
    const { since, before, knownAt, revisions = 'as_known' } = options;
    await this.settled([series], options.knownAt);
    const instant = asOf !== null && revisions === 'as_known' ? asOf : undefined;
    const held = heldBackTimes(series, { knownAt, asOf: instant });
    const isMended = sql`exists (
      select from candle
      where ${isOf(series)} and candle.open_time = held.open_time and candle.revision > held.revision
        and ${isKnown(knownAt)} and ${isKnown(instant)}
    )`;
    const { rows } = await sql<{ open_time: number }>`
      select (date_part('epoch', open_time) * 1000)::float8 as open_time
      from (
        select distinct open_time from (${held}) as held
        where ${sql.join([sql`true`, ...windowConditions(since, before)], sql` and `)}
          and not (is_discarded and ${isMended})
      ) as bar
      order by bar.open_time limit ${limit ?? null}
    `.execute(this.em.getKysely());
    return rows.map(({ open_time: openTime }) => openTime);
  }

  /** As `heldBackFrom` of each, in the order of the reads: most have none, and one question finds those that may. */
  async heldBackOfMany(reads: readonly SeriesRead[], asOf: EpochMs, knownAt: EpochMs): Promise<EpochMs[][]> {
    const assets = [...new Set(reads.map(({ series }) => series.assetId))];
    const { rows } = await sql<{ asset_id: string; interval: string }>`
      select distinct asset_id, "interval" from disputed_bar where asset_id = any(${assets}::text[])
    `.execute(this.em.getKysely());
    const isDisputed = new Set(rows.map(({ asset_id, interval }) => `${asset_id} ${interval}`));
    const held: EpochMs[][] = [];
    for (const { series, options } of reads) {
      const mayBe = isDisputed.has(`${series.assetId} ${series.interval}`);
      held.push(mayBe ? await this.heldBackFrom(series, asOf, { ...options, knownAt }) : []);
    }
    return held;
  }

  /**
   * Waits until what is being stored or decided about the series by now is committed: rows are stamped before that, and
   * an audit must not answer without them today and with them tomorrow. What begins later is stamped later.
   *
   * @throws DomainError `unavailable` when it takes longer than some seconds, as a large import does
   */
  private async settled(of: readonly SeriesRef[], knownAt: EpochMs | undefined): Promise<void> {
    // nothing is at work for as long as that
    if (knownAt === undefined || knownAt < Date.now() - dayMs) return;
    const keys = of.flatMap((series) => [storeLock(series), disputesLock(series.assetId, series.interval)]);
    try {
      await this.em.fork().transactional(async (em) => {
        await sql`select set_config('lock_timeout', ${`${longestWaitMs}ms`}, true)`.execute(em.getKysely());
        await sql`
          select pg_advisory_xact_lock_shared(hashtextextended(key, 0)) from unnest(${keys}::text[]) as key
        `.execute(em.getKysely());
      });
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      const names = [...new Set(of.map(({ assetId }) => assetId))];
      const shown = names.length > 5 ? `one of ${names.length} assets` : names.join(', ');
      const message = `prices of ${shown} are being stored: what is known at ${toIso(knownAt)} is settled when that is done`;
      throw new DomainError('unavailable', message, { cause: error });
    }
  }

  /** The newest revision of the last bar that opens before an instant, held back or not. */
  async lastClose(series: SeriesRef, before: EpochMs): Promise<StoredClose | undefined> {
    return this.neighbour(series, sql`open_time < ${toIso(before)}::timestamptz`, sql`desc`);
  }

  /**
   * Why bars that came for a series must not be stored beside what is: their unit is another one, by a factor of a
   * hundred. Undefined when they agree, or when nothing near them in time is stored.
   */
  async whyUnitChanged(series: SeriesRef, candles: readonly Candle[]): Promise<string | undefined> {
    const [first, last] = [candles[0], candles.at(-1)];
    if (!first || !last) return undefined;
    const before = await this.lastClose(series, last.openTime + 1);
    const after = await this.neighbour(series, sql`open_time >= ${toIso(first.openTime)}::timestamptz`, sql`asc`);
    const stored = [before, after].filter((one) => one !== undefined);
    return whyUnitChangedFromStored(stored, candles, series.interval);
  }

  private async neighbour(
    series: SeriesRef,
    where: RawBuilder<unknown>,
    order: RawBuilder<unknown>,
  ): Promise<StoredClose | undefined> {
    const { rows } = await sql<{ open_time: number; close: string }>`
      select (date_part('epoch', open_time) * 1000)::float8 as open_time, close::text as close from candle
      where ${isOf(series)} and ${where} and ${isNotHeldBack(series, {})}
      order by open_time ${order}, revision desc limit 1
    `.execute(this.em.getKysely());
    return rows[0] && { openTime: rows[0].open_time, close: rows[0].close };
  }

  /**
   * Every stored series of an asset at an interval that everybody may read and, of an owner's own sources, those that
   * are the viewer's. As fast for a million bars as for one. With `knownAt` those that had bars by then, as
   * far as they reached.
   */
  async seriesSpans(assetId: AssetId, interval: Interval, viewer?: OwnerId, knownAt?: EpochMs): Promise<SeriesSpan[]> {
    return this.seriesSpansOfMany([{ assetId, interval }], viewer, knownAt);
  }

  /** As `seriesSpans` of each pair, in one question. */
  async seriesSpansOfMany(pairs: readonly AssetInterval[], viewer?: OwnerId, knownAt?: EpochMs): Promise<SeriesSpan[]> {
    const edge = (order: Order) => sql`(
      select (date_part('epoch', open_time) * 1000)::float8 from candle
      where asset_id = wanted.asset_id and "interval" = wanted."interval" and source = series.source
        and quote_currency = series.quote_currency and adjustment = series.adjustment and ${isKnown(knownAt)}
      order by open_time ${sql.raw(order)} limit 1
    )`;
    const { rows } = await sql<SpanRow>`
      select wanted.asset_id, wanted."interval", found.*
      from unnest(${pairs.map((one) => one.assetId)}::text[], ${pairs.map((one) => one.interval)}::text[])
        as wanted (asset_id, "interval"), lateral (
        ${visibleSeries(viewer, knownAt)}, span as (
          select series.*, ${edge('asc')} as first, ${edge('desc')} as last from series
        )
        select * from span where first is not null
      ) as found
      order by 1, 2, source, quote_currency, adjustment
    `.execute(this.em.getKysely());
    return rows.map(
      ({ asset_id: assetId, interval, source, quote_currency: quoteCurrency, adjustment, first, last }) => ({
        series: { assetId, interval, source, quoteCurrency, adjustment },
        first,
        last,
      }),
    );
  }

  /** As `seriesSpans`, with the number of bars, which is counted: dear where there are many. */
  async seriesOfAsset(assetId: AssetId, interval: Interval, viewer?: OwnerId): Promise<StoredSeries[]> {
    const counted = [];
    for (const span of await this.seriesSpans(assetId, interval, viewer)) {
      counted.push({ ...span, rows: await this.count(span.series) });
    }
    return counted;
  }
}

const receiptQuery = `
  select receipt from collection_receipt
  where collection_id = $1 and asset_id = $2 and "interval" = $3 and source = $4 and part = $5`;

/** Keeps what is told of splits and dividends; of one thing told twice the first telling stays. */
async function storeActions(client: ClientBase, series: SeriesRef, actions: readonly CorporateAction[]): Promise<void> {
  for (const action of actions) {
    const { kind, exDate } = action;
    const numbers =
      action.kind === 'split' ? [action.numerator, action.denominator, null] : [null, null, action.amount];
    await client.query(
      `insert into corporate_action (asset_id, source, kind, ex_date, numerator, denominator, amount, known_at)
       values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp()) on conflict do nothing`,
      [series.assetId, series.source, kind, utcDate(exDate), ...numbers],
    );
  }
}

/** Writes what is new of a series, inside the caller's transaction; calls for the same series wait for each other. */
async function store(
  client: ClientBase,
  series: SeriesRef,
  candles: readonly Candle[],
  publicationLagMs: number,
): Promise<StoredCounts> {
  if (candles.length === 0) return { rowsNew: 0, rowsRevised: 0 };
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [storeLock(series)]);
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

/** The stored closes nearest to the bars: the last one up to their end, and the first one from their beginning on. */
async function storedBeside(client: ClientBase, series: SeriesRef, candles: readonly Candle[]): Promise<StoredClose[]> {
  const [first, last] = [candles[0], candles.at(-1)];
  if (!first || !last) return [];
  const { rows } = await client.query<StoredClose>(besideQuery, [
    ...keyOf(series),
    toIso(first.openTime),
    toIso(last.openTime),
  ]);
  return rows;
}

const closeOf = (condition: string, order: 'asc' | 'desc') => `(
  select (date_part('epoch', open_time) * 1000)::float8 as "openTime", close::text as close from candle
  where asset_id = $1 and "interval" = $2 and source = $3 and quote_currency = $4 and adjustment = $5 and ${condition}
  order by open_time ${order}, revision desc limit 1
)`;
const besideQuery = `${closeOf('open_time <= $7', 'desc')} union all ${closeOf('open_time >= $6', 'asc')}`;

const isBehindAll = `
  select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as known_at,
         not exists (
           select from candle
           where asset_id = $1 and "interval" = $2 and source = $3 and quote_currency = $4 and adjustment = $5
             and open_time >= $6
         ) as is_new`;

const keyOf = ({ assetId, interval, source, quoteCurrency, adjustment }: SeriesRef) =>
  [assetId, interval, source, quoteCurrency, adjustment] as const;

/** Advisory lock of whoever stores bars of the series. */
const storeLock = (series: SeriesRef) => `candle ${keyOf(series).join(' ')}`;

/** Series whose bars one question is about. */
const readsAtOnce = 100;

/** How long an audit waits for them. */
const longestWaitMs = 5_000;

/** PostgreSQL's lock_not_available, at whatever depth. */
function isLockTimeout(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if ('code' in at && at.code === '55P03') return true;
  return false;
}

const isOf = ({ assetId, interval, source, quoteCurrency, adjustment }: SeriesRef) => sql<boolean>`
  asset_id = ${assetId} and "interval" = ${interval} and source = ${source}
  and quote_currency = ${quoteCurrency} and adjustment = ${adjustment}`;

const isKnown = (knownAt: EpochMs | undefined): RawBuilder<unknown> =>
  knownAt === undefined ? sql`true` : sql`known_at <= ${toIso(knownAt)}::timestamptz`;

const windowConditions = (since: EpochMs | undefined, before: EpochMs | undefined): RawBuilder<unknown>[] => [
  ...(since === undefined ? [] : [sql`open_time >= ${toIso(since)}::timestamptz`]),
  ...(before === undefined ? [] : [sql`open_time < ${toIso(before)}::timestamptz`]),
];

/** Backwards, so that the newest bars are found at once, unless the oldest are wanted. */
const readingOrder = ({ first }: ReadOptions): Order => (first === undefined ? 'desc' : 'asc');

/** One row a bar: the newest revision that counts at `asOf`. The primary key is read backwards, so `last` stops early. */
function barsAsOf(series: SeriesRef, asOf: EpochMs | null, options: ReadOptions, columns: RawBuilder<unknown>) {
  const { since, before, last, first, revisions = 'as_known', knownAt, disputed = 'leave_out' } = options;
  const conditions: RawBuilder<unknown>[] = [isOf(series), ...windowConditions(since, before)];
  if (asOf !== null) {
    const instant = sql`${toIso(asOf)}::timestamptz`;
    conditions.push(sql`available_at <= ${instant}`);
    if (revisions === 'as_known') conditions.push(sql`(revision = 1 or known_at <= ${instant})`);
  }
  conditions.push(isKnown(knownAt));
  if (disputed === 'leave_out') {
    const seenFrom = asOf !== null && revisions === 'as_known' ? asOf : undefined;
    conditions.push(isNotHeldBack(series, { knownAt, asOf: seenFrom }));
  }
  const limit = first ?? last;
  return sql`
    select distinct on (open_time) ${columns} from candle where ${sql.join(conditions, sql` and `)}
    order by open_time ${sql.raw(readingOrder(options))}, revision desc ${limit === undefined ? sql`` : sql`limit ${limit}`}`;
}

interface SpanRow {
  asset_id: AssetId;
  interval: Interval;
  source: string;
  quote_currency: SeriesRef['quoteCurrency'];
  adjustment: SeriesRef['adjustment'];
  first: number;
  last: number;
}

/** Condition on a source: it is everybody's, the viewer's own, or was published. */
function isVisible(viewer: OwnerId | undefined, knownAt: EpochMs | undefined): RawBuilder<unknown> {
  const isUnpublished =
    knownAt === undefined
      ? sql`published_at is null`
      : sql`(published_at is null or published_at > ${toIso(knownAt)}::timestamptz)`;
  return sql`source not in (
    select source from private_source where ${isUnpublished} and owner_id is distinct from ${viewer ?? null}
  )`;
}

/**
 * Table expression `series` of the pair `wanted`: jumps from one name to the next in the primary key, past all bars
 * between.
 */
function visibleSeries(viewer: OwnerId | undefined, knownAt: EpochMs | undefined): RawBuilder<unknown> {
  const names = (after: RawBuilder<unknown>) => sql`
    select source, quote_currency, adjustment from candle
    where asset_id = wanted.asset_id and "interval" = wanted."interval" ${after}
    order by source, quote_currency, adjustment limit 1`;
  return sql`
    with recursive name as (
      (${names(sql``)})
      union all
      select next.* from name, lateral (${names(sql`
        and (source, quote_currency, adjustment) > (name.source, name.quote_currency, name.adjustment)
      `)}) as next
    ), series as (
      select * from name where ${isVisible(viewer, knownAt)}
    )`;
}

interface CandleText {
  open_time: number;
  open: string | null;
  high: string | null;
  low: string | null;
  close: string;
  volume: string | null;
}

const epochMs = sql`date_part('epoch', open_time) * 1000`;

type Order = 'asc' | 'desc';

/** All values of a column of doubles in one binary value, eight bytes each, by open time. */
const packed = (value: RawBuilder<unknown>, order: Order): RawBuilder<Buffer | null> =>
  sql`string_agg(float8send(${value}), '' order by open_time ${sql.raw(order)})`;

/** PostgreSQL sends the highest byte first, the machine wants it last; null are no rows. */
function doublesOf(bytes: Buffer | null): Float64Array<ArrayBuffer> {
  // a buffer of its own: the driver's may begin anywhere within a larger one
  const own = new Uint8Array(bytes ?? []);
  Buffer.from(own.buffer).swap64();
  return new Float64Array(own.buffer);
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
type StoredBar = [number, number, string | null, string | null, string | null, string, string | null];

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
    isSameDecimal(close, candle.close) &&
    isSameOrAbsent(open, candle.open) &&
    isSameOrAbsent(high, candle.high) &&
    isSameOrAbsent(low, candle.low) &&
    isSameOrAbsent(volume, candle.volume)
  );
}
