import { defineEntity, p } from '@mikro-orm/core';
import { intervals } from './domain/candle.js';
import type { CollectionReceipt as Receipt } from './data.contract.js';

/** What a collection did for one asset, in one transaction with its bars: another attempt answers the same again. */
const CollectionReceiptSchema = defineEntity({
  name: 'CollectionReceipt',
  tableName: 'collection_receipt',
  properties: {
    collectionId: p.text().primary(),
    assetId: p.text().primary(),
    interval: p.enum(intervals).primary(),
    receipt: p.json<Receipt>(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
});
export class CollectionReceipt extends CollectionReceiptSchema.class {}
CollectionReceiptSchema.setClass(CollectionReceipt);
