import { times } from '../../shared/vectors.js';
import { InvariantViolation } from '../../shared/errors.js';
import type { Limits } from './limits.js';
import { solveSymmetric } from './solvers/symmetric-solve.js';

export interface RiskBudgets {
  /** Annualised, n x n row-major. */
  readonly covariance: Float64Array;
  /** Share of the risk that each asset shall carry; they are divided by their sum. Equal when absent: risk parity. */
  readonly budgets?: Float64Array;
  /** Long only in any case: a lower limit below 0 counts as 0. Without limits the answer has no box. */
  readonly limits?: Limits;
}

export interface RiskParityWeights {
  /**
   * `solved`: within all limits. `outside`: within the box, but not within these linear limits; whoever needs them kept
   * has to project, and to say so.
   */
  readonly kind: 'solved' | 'outside';
  readonly weights: Float64Array;
  /** w_i (Sw)_i / w'Sw: sums to 1. */
  readonly contributions: Float64Array;
  /**
   * Proof: the largest miss of contribution = share of the budget among assets off their limits, and of the right side
   * (more than the share at a lower limit, less at an upper one) among those on them.
   */
  readonly residual: number;
  /** What a budget is multiplied with among the assets off their limits; 1 when no limit binds. */
  readonly share: number;
  readonly binding: readonly { readonly asset: number; readonly side: 'min' | 'max' }[];
  /** Numbers of the linear limits that are not kept. */
  readonly outsideOf: readonly number[];
  readonly iterations: number;
}

export type RiskParityOutcome =
  | RiskParityWeights
  | {
      readonly kind: 'undefined';
      readonly reason: 'budgets' | 'no_variance' | 'riskless_mix';
      readonly message: string;
      /** The assets without variance. */
      readonly assets: readonly number[];
    }
  | { readonly kind: 'infeasible'; readonly message: string };

const contributionGoal = 1e-12;
const limitTolerance = 1e-9;

/**
 * Weights whose contributions to the variance are the budgets: least x'Sx / 2 - sum of b_i ln x_i, divided by the sum of x
 * (Spinu, An algorithm for computing risk parity weights, 2013), by cyclical coordinate descent (Griveau-Billion, Richard
 * and Roncalli, A fast algorithm for computing high-dimensional risk parity portfolios, 2013) and then Newton's method.
 *
 * With a box: the same function times a level of the logarithms, least within the box, the level such that the weights
 * sum to 1 (Richard and Roncalli, Constrained risk budgeting portfolios, 2019): the contributions of assets off their
 * limits keep the proportions of the budgets. An asset with a budget of 0 gets no weight beyond its lower limit.
 */
export function riskBudgeting({ covariance, budgets, limits }: RiskBudgets): RiskParityOutcome {
  const n = Math.round(Math.sqrt(covariance.length));
  if (n === 0 || n * n !== covariance.length) throw new InvariantViolation('a covariance must be n x n');
  if (budgets && budgets.length !== n) throw new InvariantViolation('one budget per asset');
  if (limits && limits.min.length !== n) throw new InvariantViolation('one limit per asset');
  const given = budgets ?? new Float64Array(n).fill(1);
  const total = given.reduce((a, b) => a + b, 0);
  if (!given.every((budget) => budget >= 0) || !(total > 0 && total < Infinity)) {
    return undefinedBecause('budgets', 'Risk budgets must not be negative, and one must be above zero.');
  }
  const shares = given.map((budget) => budget / total);
  const deviations = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]!));
  const still = [...deviations.keys()].filter((i) => !(deviations[i]! > 0));
  if (still.length > 0) {
    const message = 'An asset without any variance can carry no share of the risk.';
    return undefinedBecause('no_variance', message, still);
  }
  // in units of each asset's own volatility, so that the scale of the covariance does not matter
  const correlation = covariance.map((value, at) => value / (deviations[Math.floor(at / n)]! * deviations[at % n]!));
  const free = leastBarrier(correlation, shares);
  if (free === null) {
    return undefinedBecause(
      'riskless_mix',
      'A mix of these assets has no risk at all, so that no risk can be shared out.',
    );
  }
  const weights = free.exposures.map((exposure, i) => exposure / deviations[i]!);
  const sum = weights.reduce((a, b) => a + b, 0);
  weights.forEach((weight, i) => (weights[i] = weight / sum));
  const low = Float64Array.from(limits?.min ?? new Float64Array(n), (value) => Math.max(0, value));
  const most = limits?.max ?? new Float64Array(n).fill(Infinity);
  const high = most.map((value, i) => (shares[i]! > 0 ? value : low[i]!));
  if (weights.every((weight, i) => weight >= low[i]! && weight <= high[i]!)) {
    return answer({ covariance, shares, weights, share: 1, iterations: free.iterations, low, high, limits });
  }
  return withinBox({ covariance, shares, weights, iterations: free.iterations, low, high, limits });
}

