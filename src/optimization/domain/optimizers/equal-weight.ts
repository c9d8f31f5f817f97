import { equalWeights } from '../simple.js';
import { projectsOnLimits, type Optimizer } from './optimizer.js';
import { within } from './projected.js';

/** The same weight for every asset (DeMiguel, Garlappi & Uppal, Optimal Versus Naive Diversification, 2009). */
export const equalWeight = {
  id: 'equalWeight' as const,
  version: 2,
  needs: [],
  constraints: projectsOnLimits,
  solve: (problem) => within(problem, equalWeights(problem.assets.length)),
} satisfies Optimizer;
