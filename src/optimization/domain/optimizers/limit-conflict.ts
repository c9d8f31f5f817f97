import { round, whyBandsCannotHold } from '../bands.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import { leastRelaxation, smallestConflict } from '../solvers/conflict.js';
import type { QuadraticProgram, Row } from '../solvers/program.js';
import type { LimitSide } from '../solvers/quadratic-program.js';
import type { OptimizerOutcome } from './optimizer.js';

/**
 * A set of limits that cannot hold together, none of which is superfluous, and how far limits would have to be moved at
 * the least. The first row is the budget, which is never moved.
 */
export function whyRowsCannotHold(
  { assets, limits }: OptimizationProblem,
  rows: readonly (Row & { readonly label: string })[],
  traded?: { readonly turnover: number | null },
): OptimizerOutcome {
  const n = assets.length;
  const plain: QuadraticProgram = {
    quadratic: new Float64Array(n * n),
    linear: new Float64Array(n),
    min: limits.min,
    max: limits.max,
    rows,
  };
  const say = (side: LimitSide): string => {
    if (side.kind === 'variable') {
      const value = side.side === 'min' ? limits.min[side.index]! : limits.max[side.index]!;
      return `${assets[side.index]} ${side.side === 'min' ? 'at least' : 'at most'} ${round(value)}`;
    }
    const { label, min, max } = rows[side.index]!;
    if (min === max) return label;
    return `${label} ${side.side === 'min' ? `at least ${round(min)}` : `at most ${round(max)}`}`;
  };
  const bands = whyBandsCannotHold(assets, limits);
  const sides = smallestConflict(plain);
  if (sides.length === 0 && traded && traded.turnover !== null) {
    const conflict = [`turnover at most ${round(traded.turnover)}`];
    const reason = `the limits cannot be reached by buying and selling no more than ${round(traded.turnover)} of the portfolio`;
    return { kind: 'infeasible', code: 'limits', reason, conflict, relaxation: [] };
  }
  const conflict = sides.map(say);
  const relaxation = leastRelaxation(plain, [0]).map(({ limit, amount }) => `${say(limit)}: moved by ${round(amount)}`);
  const reason = bands ?? `these limits cannot hold together: ${conflict.join('; ')}`;
  return { kind: 'infeasible', code: 'limits', reason, conflict, relaxation };
}
