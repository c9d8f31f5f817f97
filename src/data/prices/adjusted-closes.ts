import { Injectable } from '@nestjs/common';
import type { AssetId } from '../../shared/ids.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { canSplit } from '../domain/asset.js';
import { splitAdjusted, type KnownSplit, type SplitAdjusted } from '../domain/split-adjustment.js';
import { DailyCloses, type DailyClosesOf, type DailyPrices } from './daily-closes.js';

/** Daily prices in units after all splits. */
export type AdjustedPrices = DailyPrices & { readonly splits: Omit<SplitAdjusted, 'closes'> };

/** Daily closes to take returns of: a split is none. */
@Injectable()
export class AdjustedCloses {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly closes: DailyCloses,
  ) {}

  /** As `DailyCloses`, adjusted for the splits that are known of each asset. */
  async of(
    assetIds: Iterable<AssetId>,
    wanted: DailyClosesOf,
    known: ReadonlyMap<AssetId, readonly KnownSplit[]>,
  ): Promise<Map<AssetId, AdjustedPrices>> {
    const read = await this.closes.of(assetIds, wanted);
    const catalogue = await this.assets.catalogue();
    return new Map(
      [...read].map(([assetId, prices]) => {
        const own = { openTimes: prices.openTimes, closes: prices.usd };
        const splitsOf = known.get(assetId) ?? [];
        const { closes, ...splits } = splitAdjusted(own, prices.adjustment, splitsOf, canSplit(catalogue.of(assetId)!));
        return [assetId, { ...prices, usd: closes, splits }];
      }),
    );
  }
}
