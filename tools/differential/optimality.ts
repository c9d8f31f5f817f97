// Karush-Kuhn-Tucker conditions of a quadratic program, checked from the program as it was given.
import type { QuadraticProgram } from '../../src/optimization/domain/solvers/program.js';
import type { QuadraticSolution } from '../../src/optimization/domain/solvers/quadratic-program.js';

/** How far an answer misses the conditions, for an objective of size 1 and rows with a largest coefficient of 1. */
export interface Misses {
  readonly primal: number;
  readonly dual: number;
  readonly complementarity: number;
  /** Primal minus dual objective: no answer is better by more. */
  readonly gap: number;
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** What the objective is divided by: the average curvature or the steepest linear part, never 0. */
export function sizeOf({ quadratic, linear, min }: QuadraticProgram): number {
  const n = min.length;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += quadratic[i * n + i]!;
  return Math.max(trace / n, largest(linear)) || 1;
}

const slopesAt = ({ quadratic, linear }: QuadraticProgram, x: Float64Array): Float64Array =>
  linear.map((value, i) => {
    let slope = value;
    for (let j = 0; j < x.length; j++) slope += quadratic[i * x.length + j]! * x[j]!;
    return slope;
  });

/** Largest miss of a limit, rows in units of their largest coefficient. */
export function infeasibility({ min, max, rows }: QuadraticProgram, x: Float64Array): number {
  let worst = 0;
  x.forEach((value, i) => (worst = Math.max(worst, min[i]! - value, value - max[i]!)));
  for (const { coefficients, min: low, max: high } of rows) {
    const value = activityOf(coefficients, x);
    worst = Math.max(
      worst,
      (low - value) / (largest(coefficients) || 1),
      (value - high) / (largest(coefficients) || 1),
    );
  }
  return worst;
}

const activityOf = (coefficients: Float64Array, x: Float64Array): number =>
  coefficients.reduce((sum, value, i) => sum + value * x[i]!, 0);

/** Multipliers of the wrong sign, and what none of them explains, count as misses. */
export function missesOf(program: QuadraticProgram, solution: QuadraticSolution): Misses {
  const { linear, min, max, rows } = program;
  const { x, lower, upper } = solution;
  const size = sizeOf(program);
  const left = slopesAt(program, x);
  const curved = x.reduce((sum, value, i) => sum + value * (left[i]! - linear[i]!), 0);
  let gap = curved + linear.reduce((sum, value, i) => sum + value * x[i]!, 0);
  let [dual, complementarity] = [0, 0];
  rows.forEach(({ coefficients, min: low, max: high }, row) => {
    const multiplier = solution.rows[row]!;
    if (multiplier === 0) return;
    const side = multiplier > 0 ? low : high;
    coefficients.forEach((value, i) => (left[i]! -= multiplier * value));
    // towards a side that is not there
    if (!Number.isFinite(side)) dual = Math.max(dual, Math.abs(multiplier) * (largest(coefficients) || 1));
    else {
      complementarity = Math.max(complementarity, Math.abs(multiplier * (activityOf(coefficients, x) - side)));
      gap -= multiplier * side;
    }
  });
  x.forEach((value, i) => {
    const [ofMin, ofMax] = [lower[i]!, upper[i]!];
    dual = Math.max(dual, Math.abs(left[i]! - ofMin + ofMax), -ofMin, -ofMax);
    complementarity = Math.max(
      complementarity,
      Math.abs(ofMin * (value - min[i]!)),
      Math.abs(ofMax * (max[i]! - value)),
    );
    gap -= ofMin * min[i]! - ofMax * max[i]!;
  });
  return {
    primal: infeasibility(program, x),
    dual: dual / size,
    complementarity: complementarity / size,
    gap: Math.abs(gap) / size,
  };
}

export const worstOf = ({ primal, dual, complementarity, gap }: Misses): number =>
  [primal, dual, complementarity, gap].reduce((worst, value) => (value <= worst ? worst : value), 0);
