import { InvariantViolation } from '../../shared/errors.js';
import type { Limits } from './limits.js';

/**
 * Weights that minimise `w'Qw / 2 + c'w` within the limits and sum to 1; null when none are within. `quadratic` is n*n,
 * row-major and positive semi-definite.
 */
export type QuadraticSolver = (quadratic: Float64Array, linear: Float64Array, limits: Limits) => Float64Array | null;

export interface Projection {
  readonly weights: Float64Array;
  /** Volatility of the difference to the weights that were wanted, per year when the covariance is. */
  readonly distance: number;
  /** False when the wanted weights are within the limits, and so stay as they are. */
  readonly projected: boolean;
}

/** Limits and budget are kept when they are missed by no more than rounding. */
const rounding = 1e-12;
/** Share of the average variance by which distance in weight counts where the covariance makes no difference. */
const tieBreak = 1e-9;

/**
 * The feasible weights nearest to `wanted` in the norm of the covariance, `min (w - v)'Σ(w - v)`: those whose returns
 * track the wanted ones best. Of equally near ones, as a singular covariance has them, the nearest in weight. Null when
 * the limits cannot hold. `covariance` is n*n, row-major.
 */
export function nearestFeasibleWeights(
  wanted: Float64Array,
  covariance: Float64Array,
  limits: Limits,
  solve: QuadraticSolver,
): Projection | null {
  const n = wanted.length;
  if (n === 0 || covariance.length !== n * n || limits.min.length !== n || limits.max.length !== n) {
    throw new InvariantViolation(
      `${n} weights, ${covariance.length} covariances and the limits do not belong together`,
    );
  }
  if (isWithin(wanted, limits)) return { weights: wanted.slice(), distance: 0, projected: false };
  let trace = 0;
  for (let i = 0; i < n; i++) trace += covariance[i * n + i]!;
  const quadratic = covariance.slice();
  // without any variance only the weights are left to tell what is near
  for (let i = 0; i < n; i++) quadratic[i * n + i]! += trace > 0 ? (tieBreak * trace) / n : 1;
  const linear = times(quadratic, wanted).map((value) => 0 - value);
  const weights = solve(quadratic, linear, limits);
  if (!weights) return null;
  const change = weights.map((weight, i) => weight - wanted[i]!);
  return { weights, distance: Math.sqrt(Math.max(0, dot(change, times(covariance, change)))), projected: true };
}

function isWithin(weights: Float64Array, { min, max, linear }: Limits): boolean {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const isBetween = (value: number, low: number, high: number) => value >= low - rounding && value <= high + rounding;
  return (
    isBetween(total, 1, 1) &&
    weights.every((weight, i) => isBetween(weight, min[i]!, max[i]!)) &&
    linear.every((limit) => isBetween(dot(limit.coefficients, weights), limit.min, limit.max))
  );
}

const dot = (one: Float64Array, other: Float64Array): number =>
  one.reduce((sum, value, i) => sum + value * other[i]!, 0);

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return vector.map((_, i) => dot(matrix.subarray(i * n, (i + 1) * n), vector));
}
