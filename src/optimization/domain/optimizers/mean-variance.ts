import { takesAllLimits, type Optimizer } from './optimizer.js';
import { solveWithin } from './quadratic.js';

/** Largest `return - riskAversion/2 · variance` (Markowitz, Mean-Variance Analysis in Portfolio Choice, 1987). */
export const meanVariance = {
  id: 'meanVariance' as const,
  version: 2,
  needs: ['expected_returns'],
  constraints: takesAllLimits,
  solve(problem) {
    const { covariance, riskAversion } = problem;
    return solveWithin(problem, {
      quadratic: covariance.map((one) => one * riskAversion),
      linear: problem.expectedReturns!.map((one) => -one),
      price: () => ({ words: 'raises yearly utility (return less risk)', unit: 'points', factor: 1 }),
      of: 'largest return less risk',
    });
  },
} satisfies Optimizer;
