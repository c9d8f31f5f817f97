import { takesAllLimits, type Optimizer } from './optimizer.js';
import { priceInVolatility } from './prices.js';
import { solveWithin } from './quadratic.js';

/**
 * Weights with the smallest variance within their limits (Markowitz, Portfolio Selection, 1952). Ignores expected returns
 * on purpose: it stays usable when they cannot be trusted.
 *
 * With a cost of trading, half the variance counts as often as the risk aversion says, so that both are yearly returns.
 */
export const minVariance = {
  id: 'minVariance' as const,
  version: 3,
  needs: [],
  constraints: takesAllLimits,
  solve(problem) {
    const { covariance, costRate, riskAversion } = problem;
    const scale = costRate > 0 ? riskAversion : 1;
    return solveWithin(problem, {
      quadratic: scale === 1 ? covariance : covariance.map((one) => one * scale),
      linear: new Float64Array(problem.assets.length),
      price: priceInVolatility(problem, scale),
      of: 'least variance',
    });
  },
} satisfies Optimizer;
