import type { AssetId } from '../shared/ids.js';
import { toIso } from '../shared/time.js';
import type { LotPlan } from './domain/lots.js';
import type { OptimizationRequest } from './domain/optimization-request.js';
import type { Optimizer, Support } from './domain/optimizers/optimizer.js';
import { optimizers, type OptimizerId } from './domain/optimizers/registry.js';
import type { MixOrReason, MixPoint, SnapshotFrontier } from './domain/snapshot-frontier.js';
import type { Optimization } from './optimization.entity.js';
import type { SnapshotSummary } from './optimization.repository.js';
import {
  optimizerName,
  type FrontierView,
  type OptimizationItem,
  type OptimizationView,
  type OptimizersView,
} from './optimization.schemas.js';

/** A stored optimization and the snapshot it was solved on, as the wire shows them. */
export function optimizationViewOf(optimization: Optimization, snapshot: SnapshotSummary): OptimizationView {
  const { certificate, statistics } = optimization;
  const details = optimization.details ?? null;
  const solved = details?.solved;
  return {
    id: optimization.id,
    state: optimization.state,
    reason: optimization.reason ?? null,
    portfolio_id: optimization.portfolioId ?? null,
    as_of: toIso(optimization.asOf.getTime()),
    as_known_at: optimization.knownAt ? toIso(optimization.knownAt.getTime()) : null,
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
          of: certificate.of ?? null,
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
    policy: details?.policy ?? null,
    request: details && requestView(details.request),
    expected_return: solved?.expectedReturn ?? null,
    sharpe_ratio: solved?.sharpe ?? null,
    binding_limits: (solved?.binding ?? []).map(({ limit, side, shadowPrice, words }) => ({
      limit,
      side,
      shadow_price: shadowPrice,
      words,
    })),
    projected: solved?.projected ? { distance: solved.projected.distance } : null,
    notes: [...(solved?.notes ?? [])],
    alternative: solved?.alternative
      ? {
          numeraire: solved.alternative.numeraire,
          weights: weightsView(solved.alternative.weights),
          volatility: solved.alternative.volatility,
        }
      : null,
    choice: solved?.choice ?? null,
    lots: solved?.lots ? lotsView(solved.lots) : null,
    infeasible: details?.infeasible
      ? {
          code: details.infeasible.code,
          conflict: [...details.infeasible.conflict],
          relaxation: [...details.infeasible.relaxation],
        }
      : null,
    estimates: details && {
      effective_observations: statistics.effectiveObservations ?? null,
      shrinkage: statistics.shrinkage ?? null,
      expected_returns:
        statistics.expectedReturns?.map(({ assetId, value, standardError }) => ({
          asset_id: assetId,
          value,
          standard_error: standardError,
        })) ?? null,
      views: statistics.views
        ? {
            method: statistics.views.method,
            items: [...statistics.views.views],
            relative_entropy: statistics.views.relativeEntropy,
          }
        : null,
    },
    created_at: toIso(optimization.createdAt.getTime()),
  };
}

export const optimizationItem = (row: Optimization): OptimizationItem => ({
  id: row.id,
  state: row.state,
  reason: row.reason ?? null,
  portfolio_id: row.portfolioId ?? null,
  as_of: toIso(row.asOf.getTime()),
  rehearsal: row.rehearsal,
  simulated: row.simulated,
  optimizer: { id: optimizerName(row.optimizerId), version: row.optimizerVersion },
  volatility: row.statistics.volatility,
  created_at: toIso(row.createdAt.getTime()),
  weights: weightsView(row.weights),
});

/** The optimizers' table of what they need and which constraints they take. */
export const optimizersView = (): OptimizersView => ({
  items: optimizers.map(({ id, version, needs, constraints }: Optimizer & { id: OptimizerId }) => ({
    id: optimizerName(id),
    version,
    needs: [...needs],
    constraints: {
      box: supportView(constraints.box),
      linear: supportView(constraints.linear),
      turnover: supportView(constraints.turnover),
      cost: supportView(constraints.cost),
      l2: supportView(constraints.l2),
      positions: supportView(constraints.positions),
      lots: supportView(constraints.lots),
    },
  })),
  next_cursor: null,
});

/** What was looked up, and what the optimization respects that no frontier can. */
export const frontierViewOf = (
  { id, details }: Pick<Optimization, 'id' | 'details'>,
  frontier: Extract<SnapshotFrontier, { kind: 'frontier' }>,
  leftOut: readonly string[],
): FrontierView => ({
  optimization_id: id,
  numeraire: details?.request.numeraire ?? 'USD',
  turning_points: frontier.turningPoints.map((point) => ({
    ...mixView(point),
    risk_tolerance: point.riskTolerance,
  })),
  min_variance: mixView(frontier.minVariance),
  max_sharpe: mixOrReasonView(frontier.maxSharpe),
  at_target: frontier.atTarget && mixOrReasonView(frontier.atTarget),
  perturbed: frontier.perturbed,
  left_out: [...leftOut],
});

const mixView = ({ expectedReturn, volatility, sharpe, weights }: MixPoint) => ({
  expected_return: expectedReturn,
  volatility,
  sharpe_ratio: sharpe,
  weights: weightsView(weights),
});

const mixOrReasonView = (mix: MixOrReason) =>
  'point' in mix ? { point: mixView(mix.point), reason: null } : { point: null, reason: mix.reason };

const lotsView = ({ totalUsd, bought, remainderUsd }: LotPlan): NonNullable<OptimizationView['lots']> => ({
  total_usd: totalUsd,
  items: bought.map(({ assetId, lotSize, lots, quantity, priceUsd, valueUsd, weight }) => ({
    asset_id: assetId,
    lot_size: lotSize,
    lots,
    quantity,
    price_usd: priceUsd,
    value_usd: valueUsd,
    weight,
  })),
  remainder_usd: remainderUsd,
});

const supportView = (support: Support) =>
  typeof support === 'string' ? { support, reason: null } : { support: 'refused' as const, reason: support.refused };

const weightsView = (weights: readonly { assetId: AssetId; weight: number }[]) =>
  weights.map(({ assetId, weight }) => ({ asset_id: assetId, weight }));

/** As it was asked, in the names of the request's body. */
const requestView = ({
  expectedReturns,
  positions,
  lots,
  ...request
}: OptimizationRequest): Record<string, unknown> => ({
  optimizer: optimizerName(request.optimizer),
  numeraire: request.numeraire,
  covariance: request.covariance,
  expected_returns:
    expectedReturns.kind === 'exponential'
      ? { kind: expectedReturns.kind, half_life: expectedReturns.halfLife }
      : expectedReturns,
  risk_free_rate: request.riskFreeRate,
  risk_aversion: request.riskAversion,
  target_return: request.targetReturn,
  target_volatility: request.targetVolatility,
  confidence: request.confidence,
  budgets: request.budgets,
  benchmark: request.benchmark,
  current: request.current,
  turnover_limit: request.turnoverLimit,
  cost_rate: request.costRate,
  l2: request.l2,
  bands: request.bands,
  linear: request.linear,
  ...(request.views && { views: request.views }),
  ...(positions && { most_assets: positions.mostAssets, minimum_position: positions.minimumPosition }),
  ...(lots && { lots: { total_usd: lots.totalUsd, sizes: lots.sizes } }),
});
