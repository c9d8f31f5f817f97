import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { KnownSplit } from '../../data/domain/split-adjustment.js';
import { KnownSplits } from '../../data/prices/known-splits.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { startOfUtcDay, toIso, type EpochMs } from '../../shared/time.js';

interface SplitRow {
  assetId: AssetId;
  executedAt: EpochMs;
  factor: number;
}

/** Splits of assets that sources of prices tell of, and those that an owner's ledgers record, whatever the portfolio. */
@Injectable()
export class AssetSplits {
  constructor(
    private readonly em: EntityManager,
    private readonly told: KnownSplits,
  ) {}

  /** By asset; what sources tell comes first. With `knownAt`, what was told and recorded by then. */
  async of(ownerId: OwnerId, assetIds: Iterable<AssetId>, knownAt?: EpochMs): Promise<Map<AssetId, KnownSplit[]>> {
    const splits = await this.told.of(assetIds, knownAt);
    const at = knownAt === undefined ? null : toIso(knownAt);
    const rows = await this.em.execute<SplitRow[]>(
      `select t.asset_id as "assetId", (extract(epoch from t.executed_at) * 1000)::float8 as "executedAt",
              (t.split_numerator / t.split_denominator)::float8 as factor
       from ledger_transaction t
       left join ledger_transaction r on r.reverses_id = t.id and (?::timestamptz is null or r.recorded_at <= ?)
       where t.owner_id = ? and t.kind = 'split' and r.id is null and (?::timestamptz is null or t.recorded_at <= ?)
       order by t.executed_at, t.id`,
      [at, at, ownerId, at, at],
    );
    for (const { assetId, executedAt, factor } of rows) {
      const split = { day: startOfUtcDay(executedAt), factor, toldBy: 'ledger' };
      splits.set(assetId, [...(splits.get(assetId) ?? []), split]);
    }
    return splits;
  }
}
