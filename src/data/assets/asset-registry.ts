import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { refusedFor } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { AssetRow } from './asset.entity.js';
import type { Asset } from '../domain/asset.js';
import { AssetCatalogue } from '../domain/asset-catalogue.js';
import type { Interval } from '../domain/candle.js';
import { seedAssets } from '../domain/seed-assets.js';

/** The assets that this service knows, as the database has them now: nothing is kept that could grow old. */
@Injectable()
export class AssetRegistry {
  private seeded: Promise<void> | undefined;

  constructor(private readonly em: EntityManager) {}

  /** All assets in the order of lists. `within` reads inside a transaction of the caller's. */
  async catalogue(within: EntityManager = this.em): Promise<AssetCatalogue<Asset>> {
    await this.seed();
    const rows = await within.find(
      AssetRow,
      {},
      { orderBy: { position: 'asc', id: 'asc' }, disableIdentityMap: true, refresh: true },
    );
    return new AssetCatalogue(rows.map(assetFrom));
  }

  /** What schedules collect: the most important first, then by id. */
  async enabled(): Promise<Asset[]> {
    const { assets } = await this.catalogue();
    return assets
      .filter((asset) => asset.enabled)
      .sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  /**
   * The asset that `text` spells.
   *
   * @throws DomainError `invalid` naming `field`, the text and the nearest assets when it is nobody's spelling
   */
  async known(text: string, field = 'asset'): Promise<Asset> {
    const catalogue = await this.catalogue();
    const resolved = catalogue.resolve(text);
    if (resolved.kind === 'known') return catalogue.of(resolved.assetId)!;
    throw refusedFor([{ field, value: text, message: resolved.message }]);
  }

  /** Why no work can be done with the registry, or undefined when it can: an empty one would silently do nothing. */
  async whyUnreadable(): Promise<string | undefined> {
    const { assets } = await this.catalogue();
    return assets.length === 0 ? 'the asset registry is empty' : undefined;
  }

  /** Once a process: a new release brings its new assets along, and never touches a row that is there. */
  private seed(): Promise<void> {
    this.seeded ??= insertMissing(this.em).catch((error: unknown) => {
      this.seeded = undefined;
      throw error;
    });
    return this.seeded;
  }
}

/** In a transaction of its own: were it the caller's, a rollback would take the assets away again. */
async function insertMissing(em: EntityManager): Promise<void> {
  const updatedAt = new Date();
  await em.fork().upsertMany(
    AssetRow,
    seedAssets.map((asset, position) => ({ ...asset, position, updatedAt })),
    { onConflictFields: ['id'], onConflictAction: 'ignore' },
  );
}

const assetFrom = (row: AssetRow): Asset => ({
  id: row.id as AssetId,
  assetClass: row.assetClass,
  name: row.name,
  venues: row.venues,
  aliases: row.aliases,
  enabled: row.enabled,
  priority: row.priority,
  intervals: row.intervals as readonly Interval[],
  sourceOrder: row.sourceOrder,
});
