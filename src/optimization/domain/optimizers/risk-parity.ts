import { round } from '../bands.js';
import { riskBudgeting } from '../risk-parity.js';
import type { OptimizationProblem } from '../optimization-problem.js';
import { namedRows, whyRowsCannotHold, type NamedRow } from './limit-conflict.js';
import { projectsOnLimits, type Optimizer, type OptimizerOutcome } from './optimizer.js';
import { within } from './projected.js';

const unpriced =
  'on these limits assets carry another share of the risk than budgeted; no objective prices them, as nothing is optimised';

/**
 * Each asset carries its budget of the risk, the same for all unless told otherwise (Maillard, Roncalli & Teiletche, 2010;
 * Richard & Roncalli, 2019, within boxes). Other limits are kept by the nearest weights.
 */
export const riskParity = {
  id: 'riskParity' as const,
  version: 2,
  needs: [],
  constraints: { ...projectsOnLimits, box: 'supported' },
  solve(problem) {
    const { covariance, budgets, limits } = problem;
    const found = riskBudgeting({ covariance, limits, ...(budgets && { budgets }) });
    if (found.kind === 'infeasible') return whyBudgetsCannotHold(problem, found.message);
    if (found.kind === 'undefined') {
      const named = found.assets.map((i) => problem.assets[i]).join(', ');
      return { kind: 'infeasible', code: 'unsolved', reason: `${found.message}${named ? ` (${named})` : ''}` };
    }
    const { residual, iterations, binding } = found;
    const of = 'shares of the risk as budgeted: nothing is optimised';
    const outcome = within(problem, found.weights, { of, residual, iterations });
    if (outcome.kind !== 'solved' || outcome.projectedBy !== null || binding.length === 0) return outcome;
    const words = binding.map(({ asset, side }) => {
      const limit = round(Math.max(0, limits[side][asset]!));
      return `${problem.assets[asset]} at ${side === 'min' ? 'least' : 'most'} ${limit}`;
    });
    return { ...outcome, notes: [...outcome.notes, `${words.join(', ')}: ${unpriced}`] };
  },
} satisfies Optimizer;

/** Nothing is sold short, and an asset without a budget has no more than its lower limit. */
function whyBudgetsCannotHold({ assets, budgets, limits }: OptimizationProblem, reason: string): OptimizerOutcome {
  const min = limits.min.map((low) => Math.max(0, low));
  const without = assets.flatMap((assetId, i): NamedRow[] => {
    if (!budgets || budgets[i]! > 0) return [];
    const coefficients = new Float64Array(assets.length);
    coefficients[i] = 1;
    return [{ label: `${assetId} has no risk budget`, coefficients, min: -Infinity, max: min[i]!, isFact: true }];
  });
  const boxes = { ...limits, min, linear: [] };
  return whyRowsCannotHold({ assets, limits: boxes }, [...namedRows(boxes), ...without], reason);
}
