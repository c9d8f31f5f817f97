import { inverseVolatilityWeights } from '../simple.js';
import { projectsOnLimits, type Optimizer } from './optimizer.js';
import { within } from './projected.js';

/** Weights inverse to the assets' volatilities (naive risk parity). */
export const inverseVolatility = {
  id: 'inverseVolatility' as const,
  version: 2,
  needs: [],
  constraints: projectsOnLimits,
  solve: (problem) => within(problem, inverseVolatilityWeights(problem.covariance, problem.assets.length)),
} satisfies Optimizer;
