import { toIso } from '../shared/time.js';
import type { Optimization } from './optimization.entity.js';
import type { SnapshotSummary } from './optimization.repository.js';
import { optimizerName, type OptimizationView } from './optimization.schemas.js';

/** A stored optimization and the snapshot it was solved on, as the wire shows them. */
export function optimizationViewOf(optimization: Optimization, snapshot: SnapshotSummary): OptimizationView {
  const { certificate, statistics } = optimization;
  return {
    id: optimization.id,
    state: optimization.state,
    reason: optimization.reason ?? null,
    portfolio_id: optimization.portfolioId,
    as_of: toIso(optimization.asOf.getTime()),
    rehearsal: optimization.rehearsal,
    simulated: optimization.simulated,
    optimizer: { id: optimizerName(optimization.optimizerId), version: optimization.optimizerVersion },
    weights: optimization.weights.map(({ assetId, weight, min, max, binding, shadowPrice }) => ({
      asset_id: assetId,
      weight,
      min,
      max,
      binding,
      shadow_price: shadowPrice,
    })),
    volatility: statistics.volatility,
    asset_volatilities: statistics.assetVolatilities.map(({ assetId, volatility }) => ({
      asset_id: assetId,
      volatility,
    })),
    limits: optimization.constraints.map(({ assetId, min, max }) => ({ asset_id: assetId, min, max })),
    certificate: certificate
      ? {
          primal_residual: certificate.primalResidual,
          dual_residual: certificate.dualResidual,
          complementarity: certificate.complementarity,
          duality_gap: certificate.dualityGap,
          iterations: certificate.iterations,
          condition_number: certificate.conditionNumber,
        }
      : null,
    snapshot: {
      id: snapshot.id,
      content_hash: snapshot.contentHash,
      observations: snapshot.observations,
      periods_per_year: statistics.periodsPerYear,
      first_date: snapshot.dates.at(0) ?? null,
      last_date: snapshot.dates.at(-1) ?? null,
      lookback_days: snapshot.lookbackDays,
      series: snapshot.series.map((series) => ({
        asset_id: series.assetId,
        interval: series.interval,
        source: series.source,
        quote_currency: series.quoteCurrency,
        adjustment: series.adjustment,
        bars: series.bars,
        first_date: series.firstDate,
        last_date: series.lastDate,
      })),
    },
    created_at: toIso(optimization.createdAt.getTime()),
  };
}