function undefinedBecause(
  reason: 'budgets' | 'no_variance' | 'riskless_mix',
  message: string,
  assets: readonly number[] = [],
): RiskParityOutcome {
  return { kind: 'undefined', reason, message, assets };
}

interface Found {
  readonly covariance: Float64Array;
  readonly shares: Float64Array;
  readonly weights: Float64Array;
  readonly iterations: number;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly limits: Limits | undefined;
}

function answer(found: Found & { readonly share: number }): RiskParityWeights {
  const { covariance, shares, weights, share, iterations, low, high, limits } = found;
  const marginal = times(covariance, weights);
  const variance = weights.reduce((sum, weight, i) => sum + weight * marginal[i]!, 0);
  const contributions = weights.map((weight, i) => (weight * marginal[i]!) / variance);
  const binding: { asset: number; side: 'min' | 'max' }[] = [];
  let residual = Math.abs(weights.reduce((a, b) => a + b, 0) - 1);
  contributions.forEach((contribution, asset) => {
    const excess = contribution - share * shares[asset]!;
    const [atMin, atMax] = [weights[asset] === low[asset], weights[asset] === high[asset]];
    if (atMin && (shares[asset]! > 0 || low[asset]! > 0)) binding.push({ asset, side: 'min' });
    if (atMax && !atMin) binding.push({ asset, side: 'max' });
    if (atMin && atMax) return;
    residual = Math.max(residual, atMin ? -excess : atMax ? excess : Math.abs(excess));
  });
  const outsideOf: number[] = [];
  limits?.linear.forEach(({ coefficients, min, max }, at) => {
    const value = coefficients.reduce((sum, coefficient, i) => sum + coefficient * weights[i]!, 0);
    const slack = limitTolerance * Math.max(1, ...coefficients.map(Math.abs));
    if (value < min - slack || value > max + slack) outsideOf.push(at);
  });
  const kind = outsideOf.length > 0 ? 'outside' : 'solved';
  return { kind, weights, contributions, residual, share, binding, outsideOf, iterations };
}

/** One round over all coordinates of least x'Cx / 2 - level * sum of b ln x within low <= x <= high; returns the change. */
function sweep(
  matrix: Float64Array,
  x: Float64Array,
  logs: Float64Array,
  low: (i: number) => number,
  high: (i: number) => number,
): number {
  const n = x.length;
  let change = 0;
  for (let i = 0; i < n; i++) {
    let others = 0;
    for (let j = 0; j < n; j++) if (j !== i) others += matrix[i * n + j]! * x[j]!;
    const own = matrix[i * n + i]!;
    const root = Math.sqrt(others * others + 4 * own * logs[i]!);
    // the positive root, written so that nothing cancels
    const best = others > 0 ? (2 * logs[i]!) / (others + root) : (root - others) / (2 * own);
    const next = Math.min(high(i), Math.max(low(i), best));
    change = Math.max(change, Math.abs(next - x[i]!) / Math.max(next, x[i]!, Number.MIN_VALUE));
    x[i] = next;
  }
  return change;
}

