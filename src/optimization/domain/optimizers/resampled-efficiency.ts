import { resampledWeights } from '../resampled.js';
import { meanVariance } from './mean-variance.js';
import { takesAllLimits, type Optimizer } from './optimizer.js';
import { within } from './projected.js';

const draws = 200;
const seed = 20_261_125;

/** Mean-variance weights averaged over histories as they might have been (Michaud, Efficient Asset Management, 1998). */
export const resampledEfficiency = {
  id: 'resampledEfficiency' as const,
  version: 2,
  needs: ['expected_returns', 'scenarios'],
  // the mean of weights that each hold few assets holds many
  constraints: { ...takesAllLimits, positions: 'projected' },
  solve(problem) {
    const { expectedReturns, covariance, scenarios } = problem;
    const plain = { ...problem, positions: null };
    const first = meanVariance.solve(plain);
    if (first.kind !== 'solved') return first;
    const found = resampledWeights({
      means: expectedReturns!,
      covariance,
      observations: scenarios!.periods,
      periodsPerYear: scenarios!.periodsPerYear,
      draws,
      seed,
      solve: (means, drawn) => {
        const solved = meanVariance.solve({ ...plain, expectedReturns: means, covariance: drawn });
        return solved.kind === 'solved' ? solved.weights : null;
      },
    });
    if (found.kind === 'no_weights') {
      return { kind: 'infeasible', code: 'unsolved', reason: `none of ${draws} drawn histories has weights` };
    }
    return within(problem, found.weights, {
      iterations: found.draws,
      notes: [`mean of ${found.draws - found.failed} drawn histories, seed ${found.seed}`],
    });
  },
} satisfies Optimizer;
