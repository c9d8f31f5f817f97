import { hierarchicalEqualRisk as wantedWeights } from '../hierarchical.js';
import { projectsOnLimits, type Optimizer } from './optimizer.js';
import { within } from './projected.js';

/** Raffinot, "The Hierarchical Equal Risk Contribution Portfolio", 2018. */
export const hierarchicalEqualRisk = {
  id: 'hierarchicalEqualRisk' as const,
  version: 2,
  needs: [],
  constraints: projectsOnLimits,
  solve(problem) {
    const { weights, clusters } = wantedWeights(problem.covariance, problem.assets.length);
    return within(problem, weights, { notes: [`${clusters.length} clusters`] });
  },
} satisfies Optimizer;
