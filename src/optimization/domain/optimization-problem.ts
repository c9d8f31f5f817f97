import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { quadraticForm } from '../../shared/vectors.js';
import type { Limits } from './limits.js';

/** Returns of the past, for methods that need more than their covariance. */
export interface Scenarios {
  /** Simple returns, periods×n by rows, oldest first. */
  readonly returns: Float64Array;
  readonly periods: number;
  readonly periodsPerYear: number;
  /** Of the periods; the same for all when absent. */
  readonly probabilities?: Float64Array;
}

/** Each asset is held with at least its minimum position or not at all, and no more than `mostAssets` are held. */
export interface Positions {
  readonly mostAssets: number;
  readonly minimumPosition: number;
}

/** What every optimizer is given: one order of assets for all of it; weights sum to 1. */
export interface OptimizationProblem {
  readonly assets: readonly AssetId[];
  /** Annualised, n×n by rows. */
  readonly covariance: Float64Array;
  /** Yearly fractions; null when none were asked for. */
  readonly expectedReturns: Float64Array | null;
  readonly scenarios: Scenarios | null;
  readonly limits: Limits;
  /** Weights held now: turnover and costs are measured from them. */
  readonly current: Float64Array | null;
  /** Largest `sum|w - current| / 2`. */
  readonly turnoverLimit: number | null;
  /** Cost of trading as a fraction of what is traded. */
  readonly costRate: number;
  /** Weight of `sum(w²)` beside the variance. */
  readonly l2: number;
  readonly riskFreeRate: number;
  readonly riskAversion: number;
  readonly targetReturn: number | null;
  readonly targetVolatility: number | null;
  readonly confidence: number;
  readonly budgets: Float64Array | null;
  readonly benchmark: Float64Array | null;
  readonly positions: Positions | null;
}

/** A problem of covariance and limits alone, everything else as if nobody had asked for it. */
export const plainProblem = (
  assets: readonly AssetId[],
  covariance: Float64Array,
  limits: Limits,
): OptimizationProblem => ({
  assets,
  covariance,
  limits,
  expectedReturns: null,
  scenarios: null,
  current: null,
  turnoverLimit: null,
  costRate: 0,
  l2: 0,
  riskFreeRate: 0,
  riskAversion: 4,
  targetReturn: null,
  targetVolatility: null,
  confidence: 0.95,
  budgets: null,
  benchmark: null,
  positions: null,
});

/**
 * Throws when the parts do not belong together: sizes that differ, an asset named twice, a number that is not finite,
 * a matrix that is not symmetric. No input of a user may cause that.
 */
export function assertWellFormed(problem: OptimizationProblem): void {
  const { assets, covariance, limits, expectedReturns, scenarios, current, budgets, benchmark } = problem;
  const n = assets.length;
  if (n === 0) throw new InvariantViolation('the problem has no assets');
  if (new Set(assets).size !== n) throw new InvariantViolation(`assets are named twice: ${assets.join(', ')}`);
  if (covariance.length !== n * n) {
    throw new InvariantViolation(`${covariance.length} covariances for ${n} assets`);
  }
  const vectors = { min: limits.min, max: limits.max, expectedReturns, current, budgets, benchmark };
  for (const [name, vector] of Object.entries(vectors)) {
    if (vector === null) continue;
    if (vector.length !== n) throw new InvariantViolation(`${name} has ${vector.length} numbers for ${n} assets`);
    const wrong = vector.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new InvariantViolation(`${name} of ${assets[wrong]} is ${vector[wrong]}`);
  }
  for (const { label, coefficients } of limits.linear) {
    if (coefficients.length !== n || !coefficients.every(Number.isFinite)) {
      throw new InvariantViolation(`the limit "${label}" does not fit ${n} assets`);
    }
  }
  if (scenarios && scenarios.returns.length !== scenarios.periods * n) {
    throw new InvariantViolation(`${scenarios.returns.length} returns for ${scenarios.periods} periods of ${n} assets`);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [value, mirrored] = [covariance[i * n + j]!, covariance[j * n + i]!];
      if (!Number.isFinite(value)) {
        throw new InvariantViolation(`covariance of ${assets[i]} and ${assets[j]} is ${value}`);
      }
      if (Math.abs(value - mirrored) > 1e-12 * Math.max(Math.abs(value), Math.abs(mirrored))) {
        throw new InvariantViolation(
          `covariance is not symmetric at ${assets[i]}, ${assets[j]}: ${value}, ${mirrored}`,
        );
      }
    }
  }
}

/** Annualised volatility of weights, a fraction. */
export const volatilityOf = (covariance: Float64Array, weights: Float64Array): number =>
  Math.sqrt(Math.max(0, quadraticForm(covariance, weights)));
