import { dot, times, timesSymmetric } from '../../shared/vectors.js';
import type { Limits } from './limits.js';
import { cholesky, solveLower, solveUpper } from './solvers/cholesky.js';
import type { QuadraticProgram } from './solvers/program.js';
import type { QuadraticSolution } from './solvers/quadratic-program.js';

/**
 * How far weights are from being provably optimal. All of it is of the problem scaled to an average curvature of 1, so
 * that the numbers mean the same for any scale of the covariance.
 */
export interface Certificate {
  /**
   * What is proven: `least variance`, `nearest to the wanted weights`. Where nothing is optimised, it says what the
   * residuals are of, and those that there cannot be are null.
   */
  readonly of?: string;
  /** Largest miss of the budget or of a limit, in weight. */
  readonly primalResidual: number;
  /** Largest part of a marginal value that the multipliers do not explain. */
  readonly dualResidual: number | null;
  /** Largest product of a limit's multiplier and the distance to that limit. */
  readonly complementarity: number | null;
  /** Primal minus dual objective: the objective cannot be better by more than this. */
  readonly dualityGap: number | null;
  /** Steps the optimizer took. */
  readonly iterations: number;
  /** Largest over smallest eigenvalue of the covariance, estimated; null when it is singular to working precision. */
  readonly conditionNumber: number | null;
}

/**
 * Checks the Karush-Kuhn-Tucker conditions of a quadratic program from its numbers and the multipliers alone, knowing
 * nothing of how they were found (Boyd & Vandenberghe, Convex Optimization, 2004, 5.5). Multipliers of the wrong sign count
 * as a miss, so that the dual point is feasible up to the residual and the gap is a true bound.
 */
export function certifyQuadratic(
  { quadratic, linear, min, max, rows }: QuadraticProgram,
  { x, lower, upper, rows: ofRows }: Pick<QuadraticSolution, 'x' | 'lower' | 'upper' | 'rows'>,
): Record<'primalResidual' | 'dualResidual' | 'complementarity' | 'dualityGap', number> {
  const n = x.length;
  let scale = averageVariance(quadratic, n);
  for (let i = 0; i < n; i++) scale = Math.max(scale, Math.abs(linear[i]!));
  scale ||= 1;
  // of the objective; the multipliers of limits and rows are taken from it one after the other
  const unexplained = timesSymmetric(quadratic, x);
  const curved = dot(x, unexplained);
  for (let i = 0; i < n; i++) unexplained[i]! += linear[i]!;
  let [primal, dual, complementarity] = [0, 0, 0];
  let dualObjective = -curved / 2;
  for (let row = 0; row < rows.length; row++) {
    const { coefficients, min: low, max: high } = rows[row]!;
    const size = largestOf(coefficients);
    const activity = dot(coefficients, x);
    primal = Math.max(primal, (low - activity) / size, (activity - high) / size);
    const multiplier = ofRows[row]!;
    if (multiplier === 0) continue;
    for (let i = 0; i < n; i++) unexplained[i]! -= multiplier * coefficients[i]!;
    const bound = multiplier > 0 ? low : high;
    if (!Number.isFinite(bound)) dual = Math.max(dual, Math.abs(multiplier) * size);
    else {
      dualObjective += multiplier * bound;
      if (low !== high) complementarity = Math.max(complementarity, Math.abs(multiplier * (activity - bound)));
    }
  }
  for (let i = 0; i < n; i++) {
    const below = lower[i]!;
    const above = upper[i]!;
    primal = Math.max(primal, min[i]! - x[i]!, x[i]! - max[i]!);
    dual = Math.max(dual, Math.abs(unexplained[i]! - below + above), -below, -above);
    complementarity = Math.max(
      complementarity,
      Math.abs(below * (x[i]! - min[i]!)),
      Math.abs(above * (max[i]! - x[i]!)),
    );
    dualObjective += below * min[i]! - above * max[i]!;
  }
  const objective = curved / 2 + dot(linear, x);
  return {
    primalResidual: primal,
    dualResidual: dual / scale,
    complementarity: complementarity / scale,
    // rounding may push the difference of two equal numbers just below zero
    dualityGap: Math.max(0, (objective - dualObjective) / scale),
  };
}

/** Largest coefficient of a row, 1 for an empty one: what its misses are measured in. */
function largestOf(coefficients: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < coefficients.length; i++) largest = Math.max(largest, Math.abs(coefficients[i]!));
  return largest || 1;
}

/** How far weights miss the budget or a limit. */
export function primalResidualOf(weights: Float64Array, { min, max, linear }: Limits): number {
  const total = weights.reduce((sum, one) => sum + one, 0);
  return Math.max(
    Math.abs(total - 1),
    ...weights.map((weight, i) => Math.max(min[i]! - weight, weight - max[i]!)),
    ...linear.map(({ coefficients, min: low, max: high }) => {
      const activity = dot(coefficients, weights);
      return Math.max(low - activity, activity - high) / largestOf(coefficients);
    }),
  );
}

/** Mean of the diagonal: the scale that residuals are measured against. */
export function averageVariance(covariance: Float64Array, n: number): number {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += covariance[i * (n + 1)]!;
  return trace / n;
}

const powerSteps = 100;
/** Eigenvalues below this share of the average are rounding noise. */
const eigenvalueNoise = 1e-13;

/**
 * Largest over smallest eigenvalue by a hundred steps of the power method on the matrix and on its inverse (Golub & Van
 * Loan, Matrix Computations, 2013, 8.2): an estimate from below, close where the outer eigenvalues stand apart. Null when
 * the matrix is singular to working precision.
 */
export function conditionNumber(covariance: Float64Array, n: number): number | null {
  const average = averageVariance(covariance, n);
  if (!(average > 0)) return null;
  const factor = covariance.slice();
  for (let i = 0; i < n; i++) factor[i * (n + 1)]! += eigenvalueNoise * average;
  if (!cholesky(factor, n, n)) return null;
  const begin = (): Float64Array => Float64Array.from({ length: n }, (_, i) => 1 + ((i * 7919) % 101) / 101);
  let [largest, up] = [0, begin()];
  let [inverse, down] = [0, begin()];
  for (let step = 0; step < powerSteps; step++) {
    [largest, up] = normalised(times(covariance, up));
    solveLower(factor, n, n, down);
    solveUpper(factor, n, n, down);
    [inverse, down] = normalised(down);
  }
  const smallest = 1 / inverse;
  return smallest > 10 * eigenvalueNoise * average * n ? Math.max(1, largest / smallest) : null;
}

function normalised(vector: Float64Array): [number, Float64Array] {
  const length = Math.sqrt(dot(vector, vector));
  return [length, length > 0 ? vector.map((one) => one / length) : vector];
}

/** Whether no portfolio has a negative variance, but for rounding: Cholesky's factorisation goes through. */
export function isPositiveSemiDefinite(covariance: Float64Array, n: number): boolean {
  const average = averageVariance(covariance, n);
  if (average === 0) return covariance.every((value) => value === 0);
  const lower = covariance.slice();
  for (let i = 0; i < n; i++) lower[i * (n + 1)]! += 1e-10 * average * n;
  return cholesky(lower, n, n);
}
