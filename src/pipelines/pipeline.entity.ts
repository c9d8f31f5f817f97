import { defineEntity, p } from '@mikro-orm/core';
import type { AssetId } from '../shared/ids.js';
import type { CollectionReport } from '../data/data.contract.js';

/** One run from prices to a decision, and where its parts are. */
const PipelineSchema = defineEntity({
  name: 'Pipeline',
  tableName: 'pipeline',
  indexes: [{ properties: ['ownerId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    jobId: p.uuid().unique(),
    portfolioId: p.uuid(),
    asOf: p.datetime().columnType('timestamptz(3)').length(3),
    rehearsal: p.boolean(),
    assets: p.json<AssetId[]>(),
    optimizationId: p.uuid(),
    decisionId: p.uuid(),
    collection: p.json<CollectionReport>().nullable(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
});
export class Pipeline extends PipelineSchema.class {}
PipelineSchema.setClass(Pipeline);
