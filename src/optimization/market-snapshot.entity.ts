import { defineEntity, p } from '@mikro-orm/core';
import type { SnapshotSeries } from './domain/market-snapshot.js';

const MarketSnapshotSchema = defineEntity({
  name: 'MarketSnapshot',
  tableName: 'market_snapshot',
  properties: {
    id: p.uuid().primary(),
    /** Business key: the same key always names the same snapshot. */
    key: p.text().unique(),
    ownerId: p.text(),
    asOf: p.datetime().columnType('timestamptz'),
    lookbackDays: p.integer(),
    series: p.json<SnapshotSeries[]>(),
    /** UTC dates on which every asset has a closed bar, oldest first. */
    dates: p.json<string[]>(),
    /** Decimal texts in the order of `dates`, by asset id. */
    closes: p.json<Record<string, string[]>>(),
    /** Returns between successive dates: one less than the dates. */
    observations: p.integer(),
    /** SHA-256, in hex, of the canonical JSON of what was frozen. */
    contentHash: p.text(),
    createdAt: p
      .datetime()
      .columnType('timestamptz')
      .onCreate(() => new Date()),
  },
});
export class MarketSnapshotRow extends MarketSnapshotSchema.class {}
MarketSnapshotSchema.setClass(MarketSnapshotRow);