/** Least x'Cx / 2 - sum of b ln x over x >= 0, C a correlation; null when it has no minimum. */
function leastBarrier(
  correlation: Float64Array,
  shares: Float64Array,
): { exposures: Float64Array; iterations: number } | null {
  const n = shares.length;
  const sum = Math.max(
    correlation.reduce((a, b) => a + b, 0),
    1e-6 * n,
  );
  const x = shares.map((share) => (share > 0 ? Math.sqrt(Math.max(share, 1e-4) * (n / sum)) : 0));
  const miss = (at: Float64Array): number =>
    times(correlation, at).reduce((worst, marginal, i) => Math.max(worst, Math.abs(at[i]! * marginal - shares[i]!)), 0);
  let iterations = 0;
  for (; iterations < 30; iterations++) {
    const change = sweep(
      correlation,
      x,
      shares,
      () => 0,
      (i) => (shares[i]! > 0 ? Infinity : 0),
    );
    if (change < 1e-3) break;
  }
  const active = [...shares.keys()].filter((i) => shares[i]! > 0);
  const value = (at: Float64Array): number =>
    times(correlation, at).reduce((total, marginal, i) => {
      const logarithm = shares[i]! > 0 ? shares[i]! * Math.log(at[i]!) : 0;
      return total + (at[i]! * marginal) / 2 - logarithm;
    }, 0);
  let best = miss(x);
  for (; iterations < 200 && best > contributionGoal / 10; iterations++) {
    if (!x.every((exposure) => exposure < 1e7)) return null;
    const marginal = times(correlation, x);
    // in units of x itself the matrix stays well conditioned: D C D + diag(b), step = x * solution
    const m = active.length;
    const hessian = new Float64Array(m * m);
    active.forEach((i, row) => {
      active.forEach((j, column) => (hessian[row * m + column] = x[i]! * correlation[i * n + j]! * x[j]!));
      hessian[row * m + row]! += shares[i]!;
    });
    const gradient = Float64Array.from(active, (i) => x[i]! * marginal[i]! - shares[i]!);
    const step = solveSymmetric(hessian, gradient);
    if (step === null) break;
    const slope = step.reduce((total, change, row) => total + change * gradient[row]!, 0);
    const before = value(x);
    let length = 1;
    let next = x;
    for (; length > 1e-12; length /= 2) {
      next = Float64Array.from(x);
      active.forEach((i, row) => (next[i] = x[i]! * (1 - length * step[row]!)));
      const inside = active.every((i) => next[i]! > 0);
      // close to the minimum the function is too flat to see; the miss is not
      if (inside && (value(next) <= before - 1e-4 * length * slope || miss(next) < 0.5 * best)) break;
    }
    const missed = miss(next);
    if (!(length > 1e-12) || (missed >= best && best < 1e-10)) break;
    x.set(next);
    best = missed;
  }
  return best <= 1e-9 ? { exposures: x, iterations } : null;
}

function withinBox(found: Found): RiskParityOutcome {
  const { covariance, shares, low, high, limits } = found;
  const total = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  if (low.some((value, i) => value > high[i]!) || total(low) > 1 + limitTolerance || total(high) < 1 - limitTolerance) {
    const message = 'No weights within the limits of the assets sum to 1 without a short position.';
    return { kind: 'infeasible', message };
  }
  const x = found.weights.map((weight, i) => Math.min(high[i]!, Math.max(low[i]!, weight)));
  const marginal = times(covariance, found.weights);
  const variance = found.weights.reduce((sum, weight, i) => sum + weight * marginal[i]!, 0);
  let iterations = found.iterations;
  const excessAt = (level: number): number => {
    const logs = shares.map((share) => level * share);
    for (let round = 0; round < 20_000; round++, iterations++) {
      if (
        sweep(
          covariance,
          x,
          logs,
          (i) => low[i]!,
          (i) => high[i]!,
        ) < 1e-15
      )
        break;
    }
    return total(x) - 1;
  };
  // the level of the logarithms by bisection on its logarithm; at most 200 halvings of a range that surely holds it
  let [small, large] = [Math.log(variance) - 1, Math.log(variance) + 1];
  for (let i = 0; i < 60 && excessAt(Math.exp(small)) > 0; i++) small -= 2;
  for (let i = 0; i < 60 && excessAt(Math.exp(large)) < 0; i++) large += 2;
  let level = Math.exp(small);
  for (let i = 0; i < 200; i++) {
    const middle = (small + large) / 2;
    level = Math.exp(middle);
    const excess = excessAt(level);
    if (Math.abs(excess) < 1e-14 || middle === small || middle === large) break;
    if (excess > 0) large = middle;
    else small = middle;
  }
  const marginalNow = times(covariance, x);
  const share = level / x.reduce((sum, weight, i) => sum + weight * marginalNow[i]!, 0);
  return answer({ covariance, shares, weights: x, share, iterations, low, high, limits });
}
