import { largestRatio, limitsOfRatios } from './max-sharpe.js';
import type { Optimizer } from './optimizer.js';

/** Largest ratio of the assets' mean volatility to the portfolio's (Choueifaty & Coignard, Toward Maximum Diversification, 2008). */
export const maxDiversification = {
  id: 'maxDiversification' as const,
  version: 2,
  needs: [],
  constraints: limitsOfRatios,
  solve(problem) {
    const n = problem.assets.length;
    const volatilities = Float64Array.from({ length: n }, (_, i) => Math.sqrt(problem.covariance[i * (n + 1)]!));
    return largestRatio({ ...problem, costRate: 0, l2: 0 }, volatilities, 'mean volatility to volatility', () => ({
      kind: 'infeasible',
      code: 'unsolved',
      reason: 'no asset has any volatility: there is nothing to diversify',
    }));
  },
} satisfies Optimizer;
