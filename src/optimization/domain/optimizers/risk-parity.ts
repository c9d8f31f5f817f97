import { riskBudgeting } from '../risk-parity.js';
import { projectsOnLimits, type Optimizer } from './optimizer.js';
import { within } from './projected.js';

/**
 * Each asset carries its budget of the risk, the same for all unless told otherwise (Maillard, Roncalli & Teiletche, 2010;
 * Richard & Roncalli, 2019, within boxes). Other limits are kept by the nearest weights.
 */
export const riskParity = {
  id: 'riskParity' as const,
  version: 1,
  needs: [],
  constraints: { ...projectsOnLimits, box: 'supported' },
  solve(problem) {
    const { covariance, budgets, limits } = problem;
    const found = riskBudgeting({ covariance, limits, ...(budgets && { budgets }) });
    if (found.kind === 'infeasible') return { kind: 'infeasible', code: 'limits', reason: found.message };
    if (found.kind === 'undefined') {
      const named = found.assets.map((i) => problem.assets[i]).join(', ');
      return { kind: 'infeasible', code: 'unsolved', reason: `${found.message}${named ? ` (${named})` : ''}` };
    }
    return within(problem, found.weights, { residual: found.residual });
  },
} satisfies Optimizer;
