import { takesAllLimits, type Optimizer } from './optimizer.js';
import { priceInVolatility } from './prices.js';
import { highestReturn } from './efficient.js';
import { solveWithin } from './quadratic.js';

/** Least variance among the weights that return at least the target. */
export const targetReturn = {
  id: 'targetReturn' as const,
  version: 1,
  needs: ['expected_returns', 'target_return'],
  constraints: takesAllLimits,
  solve(problem) {
    const { covariance, costRate, riskAversion } = problem;
    const target = problem.targetReturn!;
    const highest = highestReturn({ ...problem, costRate: 0 }, problem.expectedReturns!);
    if (highest.kind !== 'solved') return highest;
    if (highest.value < target - 1e-12 * Math.max(1, Math.abs(target))) {
      return {
        kind: 'infeasible',
        code: 'out_of_reach',
        reason: `no weights within the limits return ${target}: the highest return is ${Number(highest.value.toPrecision(10))}`,
        conflict: [`return at least ${target}`],
        relaxation: [`a target of ${Number(highest.value.toPrecision(10))} can be reached`],
      };
    }
    const scale = costRate > 0 ? riskAversion : 1;
    return solveWithin(problem, {
      quadratic: scale === 1 ? covariance : covariance.map((one) => one * scale),
      linear: new Float64Array(problem.assets.length),
      rows: [
        {
          label: `return at least ${target}`,
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
