import { volatilityOf } from '../optimization-problem.js';
import { round } from '../bands.js';
import { averageVariance } from '../certificate.js';
import { efficientPoints, highestReturn, pointWhere } from './efficient.js';
import { roundedUp } from './limit-conflict.js';
import { takesAllLimits, type Optimizer } from './optimizer.js';
import { minVariance } from './min-variance.js';

/** Variances below this share of the assets' average drown in the rounding of their sum, to a certificate's ninth digit. */
const toldApart = 1e-6;

/** Of a variance, against the assets' average: targets so small that this is worth return have no proven answer. */
const rounding = 1e-16;

/** Highest return among the weights whose volatility is at most the target. */
export const targetRisk = {
  id: 'targetRisk' as const,
  version: 2,
  needs: ['expected_returns', 'target_volatility'],
  constraints: {
    ...takesAllLimits,
    cost: { refused: 'the frontier is searched without costs' },
    l2: { refused: 'the frontier is searched without it' },
  },
  solve(given) {
    const problem = { ...given, costRate: 0, l2: 0 };
    const { covariance } = problem;
    const target = problem.targetVolatility!;
    const values = problem.expectedReturns!;
    const highest = highestReturn(problem, values);
    if (highest.kind !== 'solved') return highest;
    const least = minVariance.solve(problem);
    if (least.kind !== 'solved') return least;
    const lowest = volatilityOf(covariance, least.weights);
    if (lowest > target * (1 + 1e-12)) {
      const reached = roundedUp(lowest);
      const words = `volatility at most ${round(target)}`;
      return {
        kind: 'infeasible',
        code: 'out_of_reach',
        reason: `no weights within the limits have a volatility of ${target} or less: the lowest is ${reached}`,
        conflict: [words],
        relaxation: [`${words}: moved by ${round(reached - target)}, a target of ${reached} can be reached`],
      };
    }
    const points = efficientPoints(problem, values, 'highest return at the target volatility');
    // next to no aversion: of the highest return, the weights of least variance
    const top = points(1e9);
    if ('kind' in top) return top;
    const isLoose = Math.sqrt(top.variance) <= target;
    const point = isLoose ? top : pointWhere(points, ({ variance }) => target * target - variance, 1);
    if ('kind' in point) return point;
    const { solved, value, variance } = point;
    const average = averageVariance(covariance, problem.assets.length);
    const told = Math.max(target * target, toldApart * average);
    const miss = isLoose ? 0 : Math.abs(variance - target * target) / told;
    // what the program's gap and the room that is left are worth in return, at the price of risk that was found
    const size = values.reduce((most, one) => Math.max(most, Math.abs(one)), 0) || 1;
    const perReturn = solved.price.factor / size;
    const room = isLoose ? 0 : Math.max(0, target * target - variance) / 2;
    const gap = (solved.proof.dualityGap ?? 0) * Math.max(average, 1 / perReturn) + room + rounding * average;
    return {
      ...solved,
      objective: -value,
      price: { words: 'raises yearly return', unit: 'points', factor: solved.price.factor },
      proof: {
        ...solved.proof,
        primalResidual: Math.max(solved.proof.primalResidual, miss),
        dualityGap: gap * perReturn,
      },
      notes: isLoose ? ['the target volatility does not bind'] : [],
    };
  },
} satisfies Optimizer;
