import { volatilityOf } from '../optimization-problem.js';
import { dot, times } from '../../../shared/vectors.js';
import { takesAllLimits, type Optimizer } from './optimizer.js';
import { solveWithin } from './quadratic.js';

/** Weights whose returns follow the benchmark's most closely (Roll, A Mean/Variance Analysis of Tracking Error, 1992). */
export const minTrackingError = {
  id: 'minTrackingError' as const,
  version: 2,
  needs: ['benchmark'],
  constraints: takesAllLimits,
  solve(problem) {
    const { covariance, costRate, riskAversion } = problem;
    const benchmark = problem.benchmark!;
    const scale = costRate > 0 ? riskAversion : 1;
    const pull = times(covariance, benchmark);
    return solveWithin(problem, {
      quadratic: covariance.map((one) => one * scale),
      linear: pull.map((one) => -one * scale),
      price: (weights) => {
        const error = volatilityOf(
          covariance,
          weights.map((one, i) => one - benchmark[i]!),
        );
        const size = Math.sqrt(Math.max(0, dot(benchmark, pull)));
        return {
          words: 'lowers the yearly tracking error',
          unit: 'points',
          factor: error > 1e-9 * size ? 1 / (scale * error) : 0,
        };
      },
      of: 'least tracking error',
    });
  },
} satisfies Optimizer;
