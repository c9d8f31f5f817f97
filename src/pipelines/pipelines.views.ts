import { collectionReportView } from '../data/collection/collections.views.js';
import type { RunSignals } from '../signals/signals.service.js';
import { toIso } from '../shared/time.js';
import type { Pipeline } from './pipeline.entity.js';
import type { PipelineView } from './pipelines.schemas.js';

/** A run and what there is of it so far. */
export const pipelineView = (
  row: Pipeline,
  made: { signals: RunSignals | null; optimized: boolean; decided: boolean },
): PipelineView => ({
  id: row.id,
  job_id: row.jobId,
  portfolio_id: row.portfolioId,
  as_of: toIso(row.asOf.getTime()),
  rehearsal: row.rehearsal,
  simulated: row.collection?.assets.some((asset) => asset.simulated) ?? null,
  collection: row.collection ? collectionReportView(row.collection) : null,
  signals: made.signals && {
    items: made.signals.items,
    withheld: made.signals.withheld.map(({ assetId, category, reason }) => ({ asset_id: assetId, category, reason })),
  },
  optimization_id: made.optimized ? row.optimizationId : null,
  decision_id: made.decided ? row.decisionId : null,
  created_at: toIso(row.createdAt.getTime()),
});
