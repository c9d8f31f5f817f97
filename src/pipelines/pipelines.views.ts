import type { AssetCollection } from '../data/data.contract.js';
import type { RunSignals } from '../signals/signals.service.js';
import { toIso } from '../shared/time.js';
import type { Pipeline } from './pipeline.entity.js';
import type { PipelineView } from './pipelines.schemas.js';

const assetView = (asset: AssetCollection) => ({
  asset_id: asset.assetId,
  source: asset.series?.source ?? null,
  quote_currency: asset.series?.quoteCurrency ?? null,
  adjustment: asset.series?.adjustment ?? null,
  interval: asset.series?.interval ?? null,
  simulated: asset.simulated,
  rows_read: asset.rowsRead,
  rows_new: asset.rowsNew,
  rows_revised: asset.rowsRevised,
  rows_refused: asset.rowsRefused,
  refused: asset.refused,
  rows_stored: asset.rowsStored,
  first_open_time: asset.firstOpenTime,
  last_open_time: asset.lastOpenTime,
  attempts: asset.attempts.map(({ source, outcome, detail, milliseconds }) => ({
    source,
    outcome,
    detail: detail ?? null,
    milliseconds,
  })),
});

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
  collection: row.collection ? { assets: row.collection.assets.map(assetView) } : null,
  signals: made.signals && {
    items: made.signals.items,
    withheld: made.signals.withheld.map(({ assetId, category, reason }) => ({ asset_id: assetId, category, reason })),
  },
  optimization_id: made.optimized ? row.optimizationId : null,
  decision_id: made.decided ? row.decisionId : null,
  created_at: toIso(row.createdAt.getTime()),
});
