import type { AssetId } from '../../shared/ids.js';
import type { TradingDays } from '../../risk/domain/trading-days.js';
import { certify, eigenvalues, type Certificate } from './certificate.js';
import { limitsUnder, whyLimitsCannotHold, type WeightLimits, type WeightPolicy } from './constraints.js';
import { observationsOf, whyTooLittleData, type MarketSnapshot } from './market-snapshot.js';
import { momentsOf } from './moments/covariance.js';
import { assertWellFormed, type OptimizationProblem } from './optimization-problem.js';
import { optimizerById, type OptimizerId } from './optimizers/registry.js';

export interface SolvedWeight extends WeightLimits {
  readonly weight: number;
  readonly binding: 'lower' | 'upper' | null;
  /** By how much the yearly volatility falls for each unit of weight by which the binding limit is relaxed. */
  readonly shadowPrice: number;
}

interface Provenance {
  readonly optimizer: { readonly id: OptimizerId; readonly version: number };
}

export type OptimizationOutcome =
  | (Provenance & {
      readonly kind: 'solved';
      readonly weights: readonly SolvedWeight[];
      /** Annualised, a fraction. */
      readonly volatility: number;
      readonly certificate: Certificate;
    })
  | (Provenance & { readonly kind: 'infeasible'; readonly reason: string });

/** What the estimate rests on; volatilities are annualised fractions, null when nothing could be estimated. */
export interface OptimizationStatistics {
  readonly volatility: number | null;
  readonly observations: number;
  readonly tradingDays: TradingDays | null;
  readonly periodsPerYear: number | null;
  readonly assetVolatilities: readonly { readonly assetId: AssetId; readonly volatility: number }[];
}

export interface SnapshotOptimization {
  readonly outcome: OptimizationOutcome;
  readonly limits: readonly WeightLimits[];
  readonly statistics: OptimizationStatistics;
}

/** Certified numbers above this are not a solution. */
const certificateTolerance = 1e-9;
/** Eigenvalues this far below zero, against the largest, are more than rounding. */
const negativeEigenvalue = 1e-10;

/**
 * Solves one problem by the named method and checks the answer without trusting the method.
 *
 * Limits that cannot hold, a matrix that is no covariance and a search that did not arrive are outcomes with a reason,
 * never NaN; a problem whose parts do not fit together throws. Weights come in the order of the problem's assets.
 */
export function optimize(problem: OptimizationProblem, optimizerId: OptimizerId): OptimizationOutcome {
  assertWellFormed(problem);
  const method = optimizerById(optimizerId);
  const provenance: Provenance = { optimizer: { id: optimizerId, version: method.version } };
  const infeasible = (reason: string): OptimizationOutcome => ({ ...provenance, kind: 'infeasible', reason });

  const { assets, covariance, constraints } = problem;
  const conflict = whyLimitsCannotHold(assets, constraints);
  if (conflict !== undefined) return infeasible(conflict);
  const spectrum = eigenvalues(covariance);
  if (spectrum[0]! < -negativeEigenvalue * Math.max(...spectrum.map(Math.abs))) {
    return infeasible(
      `the covariance is not positive semi-definite: its smallest eigenvalue is ${Number(spectrum[0]!.toPrecision(6))}`,
    );
  }
  const answer = method.solve(problem);
  if (answer.kind === 'infeasible') return infeasible(answer.reason);

  const { certificate, volatility, assets: certified } = certify(problem, answer.weights);
  const worst = Math.max(
    certificate.primalResidual,
    certificate.dualResidual,
    certificate.complementarity,
    certificate.dualityGap,
  );
  if (!(worst <= certificateTolerance)) {
    return infeasible(`the answer after ${answer.iterations} steps misses optimality by ${worst.toPrecision(3)}`);
  }
  return {
    ...provenance,
    kind: 'solved',
    volatility,
    certificate: { ...certificate, iterations: answer.iterations },
    weights: assets.map((assetId, i) => ({
      assetId,
      weight: answer.weights[i]!,
      min: constraints.min[i]!,
      max: constraints.max[i]!,
      ...certified[i]!,
    })),
  };
}

/** The whole way from frozen prices to weights under a policy; the snapshot's order of assets is kept. */
export function optimizeSnapshot(
  snapshot: MarketSnapshot,
  policy: WeightPolicy,
  optimizerId: OptimizerId,
): SnapshotOptimization {
  const assets = snapshot.series.map(({ assetId }) => assetId);
  const limits = limitsUnder(policy, assets);
  const constraints = { min: limits.map(({ min }) => min), max: limits.map(({ max }) => max) };
  const reason = whyLimitsCannotHold(assets, constraints, policy) ?? whyTooLittleData(snapshot);
  if (reason !== undefined) {
    const optimizer = { id: optimizerId, version: optimizerById(optimizerId).version };
    return {
      outcome: { kind: 'infeasible', optimizer, reason },
      limits,
      statistics: {
        volatility: null,
        observations: observationsOf(snapshot),
        tradingDays: null,
        periodsPerYear: null,
        assetVolatilities: [],
      },
    };
  }
  const { covariance, observations, tradingDays, periodsPerYear } = momentsOf(snapshot);
  const outcome = optimize({ assets, covariance, constraints }, optimizerId);
  return {
    outcome,
    limits,
    statistics: {
      volatility: outcome.kind === 'solved' ? outcome.volatility : null,
      observations,
      tradingDays,
      periodsPerYear,
      assetVolatilities: assets.map((assetId, i) => ({ assetId, volatility: Math.sqrt(covariance.get(i, i)) })),
    },
  };
}
