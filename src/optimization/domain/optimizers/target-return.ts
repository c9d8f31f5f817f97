import { takesAllLimits, type Optimizer } from './optimizer.js';
import { priceInVolatility } from './prices.js';
import { highestReturn } from './efficient.js';
import { whyOutOfReach } from './limit-conflict.js';
import { solveWithin } from './quadratic.js';

/** Least variance among the weights that return at least the target. */
export const targetReturn = {
  id: 'targetReturn' as const,
  version: 2,
  needs: ['expected_returns', 'target_return'],
  constraints: takesAllLimits,
  solve(problem) {
    const { covariance, costRate, riskAversion } = problem;
    const target = problem.targetReturn!;
    const highest = highestReturn({ ...problem, costRate: 0 }, problem.expectedReturns!);
    if (highest.kind !== 'solved') return highest;
    const unreached = whyOutOfReach(problem, problem.expectedReturns!, target, highest.value);
    if (unreached) return unreached;
    const scale = costRate > 0 ? riskAversion : 1;
    return solveWithin(problem, {
      quadratic: scale === 1 ? covariance : covariance.map((one) => one * scale),
      linear: new Float64Array(problem.assets.length),
      rows: [
        {
          label: 'return',
          coefficients: problem.expectedReturns!,
          min: Math.min(target, highest.value),
          max: Infinity,
        },
      ],
      price: priceInVolatility(problem, scale),
      of: 'least variance at the target return',
    });
  },
} satisfies Optimizer;
