import { sql, type RawBuilder } from 'kysely';
import { toIso, type EpochMs } from '../../shared/time.js';
import type { Interval, SeriesRef } from '../domain/candle.js';

/** Of which moment the disputes are. */
export interface DisputesOf {
  /** As they stood then; undefined: as they stand now. */
  readonly knownAt?: EpochMs | undefined;
  /**
   * As a run that pretends to be at this instant sees them: a dispute about first revisions belongs to the bar, one
   * about a later revision counts from when it was found, as the revision itself does.
   */
  readonly asOf?: EpochMs | undefined;
}

/** Advisory lock of everything that opens or closes disputes about an asset's bars, and of who must see them settled. */
export const disputesLock = (assetId: string, interval: Interval): string => `consensus ${assetId} ${interval}`;

/**
 * Query for `(open_time, is_discarded, revision)`: the bars of the series that readers do not get, up to which revision.
 *
 * An open dispute holds back whatever is stored of the bar; what a person discarded is kept out as far as it was voted
 * on, so that a source can mend its bar.
 */
export function heldBackTimes(series: SeriesRef, { knownAt, asOf }: DisputesOf): RawBuilder<unknown> {
  const { assetId, interval, adjustment, source } = series;
  const has = (column: string) => sql`${sql.ref(column)} @> to_jsonb(${source}::text)`;
  const instant = knownAt === undefined ? undefined : sql`${toIso(knownAt)}::timestamptz`;
  const isOpen = instant ? sql`(closed_at is null or closed_at > ${instant})` : sql`state = 'open'`;
  const conditions = [
    sql`asset_id = ${assetId} and "interval" = ${interval} and adjustment = ${adjustment}`,
    has('sources'),
    sql`(${isOpen} or ${has('kept_out')})`,
  ];
  if (instant) conditions.push(sql`opened_at <= ${instant}`);
  if (asOf !== undefined) {
    const isOfFirsts = sql`not jsonb_path_exists(votes, '$[*] ? (@.revision > 1)')`;
    conditions.push(sql`(${isOfFirsts} or opened_at <= ${toIso(asOf)}::timestamptz)`);
  }
  return sql`
    select open_time, not (${isOpen}) as is_discarded,
           (select max((vote ->> 'revision')::int) from jsonb_array_elements(votes) as vote
            where vote ->> 'source' = ${source}) as revision
    from disputed_bar where ${sql.join(conditions, sql` and `)}`;
}

/** Condition on a row of `candle`; the list of what is held back is read once a query, however many bars there are. */
export function isNotHeldBack(series: SeriesRef, disputes: DisputesOf): RawBuilder<boolean> {
  const held = heldBackTimes(series, disputes);
  return sql<boolean>`
    open_time not in (select open_time from (${held}) as held where not is_discarded)
    and (open_time, revision) not in (
      select open_time, generate_series(1, revision) from (${held}) as held where is_discarded and revision is not null)`;
}
