import { defineEntity, p } from '@mikro-orm/core';
import { intervals } from '../domain/candle.js';
import type { FetchedBars } from '../data.contract.js';

/** What a collection did with one part of one source's bars of an asset, in one transaction with its bars: another attempt answers the same again. */
const CollectionReceiptSchema = defineEntity({
  name: 'CollectionReceipt',
  tableName: 'collection_receipt',
  properties: {
    collectionId: p.text().primary(),
    assetId: p.text().primary(),
    interval: p.enum(intervals).primary(),
    source: p.text().primary(),
    /** First and last instant of the part of the history, as ISO texts; `all` without a first one. */
    part: p.text().primary(),
    receipt: p.json<FetchedBars>(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
});
export class CollectionReceipt extends CollectionReceiptSchema.class {}
CollectionReceiptSchema.setClass(CollectionReceipt);
