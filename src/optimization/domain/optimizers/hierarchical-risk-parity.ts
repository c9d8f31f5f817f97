import { hierarchicalRiskParity as wantedWeights } from '../hierarchical.js';
import { projectsOnLimits, type Optimizer } from './optimizer.js';
import { within } from './projected.js';

/** López de Prado, "Building Diversified Portfolios that Outperform Out of Sample", 2016. */
export const hierarchicalRiskParity = {
  id: 'hierarchicalRiskParity' as const,
  version: 2,
  needs: [],
  constraints: projectsOnLimits,
  solve: (problem) => within(problem, wantedWeights(problem.covariance, problem.assets.length).weights),
} satisfies Optimizer;
