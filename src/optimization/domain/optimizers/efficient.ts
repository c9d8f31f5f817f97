import { type OptimizationProblem } from '../optimization-problem.js';
import { dot, times } from '../../../shared/vectors.js';
import type { OptimizerOutcome, PriceOfLimits, SolvedProblem } from './optimizer.js';
import { solveWithin, solverWithin } from './quadratic.js';

/** A point of the efficient frontier: the weights that are best for one price of risk. */
export interface EfficientPoint {
  readonly solved: SolvedProblem;
  readonly value: number;
  readonly variance: number;
}

/** Best weights for `tolerance · values'w - w'Σw / 2`; the tolerance of risk is the inverse of the aversion. */
export type EfficientPoints = (tolerance: number) => EfficientPoint | Exclude<OptimizerOutcome, SolvedProblem>;

/** The efficient frontier, asked for one point after the other. */
export function efficientPoints(problem: OptimizationProblem, values: Float64Array, of: string): EfficientPoints {
  const { covariance } = problem;
  const solve = solverWithin(problem, { quadratic: covariance, of });
  return (tolerance) => {
    const outcome = solve({
      linear: values.map((one) => -one * tolerance),
      price: (): PriceOfLimits => ({ words: 'raises the objective', unit: 'ratio', factor: 1 / tolerance }),
    });
    if (outcome.kind !== 'solved') return outcome;
    const { weights } = outcome;
    return { solved: outcome, value: dot(values, weights), variance: dot(weights, times(covariance, weights)) };
  };
}

/** The highest value that any weights have, and those of the least variance among them, as good as. */
export function highestReturn(
  problem: OptimizationProblem,
  values: Float64Array,
):
  | { readonly kind: 'solved'; readonly value: number; readonly weights: Float64Array }
  | Exclude<OptimizerOutcome, SolvedProblem> {
  const n = values.length;
  const outcome = solveWithin(
    { ...problem, l2: 0 },
    {
      quadratic: new Float64Array(n * n),
      linear: values.map((one) => -one),
      price: () => ({ words: '', unit: 'ratio', factor: 1 }),
      of: 'highest return',
    },
  );
  if (outcome.kind !== 'solved') return outcome;
  return { kind: 'solved', value: dot(values, outcome.weights), weights: outcome.weights };
}

const mostSolves = 200;
/** Tolerances this close to each other, relatively, are one. */
const sameTolerance = 1e-15;

/**
 * The point of the frontier at which a function that falls as the tolerance grows is zero: bracketed by doubling, then by the Illinois variant of the secant rule (Dowell & Jarratt, 1971), which never
 * leaves the bracket.
 */
export function pointWhere(
  points: EfficientPoints,
  fall: (point: EfficientPoint, tolerance: number) => number,
  start: number,
): EfficientPoint | Exclude<OptimizerOutcome, SolvedProblem> {
  let solves = 0;
  const at = (tolerance: number) => {
    solves++;
    return points(tolerance);
  };
  let [low, high] = [start, start];
  let point = at(start);
  if ('kind' in point) return point;
  const atStart = fall(point, start);
  let [atLow, atHigh] = [atStart, atStart];
  while (atHigh > 0 && solves < mostSolves) {
    [low, atLow] = [high, atHigh];
    high *= 4;
    const next = at(high);
    if ('kind' in next) return next;
    [point, atHigh] = [next, fall(next, high)];
  }
  while (atLow < 0 && solves < mostSolves) {
    [high, atHigh] = [low, atLow];
    low /= 4;
    const next = at(low);
    if ('kind' in next) return next;
    [point, atLow] = [next, fall(next, low)];
  }
  let side = 0;
  while (solves < mostSolves && atLow !== 0 && atHigh !== 0 && high - low > sameTolerance * high) {
    const guess = (low * atHigh - high * atLow) / (atHigh - atLow);
    const tolerance = guess > low && guess < high ? guess : (low + high) / 2;
    const next = at(tolerance);
    if ('kind' in next) return next;
    const value = fall(next, tolerance);
    point = next;
    if (value === 0) break;
    if (value > 0) {
      [low, atLow] = [tolerance, value];
      if (side === 1) atHigh /= 2;
      side = 1;
    } else {
      [high, atHigh] = [tolerance, value];
      if (side === -1) atLow /= 2;
      side = -1;
    }
    if (tolerance === low && tolerance === high) break;
  }
  return point;
}
