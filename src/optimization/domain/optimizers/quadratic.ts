import { certifyQuadratic } from '../certificate.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import type { QuadraticProgram, Row } from '../solvers/program.js';
import { objectiveOf, solveQuadraticProgram } from '../solvers/quadratic-program.js';
import { whyRowsCannotHold } from './limit-conflict.js';
import type { OptimizerOutcome, PriceOfLimits } from './optimizer.js';

/** A limit that the method itself sets. */
interface OwnRow extends Row {
  readonly label: string;
}

interface QuadraticObjective {
  /** n×n by rows. */
  readonly quadratic: Float64Array;
  readonly linear: Float64Array;
  readonly rows?: readonly OwnRow[];
  /** What the multipliers mean, once the weights are known. */
  readonly price: (weights: Float64Array) => PriceOfLimits;
  readonly of: string;
}

/**
 * Least `w'Pw/2 + c'w` within everything that the problem limits. Turnover and costs are linear in what is bought and
 * what is sold: with either, the program is solved in those, which is exact (Best & Hlouskova, 2005).
 */
export function solveWithin(problem: OptimizationProblem, objective: QuadraticObjective): OptimizerOutcome {
  const { limits, l2, current, turnoverLimit, costRate } = problem;
  const n = problem.assets.length;
  const quadratic = objective.quadratic.slice();
  for (let i = 0; i < n; i++) quadratic[i * (n + 1)]! += l2;
  const labelled: OwnRow[] = [
    { label: 'weights sum to 1', coefficients: new Float64Array(n).fill(1), min: 1, max: 1 },
    ...limits.linear,
    ...(objective.rows ?? []),
  ];
  const plain: QuadraticProgram = {
    quadratic,
    linear: objective.linear,
    min: limits.min,
    max: limits.max,
    rows: labelled,
  };
  const isTraded = current !== null && (turnoverLimit !== null || costRate > 0);
  const lifted = isTraded ? inTrades(plain, current, costRate, turnoverLimit) : undefined;
  const program = lifted ?? plain;
  const outcome = solveQuadraticProgram(program);
  if (outcome.kind === 'stalled') {
    return {
      kind: 'infeasible',
      code: 'unsolved',
      reason: `no convergence after ${outcome.iterations} steps of the active-set method`,
    };
  }
  if (outcome.kind === 'infeasible') {
    return whyRowsCannotHold(problem, labelled, lifted ? { turnover: turnoverLimit } : undefined);
  }
  const weights = lifted ? lifted.weightsOf(outcome.x) : outcome.x;
  const lower = new Float64Array(n);
  const upper = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    // what is sold stands at its most where a weight stands at its least
    lower[i] = lifted ? outcome.upper[n + i]! : outcome.lower[i]!;
    upper[i] = lifted ? outcome.upper[i]! : outcome.upper[i]!;
  }
  return {
    kind: 'solved',
    weights,
    objective: objectiveOf(plain, weights) + (current ? costRate * traded(weights, current) : 0),
    iterations: outcome.iterations,
    proof: { of: objective.of, ...certifyQuadratic(program, outcome) },
    multipliers: {
      lower,
      upper,
      linear: limits.linear.flatMap((_, index) => {
        const value = outcome.rows[index + 1]!;
        return value === 0
          ? []
          : [{ index, side: value > 0 ? ('min' as const) : ('max' as const), value: Math.abs(value) }];
      }),
      // the last row, where there is one
      turnover: lifted && turnoverLimit !== null ? Math.max(0, -outcome.rows[labelled.length]!) : 0,
    },
    price: objective.price(weights),
    projectedBy: null,
    notes: [],
  };
}

/** What is bought and what is sold, as fractions of the portfolio. */
const traded = (weights: Float64Array, current: Float64Array): number =>
  weights.reduce((sum, weight, i) => sum + Math.abs(weight - current[i]!), 0);

/** The same program in what is bought (first half) and sold (second half) of each asset. */
function inTrades(
  { quadratic, linear, min, max, rows }: QuadraticProgram,
  current: Float64Array,
  costRate: number,
  turnoverLimit: number | null,
): QuadraticProgram & { weightsOf: (trades: Float64Array) => Float64Array } {
  const n = current.length;
  const wide = new Float64Array(4 * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const value = quadratic[i * n + j]!;
      wide[i * 2 * n + j] = wide[(n + i) * 2 * n + n + j] = value;
      wide[i * 2 * n + n + j] = wide[(n + i) * 2 * n + j] = -value;
    }
  }
  const slope = linear.map((value, i) => {
    let sum = value;
    for (let j = 0; j < n; j++) sum += quadratic[i * n + j]! * current[j]!;
    return sum;
  });
  const doubled = (coefficients: Float64Array) => {
    const both = new Float64Array(2 * n);
    both.set(coefficients);
    both.set(
      coefficients.map((one) => -one),
      n,
    );
    return both;
  };
  const held = (coefficients: Float64Array) => coefficients.reduce((sum, one, i) => sum + one * current[i]!, 0);
  const side = (of: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => of(i));
  const joined = (first: Float64Array, second: Float64Array) => Float64Array.from([...first, ...second]);
  return {
    quadratic: wide,
    linear: joined(
      slope.map((value) => value + costRate),
      slope.map((value) => costRate - value),
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
        min: low - held(coefficients),
        max: high - held(coefficients),
      })),
      ...(turnoverLimit === null
        ? []
        : [{ coefficients: new Float64Array(2 * n).fill(0.5), min: -Infinity, max: turnoverLimit }]),
    ],
    weightsOf: (trades) => current.map((value, i) => value + trades[i]! - trades[n + i]!),
  };
}
