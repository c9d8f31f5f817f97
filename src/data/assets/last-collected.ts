import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';

/**
 * When the newest bar of each asset was stored; without an entry, none is.
 *
 * Walks the primary key from series to series, and reads one row of each: the table has many millions.
 */
export async function lastCollected(
  em: EntityManager,
  assetIds: readonly AssetId[],
  viewer: OwnerId,
): Promise<ReadonlyMap<AssetId, EpochMs>> {
  const { rows } = await sql<{ asset_id: AssetId; known_at: number }>`
    with recursive series as (
      select first.* from unnest(${assetIds}::text[]) as wanted (id) cross join lateral (
        select asset_id, "interval", source, quote_currency, adjustment from candle where asset_id = wanted.id
        order by asset_id, "interval", source, quote_currency, adjustment limit 1
      ) as first
      union all
      select next.* from series cross join lateral (
        select c.asset_id, c."interval", c.source, c.quote_currency, c.adjustment from candle c
        where c.asset_id = series.asset_id and (c."interval", c.source, c.quote_currency, c.adjustment)
          > (series."interval", series.source, series.quote_currency, series.adjustment)
        order by c.asset_id, c."interval", c.source, c.quote_currency, c.adjustment limit 1
      ) as next
    )
    select asset_id, (extract(epoch from max(newest.known_at)) * 1000)::float8 as known_at
    from series cross join lateral (
      select known_at from candle c
      where c.asset_id = series.asset_id and c."interval" = series."interval" and c.source = series.source
        and c.quote_currency = series.quote_currency and c.adjustment = series.adjustment
      order by c.open_time desc, c.revision desc limit 1
    ) as newest
    where source not in (select source from private_source where published_at is null and owner_id <> ${viewer})
    group by asset_id
  `.execute(em.getKysely());
  return new Map(rows.map(({ asset_id: assetId, known_at: knownAt }) => [assetId, knownAt]));
}
