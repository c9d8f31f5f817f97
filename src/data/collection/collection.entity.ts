import { defineEntity, p } from '@mikro-orm/core';
import type { CollectionReport } from '../data.contract.js';

/** A collection that somebody or a schedule asked for, and what came of it. */
const CollectionSchema = defineEntity({
  name: 'Collection',
  tableName: 'collection',
  indexes: [{ properties: ['ownerId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    jobId: p.uuid(),
    /** Asset ids. */
    assets: p.json<readonly string[]>(),
    intervals: p.json<readonly string[]>(),
    /** First open time wanted; null for what is missing of the usual history. */
    fromTime: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    asOf: p.datetime().columnType('timestamptz(3)').length(3),
    report: p.json<CollectionReport>().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)').length(3),
    finishedAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
  },
});
export class Collection extends CollectionSchema.class {}
CollectionSchema.setClass(Collection);
