import { defineEntity, p } from '@mikro-orm/core';
import { assetClasses, type Alias, type AssetIdentity } from '../domain/asset.js';

/** One asset of the registry; a new database begins with `domain/seed-assets.ts`. */
const AssetSchema = defineEntity({
  name: 'Asset',
  tableName: 'asset',
  checks: [{ name: 'asset_priority_valid', expression: 'priority >= 1 and priority <= 3' }],
  properties: {
    id: p.text().primary(),
    assetClass: p.enum(assetClasses),
    name: p.text(),
    venues: p.json<AssetIdentity['venues']>(),
    aliases: p.json<readonly Alias[]>(),
    /** Whether schedules collect it. */
    enabled: p.boolean(),
    /** 1 high, 2 medium, 3 low. */
    priority: p.integer(),
    intervals: p.json<readonly string[]>(),
    sourceOrder: p.json<readonly string[]>(),
    /** Place in lists. */
    position: p.integer(),
    updatedAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class AssetRow extends AssetSchema.class {}
AssetSchema.setClass(AssetRow);
