import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { AssetId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { CorporateActionRow } from '../candles/corporate-action.entity.js';
import type { KnownSplit } from '../domain/split-adjustment.js';

/** Splits that sources of prices tell of. */
@Injectable()
export class KnownSplits {
  constructor(private readonly em: EntityManager) {}

  /** By asset, oldest first; with `knownAt`, those that had been told by then. */
  async of(assetIds: Iterable<AssetId>, knownAt?: EpochMs): Promise<Map<AssetId, KnownSplit[]>> {
    const rows = await this.em.find(
      CorporateActionRow,
      {
        assetId: { $in: [...assetIds] },
        kind: 'split',
        ...(knownAt !== undefined && { knownAt: { $lte: new Date(knownAt) } }),
      },
      { orderBy: { exDate: 'asc', source: 'asc' }, disableIdentityMap: true },
    );
    const splits = new Map<AssetId, KnownSplit[]>();
    for (const { assetId, source, exDate, numerator, denominator } of rows) {
      const factor = Number(numerator) / Number(denominator);
      if (!(factor > 0 && factor < Infinity)) continue;
      const split = { day: Date.parse(`${exDate}T00:00:00Z`), factor, toldBy: source };
      splits.set(assetId as AssetId, [...(splits.get(assetId as AssetId) ?? []), split]);
    }
    return splits;
  }
}
