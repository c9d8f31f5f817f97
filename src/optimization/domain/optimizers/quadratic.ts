import { dot, times } from '../../../shared/vectors.js';
import { certifyQuadratic } from '../certificate.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import type { QuadraticProgram } from '../solvers/program.js';
import { objectiveOf, solveQuadraticProgram } from '../solvers/quadratic-program.js';
import { QuadraticSearch } from '../solvers/quadratic-search.js';
import { namedRows, whyRowsCannotHold, type NamedRow } from './limit-conflict.js';
import type { OptimizerOutcome, PriceOfLimits } from './optimizer.js';

interface Curvature {
  /** n×n by rows. */
  readonly quadratic: Float64Array;
  /** Limits that the method itself sets. */
  readonly rows?: readonly NamedRow[];
  readonly of: string;
}

interface Slope {
  readonly linear: Float64Array;
  /** What the multipliers mean, once the weights are known. */
  readonly price: (weights: Float64Array) => PriceOfLimits;
}

/** Least `w'Pw/2 + c'w` within everything that the problem limits. */
export const solveWithin = (problem: OptimizationProblem, objective: Curvature & Slope): OptimizerOutcome =>
  solverWithin(problem, objective)(objective);

/**
 * The same for one c after the other, each from where the last one ended. Turnover and costs are linear in what is bought
 * and what is sold: with either, the program is solved in those, which is exact (Best & Hlouskova, 2005).
 */
export function solverWithin(problem: OptimizationProblem, objective: Curvature): (slope: Slope) => OptimizerOutcome {
  const { limits, l2, current, turnoverLimit, costRate } = problem;
  const n = problem.assets.length;
  const quadratic = objective.quadratic.slice();
  for (let i = 0; i < n; i++) quadratic[i * (n + 1)]! += l2;
  const labelled = [...namedRows(limits), ...(objective.rows ?? [])];
  const plain: Unsloped = { quadratic, min: limits.min, max: limits.max, rows: labelled };
  const isTraded = current !== null && (turnoverLimit !== null || costRate > 0);
  const lifted = isTraded ? inTrades(plain, current, costRate, turnoverLimit) : undefined;
  const unsloped: Unsloped = lifted ?? plain;
  const search = QuadraticSearch.from(unsloped);
  return ({ linear, price }) => {
    const program: QuadraticProgram = { ...unsloped, linear: lifted ? lifted.linearOf(linear) : linear };
    const outcome = solveQuadraticProgram(program, search);
    if (outcome.kind === 'stalled') {
      return {
        kind: 'infeasible',
        code: 'unsolved',
        reason: `no convergence after ${outcome.iterations} steps of the active-set method`,
      };
    }
    if (outcome.kind === 'infeasible') return whyRowsCannotHold(problem, labelled);
    const weights = lifted ? lifted.weightsOf(outcome.x) : outcome.x;
    return {
      kind: 'solved',
      weights,
      objective: objectiveOf({ quadratic, linear }, weights) + (current ? costRate * traded(weights, current) : 0),
      iterations: outcome.iterations,
      proof: { of: objective.of, ...certifyQuadratic(program, outcome) },
      multipliers: {
        // what is sold stands at its most where a weight stands at its least
        lower: lifted ? outcome.upper.slice(n) : outcome.lower,
        upper: lifted ? outcome.upper.slice(0, n) : outcome.upper,
        linear: limits.linear.flatMap((_, index) => {
          const value = outcome.rows[index + 1]!;
          return value === 0
            ? []
            : [{ index, side: value > 0 ? ('min' as const) : ('max' as const), value: Math.abs(value) }];
        }),
        // the last row, where there is one
        turnover: lifted && turnoverLimit !== null ? Math.max(0, -outcome.rows[labelled.length]!) : 0,
      },
      price: price(weights),
      projectedBy: null,
      notes: [],
    };
  };
}

/** What is bought and what is sold, as fractions of the portfolio. */
const traded = (weights: Float64Array, current: Float64Array): number =>
  weights.reduce((sum, weight, i) => sum + Math.abs(weight - current[i]!), 0);

type Unsloped = Omit<QuadraticProgram, 'linear'>;

/** The same program in what is bought (first half) and sold (second half) of each asset. */
function inTrades(
  { quadratic, min, max, rows }: Unsloped,
  current: Float64Array,
  costRate: number,
  turnoverLimit: number | null,
): Unsloped & {
  readonly linearOf: (linear: Float64Array) => Float64Array;
  readonly weightsOf: (trades: Float64Array) => Float64Array;
} {
  const n = current.length;
  const wide = new Float64Array(4 * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const value = quadratic[i * n + j]!;
      wide[i * 2 * n + j] = wide[(n + i) * 2 * n + n + j] = value;
      wide[i * 2 * n + n + j] = wide[(n + i) * 2 * n + j] = -value;
    }
  }
  const held = times(quadratic, current);
  const doubled = (coefficients: Float64Array) => {
    const both = new Float64Array(2 * n);
    both.set(coefficients);
    both.set(
      coefficients.map((one) => -one),
      n,
    );
    return both;
  };
  const side = (of: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => of(i));
  const joined = (first: Float64Array, second: Float64Array) => Float64Array.from([...first, ...second]);
  return {
    quadratic: wide,
    linearOf: (linear) =>
      joined(
        linear.map((value, i) => costRate + (value + held[i]!)),
        linear.map((value, i) => costRate - (value + held[i]!)),
      ),
    min: joined(
      side((i) => Math.max(0, min[i]! - current[i]!)),
      side((i) => Math.max(0, current[i]! - max[i]!)),
    ),
    max: joined(
      side((i) => Math.max(0, max[i]! - current[i]!)),
      side((i) => Math.max(0, current[i]! - min[i]!)),
    ),
    rows: [
      ...rows.map(({ coefficients, min: low, max: high }) => ({
        coefficients: doubled(coefficients),
        min: low - dot(coefficients, current),
        max: high - dot(coefficients, current),
      })),
      ...(turnoverLimit === null
        ? []
        : [{ coefficients: new Float64Array(2 * n).fill(0.5), min: -Infinity, max: turnoverLimit }]),
    ],
    weightsOf: (trades) => current.map((value, i) => value + trades[i]! - trades[n + i]!),
  };
}
