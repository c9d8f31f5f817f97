import { dot } from '../../shared/vectors.js';
import type { LimitOf, ScenarioProblem, ScenarioSolution } from './solvers/scenario-program.js';

/** Part of the largest return that slopes are measured in at the least, where the risk has next to none. */
const leastSlope = 1e-4;

/**
 * Checks the Karush-Kuhn-Tucker conditions of the linear program of a scenario risk from the returns, the weights of the
 * periods q and the multipliers alone, knowing nothing of how they were found (Rockafellar and Uryasev, Optimization of
 * conditional value-at-risk, 2000; Chekhlov, Uryasev and Zabarankin, 2005). In units of the largest slope of the risk.
 *
 * The dual residual is what the multipliers, the budget's included, leave of the slope -R'q, and by how much q is no
 * worst case; complementarity is the largest product of a multiplier and the distance to its limit, and by how much the
 * risk of the weights is more than q says.
 */
export function certifyScenarios(
  problem: ScenarioProblem,
  { weights, scenarioWeights: q, binding }: Pick<ScenarioSolution, 'weights' | 'scenarioWeights' | 'binding'>,
): Record<'dualResidual' | 'complementarity', number> {
  const { returns, limits } = problem;
  const n = weights.length;
  const path = Float64Array.from(q, (_, t) => dot(returns.subarray(t * n, (t + 1) * n), weights));
  const unexplained = Float64Array.from(
    weights,
    (_, i) => -q.reduce((sum, share, t) => sum + share * returns[t * n + i]!, 0),
  );
  const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = Math.max(largest(unexplained), leastSlope * largest(returns)) || 1;
  let complementarity = Math.abs(riskOf(problem, path) + dot(q, path));
  for (const { limit, multiplier } of binding) {
    const { coefficients, bound, sign } = rowOf(limit, problem);
    // a multiplier of the wrong sign explains nothing
    if (sign * multiplier < 0) continue;
    for (let i = 0; i < n; i++) unexplained[i]! -= multiplier * coefficients[i]!;
    const distance = limit.kind === 'budget' ? 0 : dot(coefficients, weights) - bound;
    complementarity = Math.max(complementarity, Math.abs(multiplier * distance));
  }
  return {
    dualResidual: Math.max(largest(unexplained) / scale, missOfWorstCase(problem, q)),
    complementarity: complementarity / scale,
  };

  function rowOf(limit: LimitOf, { expectedReturn }: ScenarioProblem) {
    if (limit.kind === 'budget') return { coefficients: new Float64Array(n).fill(1), bound: 1, sign: 0 };
    if (limit.kind === 'expected_return') {
      return { coefficients: expectedReturn!.means, bound: expectedReturn!.atLeast, sign: 1 };
    }
    const sign = limit.side === 'min' ? 1 : -1;
    if (limit.kind === 'linear') {
      const row = limits.linear[limit.linear]!;
      return { coefficients: row.coefficients, bound: row[limit.side], sign };
    }
    const coefficients = new Float64Array(n);
    coefficients[limit.asset] = 1;
    return { coefficients, bound: limits[limit.side][limit.asset]!, sign };
  }
}

/** Most that a period can count in the mean of the worst, as a share of all. */
const mostOf = ({ risk, probabilities }: ScenarioProblem, periods: number) =>
  risk.kind === 'max_drawdown' ? () => 1 : (t: number) => (probabilities?.[t] ?? 1 / periods) / (1 - risk.confidence);

/** Mean of the worst losses, or of the worst drawdowns of the sum of the returns. */
function riskOf(problem: ScenarioProblem, path: Float64Array): number {
  const most = mostOf(problem, path.length);
  let [sum, peak] = [0, 0];
  const losses = path.map((value) => {
    if (problem.risk.kind === 'cvar') return -value;
    sum += value;
    peak = Math.max(peak, sum);
    return peak - sum;
  });
  let [risk, left] = [0, 1];
  for (const t of [...losses.keys()].sort((a, b) => losses[b]! - losses[a]!)) {
    const share = Math.min(most(t), left);
    risk += share * losses[t]!;
    left -= share;
  }
  return risk;
}

/**
 * By how much q is outside of what can be a worst case. For CVaR: shares of 1, none above its most. For drawdowns q is a
 * sum of stretches from a peak to where the drawdown is looked at, so that what it falls by at a period is the share of
 * the drawdown there.
 */
function missOfWorstCase(problem: ScenarioProblem, q: Float64Array): number {
  const most = mostOf(problem, q.length);
  const isTail = problem.risk.kind === 'cvar';
  let [total, miss] = [0, 0];
  q.forEach((value, t) => {
    const share = isTail ? value : Math.max(0, value - (q[t + 1] ?? 0));
    total += share;
    miss = Math.max(miss, -value, share - most(t));
  });
  return Math.max(miss, isTail ? Math.abs(total - 1) : total - 1);
}
