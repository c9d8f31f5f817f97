import { averageVariance } from '../certificate.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import { efficientPoints, highestReturn, pointWhere } from './efficient.js';
import { takesAllLimits, type Optimizer, type OptimizerOutcome } from './optimizer.js';

/**
 * The weights with the largest ratio of `values'w` to volatility. On the efficient frontier the ratio is largest where the
 * value times the risk tolerance equals the variance (Sharpe, 1994; the frontier's slope is the tolerance), so the proof is
 * that of the quadratic program there, with what is left of that equation.
 */
export function largestRatio(
  problem: OptimizationProblem,
  values: Float64Array,
  words: string,
  none: () => OptimizerOutcome,
): OptimizerOutcome {
  const highest = highestReturn(problem, values);
  if (highest.kind !== 'solved') return highest;
  if (!(highest.value > 0)) return none();
  const scale = averageVariance(problem.covariance, problem.assets.length);
  const point = pointWhere(
    efficientPoints(problem, values, `largest ratio of ${words}`),
    ({ value, variance }, tolerance) => variance - tolerance * value,
    scale > 0 ? scale / highest.value : 1,
  );
  if ('kind' in point) return point;
  const { solved, value, variance } = point;
  const volatility = Math.sqrt(variance);
  if (!(volatility > 0))
    return { ...solved, objective: -Infinity, notes: ['the best weights have no risk at all: the ratio has no bound'] };
  const tolerance = variance / value;
  return {
    ...solved,
    objective: -value / volatility,
    price: {
      words: `raises the ratio of ${words}`,
      unit: 'ratio',
      // of value less half the variance over the tolerance: its change over the volatility is the ratio's
      factor: solved.price.factor / volatility,
    },
    proof: {
      ...solved.proof,
      dualResidual: Math.max(solved.proof.dualResidual ?? 0, Math.abs(variance - tolerance * value) / variance),
    },
  };
}

/** A ratio has no place for what is added to an objective. */
export const limitsOfRatios = {
  ...takesAllLimits,
  cost: { refused: 'a cost has no part in a ratio' },
  l2: { refused: 'a ratio has no place for it' },
} as const satisfies Optimizer['constraints'];

/** Largest Sharpe ratio: yearly return above the risk-free rate over volatility (Sharpe, 1966 and 1994). */
export const maxSharpe = {
  id: 'maxSharpe' as const,
  version: 2,
  needs: ['expected_returns'],
  constraints: limitsOfRatios,
  solve(problem) {
    const excess = problem.expectedReturns!.map((one) => one - problem.riskFreeRate);
    return largestRatio({ ...problem, costRate: 0, l2: 0 }, excess, 'excess return to volatility', () => ({
      kind: 'infeasible',
      code: 'no_excess_return',
      reason: `no weights within the limits return more than the risk-free rate of ${problem.riskFreeRate}: the Sharpe ratio has no largest value; minimum variance needs no expected returns`,
    }));
  },
} satisfies Optimizer;
