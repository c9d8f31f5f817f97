import { defineEntity, p } from '@mikro-orm/core';
import { intervals } from '../domain/candle.js';

export const sourceOutcomes = [
  'ok',
  'empty',
  'unknownAsset',
  'rateLimited',
  'unavailable',
  'badAnswer',
  'notOffered',
  'missingKey',
] as const;

/** One question to one source: who was asked, what came, how long it took. */
const SourceAttemptSchema = defineEntity({
  name: 'SourceAttempt',
  tableName: 'source_attempt',
  indexes: [
    { properties: ['source', 'at'] },
    { properties: ['collectionId', 'assetId'] },
    { properties: ['assetId', 'interval', 'source', 'at'] },
  ],
  properties: {
    id: p.uuid().primary(),
    collectionId: p.text(),
    assetId: p.text(),
    interval: p.enum(intervals),
    source: p.text(),
    fromTime: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    toTime: p.datetime().columnType('timestamptz(3)').length(3),
    outcome: p.enum(sourceOutcomes),
    detail: p.text().nullable(),
    /** HTTP requests that were sent. */
    requests: p.integer(),
    rows: p.integer(),
    milliseconds: p.integer(),
    at: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class SourceAttemptRow extends SourceAttemptSchema.class {}
SourceAttemptSchema.setClass(SourceAttemptRow);
