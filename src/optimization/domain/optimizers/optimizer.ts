import type { OptimizationProblem } from '../optimization-problem.js';

/** Failure is a value with a reason in words; weights are in the order of the problem's assets. */
export type OptimizerOutcome =
  | { readonly kind: 'solved'; readonly weights: readonly number[]; readonly iterations: number }
  | { readonly kind: 'infeasible'; readonly reason: string };

/** One method. It is given well-formed problems whose limits can hold and whose covariance is positive semi-definite. */
export interface Optimizer {
  readonly id: string;
  /** Rises whenever the same problem may give other numbers than before. */
  readonly version: number;
  solve(problem: OptimizationProblem): OptimizerOutcome;
}
