import { round, whyBandsCannotHold } from '../bands.js';
import type { LinearLimit, Limits } from '../limits.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import { leastRelaxation, smallestConflict, turnoverConflict } from '../solvers/conflict.js';
import type { LimitSide } from '../solvers/quadratic-program.js';
import type { OptimizerOutcome } from './optimizer.js';

/** A limit of several assets. */
export interface NamedRow extends LinearLimit {
  /** It can be part of a conflict, but is never moved: that the weights sum to 1. */
  readonly isFact?: boolean;
}

type Limited = Pick<OptimizationProblem, 'assets' | 'limits'> &
  Partial<Pick<OptimizationProblem, 'current' | 'turnoverLimit'>>;

/** That the weights sum to 1, and the linear limits. */
export const namedRows = ({ min, linear }: Limits): NamedRow[] => [
  { label: 'weights sum to 1', coefficients: new Float64Array(min.length).fill(1), min: 1, max: 1, isFact: true },
  ...linear,
];

/**
 * Single limits that cannot hold together, none of which is superfluous, and by how much limits would have to be moved
 * at the least, in words; both empty when all can hold but for rounding. What is traded counts where that is limited.
 */
function conflictOf(
  { assets, limits, current = null, turnoverLimit = null }: Limited,
  rows: readonly NamedRow[],
): { readonly conflict: readonly string[]; readonly relaxation: readonly string[] } {
  const all = { min: limits.min, max: limits.max, rows };
  const say = ({ kind, index, side }: LimitSide): string => {
    const words = side === 'min' ? 'at least' : 'at most';
    if (kind === 'variable') return `${assets[index]} ${words} ${round(limits[side][index]!)}`;
    const row = rows[index]!;
    return row.isFact ? row.label : `${row.label} ${words} ${round(row[side])}`;
  };
  const facts = rows.flatMap(({ isFact }, index) => (isFact ? [index] : []));
  const sides = smallestConflict(all);
  if (sides.length > 0) {
    return {
      conflict: sides.map(say),
      relaxation: leastRelaxation(all, facts).map(({ limit, amount }) => `${say(limit)}: moved by ${round(amount)}`),
    };
  }
  const traded = current && turnoverLimit !== null && turnoverConflict(all, current, turnoverLimit);
  if (!traded) return { conflict: [], relaxation: [] };
  const most = `turnover at most ${round(turnoverLimit)}`;
  return {
    conflict: [most, ...traded.limits.map(say)],
    relaxation: [`${most}: moved by ${round(roundedUp(traded.turnover) - turnoverLimit)}`],
  };
}

/** The answer where no weights are within the limits; `reason` where there are better words than the conflict's own. */
export function whyRowsCannotHold(
  problem: Limited,
  rows: readonly NamedRow[] = namedRows(problem.limits),
  reason = whyBandsCannotHold(problem.assets, problem.limits),
) {
  const found = conflictOf(problem, rows);
  const own =
    found.conflict.length > 0
      ? `these limits cannot hold together: ${found.conflict.join('; ')}`
      : 'no weights were found within the limits, which can hold together by a hair at most';
  return { kind: 'infeasible', code: 'limits', reason: reason ?? own, ...found } as const;
}

/** Returns within this of the highest one, relatively, are reached. */
const sameReturn = 1e-12;

/** Why weights within the limits cannot return the target, with the highest return that they can; undefined if they can. */
export function whyOutOfReach(
  problem: OptimizationProblem,
  expectedReturns: Float64Array,
  target: number,
  highest: number,
): OptimizerOutcome | undefined {
  if (highest >= target - sameReturn * Math.max(1, Math.abs(target))) return undefined;
  const row = { label: 'return', coefficients: expectedReturns, min: target, max: Infinity };
  const words = `return at least ${round(target)}`;
  const { conflict } = conflictOf(problem, [...namedRows(problem.limits), row]);
  const reached = -roundedUp(-highest);
  return {
    kind: 'infeasible',
    code: 'out_of_reach',
    reason: `no weights within the limits return ${target}: the highest return is ${reached}`,
    conflict: conflict.length > 0 ? conflict : [words],
    relaxation: [`${words}: moved by ${round(target - reached)}, a target of ${reached} can be reached`],
  };
}

/** Ten digits that are no smaller but for rounding: whoever asks for them again gets an answer. */
export function roundedUp(value: number): number {
  const nearest = round(value);
  return nearest >= value - 1e-13 * Math.abs(value)
    ? nearest
    : round(nearest + 10 ** (Math.floor(Math.log10(Math.abs(value))) - 9));
}
