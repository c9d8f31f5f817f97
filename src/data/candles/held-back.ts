import { sql, type RawBuilder } from 'kysely';
import { toIso, type EpochMs } from '../../shared/time.js';
import type { SeriesRef } from '../domain/candle.js';

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

/**
 * Query for `(open_time, revision, state)`: the bars of the series that readers do not get, up to which revision.
 *
 * An open dispute holds back whatever is stored of the bar; a discarded one what was voted on, so that a source can
 * mend its bar.
 */
export function heldBackTimes(series: SeriesRef, { knownAt, asOf }: DisputesOf): RawBuilder<unknown> {
  const { assetId, interval, adjustment, source } = series;
  const conditions = [
    sql`asset_id = ${assetId} and "interval" = ${interval} and adjustment = ${adjustment}`,
    sql`sources @> to_jsonb(${source}::text)`,
  ];
  if (knownAt === undefined) conditions.push(sql`state in ('open', 'discarded')`);
  else {
    const instant = sql`${toIso(knownAt)}::timestamptz`;
    conditions.push(
      sql`opened_at <= ${instant}`,
      sql`(closed_at is null or closed_at > ${instant} or state = 'discarded')`,
    );
  }
  if (asOf !== undefined) {
    const isOfFirsts = sql`not jsonb_path_exists(votes, '$[*] ? (@.revision > 1)')`;
    conditions.push(sql`(${isOfFirsts} or opened_at <= ${toIso(asOf)}::timestamptz)`);
  }
  const isDiscarded =
    knownAt === undefined
      ? sql`state = 'discarded'`
      : sql`(state = 'discarded' and closed_at <= ${toIso(knownAt)}::timestamptz)`;
  return sql`
    select open_time, ${isDiscarded} as is_discarded,
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
