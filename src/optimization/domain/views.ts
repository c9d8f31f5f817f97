import { dot, times } from '../../shared/vectors.js';
import { InvariantViolation } from '../../shared/errors.js';
import { solveSymmetric } from './solvers/symmetric-solve.js';

/** coefficients'returns will be `value` on average: one asset's return (absolute) or a difference (relative). */
export interface ReturnView {
  readonly label: string;
  /** In the order of the assets. */
  readonly coefficients: Float64Array;
  /** Annual, as the covariance is. */
  readonly value: number;
  /**
   * How sure the view is: a variance, or a confidence from 0 (no effect) to 1 (holds exactly). When absent the variance is
   * that of the prior's own belief, tau p'Sp (He and Litterman), which is a confidence of 0.5.
   */
  readonly certainty?: { readonly variance: number } | { readonly confidence: number };
}

export interface BlackLittermanInput {
  /** The prior's means, for instance those of the market's equilibrium. */
  readonly prior: Float64Array;
  /** n x n row-major. */
  readonly covariance: Float64Array;
  /** Variance of the prior's means as a share of the covariance; about 1 / years of observations. */
  readonly tau: number;
  readonly views: readonly ReturnView[];
}

export type BlackLittermanOutcome =
  | {
      readonly kind: 'combined';
      readonly means: Float64Array;
      /** Of the means: M = ((tau S)^-1 + P'W^-1 P)^-1. */
      readonly meanCovariance: Float64Array;
      /** Of the returns, the uncertainty of their means included: S + M. */
      readonly covariance: Float64Array;
      /** Variance given to each view, in the order of the views. */
      readonly variances: Float64Array;
    }
  /** Views that are certain and say the same of different values, or that no return can differ in. */
  | { readonly kind: 'conflict'; readonly views: readonly string[]; readonly message: string };

/**
 * Means that combine a prior with views: prior + tau S P' (P tau S P' + W)^-1 (q - P prior) (Black and Litterman, Global
 * portfolio optimization, 1992; He and Litterman, The intuition behind Black-Litterman model portfolios, 1999). Confidences
 * are those of Idzorek, A step-by-step guide to the Black-Litterman model, 2005, in the closed form of Walters, The
 * Black-Litterman model in detail, 2014: a variance of tau p'Sp (1 - c) / c.
 */
export function blackLitterman({ prior, covariance, tau, views }: BlackLittermanInput): BlackLittermanOutcome {
  const n = prior.length;
  if (covariance.length !== n * n) throw new InvariantViolation('a covariance must be n x n');
  if (!(tau > 0)) throw new InvariantViolation('tau must be above zero');
  const variances = new Float64Array(views.length);
  const heard: { view: ReturnView; spread: Float64Array; own: number; variance: number }[] = [];
  views.forEach((view, k) => {
    if (view.coefficients.length !== n) throw new InvariantViolation('a view needs a coefficient per asset');
    const spread = times(covariance, view.coefficients).map((value) => tau * value);
    const own = dot(view.coefficients, spread);
    const variance = varianceOf(view, own);
    variances[k] = variance;
    // a confidence of 0 is an infinite variance: the view has no effect
    if (variance < Infinity) heard.push({ view, spread, own, variance });
  });
  // views one by one are the same as all at once when their errors are independent (Kalman), and show which one conflicts
  const means = Float64Array.from(prior);
  const meanCovariance = covariance.map((value) => tau * value);
  const told: string[] = [];
  for (const { view, own, variance } of heard) {
    const spread = times(meanCovariance, view.coefficients);
    const total = dot(view.coefficients, spread) + variance;
    const surprise = view.value - dot(view.coefficients, means);
    if (total <= 1e-12 * (own + variance) || own + variance === 0) {
      const size = Math.abs(view.value) + view.coefficients.reduce((sum, c, j) => sum + Math.abs(c * means[j]!), 0);
      if (Math.abs(surprise) <= 1e-9 * size) continue;
      const message = `The view "${view.label}" cannot hold together with what is already certain: it asks for ${view.value}, certain is ${view.value - surprise}.`;
      return { kind: 'conflict', views: [...told, view.label], message };
    }
    if (variance === 0) told.push(view.label);
    for (let i = 0; i < n; i++) means[i]! += (spread[i]! * surprise) / total;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) meanCovariance[i * n + j]! -= (spread[i]! * spread[j]!) / total;
    }
  }
  const ofReturns = covariance.map((value, at) => value + meanCovariance[at]!);
  return { kind: 'combined', means, meanCovariance, covariance: ofReturns, variances };
}

function varianceOf({ certainty }: ReturnView, own: number): number {
  if (certainty === undefined) return own;
  if ('variance' in certainty) {
    if (!(certainty.variance >= 0)) throw new InvariantViolation('a variance must not be negative');
    return certainty.variance;
  }
  const { confidence } = certainty;
  if (!(confidence >= 0 && confidence <= 1)) throw new InvariantViolation('a confidence lies between 0 and 1');
  return confidence === 0 ? Infinity : (own * (1 - confidence)) / confidence;
}

/** The mean of a statistic of the scenarios shall be equal to, at least or at most a value. */
export interface ScenarioView {
  readonly label: string;
  /** The statistic in each scenario. */
  readonly values: Float64Array;
  readonly relation: 'equal' | 'at_least' | 'at_most';
  readonly target: number;
}

type Relation = Pick<ScenarioView, 'label' | 'relation' | 'target'>;

/** A view on the mean of coefficients'returns; the returns are T x n row-major, the target is per period. */
export function meanView(returns: Float64Array, coefficients: Float64Array, relation: Relation): ScenarioView {
  return { ...relation, values: portfolioReturns(returns, coefficients) };
}

/**
 * A view on the volatility per period of coefficients'returns around a given mean, which must be the one that the answer
 * will have (its own view, or the prior's mean held by a view) for the volatility to be exact.
 */
export function volatilityView(
  returns: Float64Array,
  coefficients: Float64Array,
  mean: number,
  relation: Relation,
): ScenarioView {
  const values = portfolioReturns(returns, coefficients).map((value) => (value - mean) ** 2);
  return { ...relation, values, target: relation.target ** 2 };
}

function portfolioReturns(returns: Float64Array, coefficients: Float64Array): Float64Array {
  const n = coefficients.length;
  if (n === 0 || returns.length % n !== 0) throw new InvariantViolation('the returns must be T x n');
  return Float64Array.from({ length: returns.length / n }, (_, t) =>
    dot(returns.subarray(t * n, (t + 1) * n), coefficients),
  );
}

export type EntropyPoolingOutcome =
  | {
      readonly kind: 'pooled';
      /** New probabilities of the scenarios. */
      readonly probabilities: Float64Array;
      /** Kullback-Leibler divergence from the prior probabilities, in nats. */
      readonly relativeEntropy: number;
      /** exp of the entropy of the probabilities: how many equally likely scenarios carry as much. */
      readonly effectiveScenarios: number;
      /** Largest miss of a view, in standard deviations of its statistic under the prior. */
      readonly residual: number;
      /** Of the views, per standard deviation; 0 for an inequality that holds without force. */
      readonly multipliers: Float64Array;
      readonly iterations: number;
    }
  | {
      readonly kind: 'infeasible';
      readonly views: readonly string[];
      readonly message: string;
      /** Of the statistic of a view that lies beyond all scenarios. */
      readonly range?: { readonly least: number; readonly most: number };
    };

const viewGoal = 1e-10;

/**
 * The probabilities of scenarios that satisfy views and lie closest to the prior ones in relative entropy (Meucci, Fully
 * flexible views: theory and practice, 2008): p_t is proportional to prior_t exp(l'F_t), and the multipliers l minimise
 * the convex log of the sum of prior_t exp(l'(F_t - target)), those of inequalities on their side of 0, by a projected
 * Newton method (Bertsekas, 1982).
 *
 * No divergence exceeds -ln of the smallest prior probability, so a dual value beyond it proves that the views conflict;
 * those with a multiplier are then named.
 */
export function entropyPooling(views: readonly ScenarioView[], prior: Float64Array): EntropyPoolingOutcome {
  const [count, k] = [prior.length, views.length];
  const total = prior.reduce((a, b) => a + b, 0);
  if (!prior.every((p) => p >= 0) || !(Math.abs(total - 1) < 1e-9)) {
    throw new InvariantViolation('prior probabilities must sum to 1');
  }
  for (const view of views) {
    if (view.values.length !== count) throw new InvariantViolation('a view needs a value per scenario');
    const possible = view.values.filter((_, t) => prior[t]! > 0);
    const least = possible.reduce((a, b) => Math.min(a, b));
    const most = possible.reduce((a, b) => Math.max(a, b));
    const tooHigh = view.relation !== 'at_most' && view.target > most;
    const tooLow = view.relation !== 'at_least' && view.target < least;
    if (tooHigh || tooLow) {
      const message = `The view "${view.label}" asks for ${view.target}, but the scenarios only range from ${least} to ${most}.`;
      return { kind: 'infeasible', views: [view.label], message, range: { least, most } };
    }
  }
  // distances from the targets in standard deviations of the prior
  const distances = views.map(({ values, target }) => {
    const mean = dot(values, prior);
    const variance = values.reduce((sum, value, t) => sum + prior[t]! * (value - mean) ** 2, 0);
    const unit = Math.sqrt(variance) || 1;
    return values.map((value) => (value - target) / unit);
  });
  const farthest = -Math.log(prior.reduce((least, p) => (p > 0 ? Math.min(least, p) : least), 1));
  const allowed = (index: number, multiplier: number): number => {
    const { relation } = views[index]!;
    if (relation === 'equal') return multiplier;
    return relation === 'at_least' ? Math.max(0, multiplier) : Math.min(0, multiplier);
  };
  const at = (multipliers: Float64Array) => {
    const exponents = prior.map((p, t) => {
      let sum = p > 0 ? Math.log(p) : -Infinity;
      for (let i = 0; i < k; i++) sum += multipliers[i]! * distances[i]![t]!;
      return sum;
    });
    const peak = exponents.reduce((a, b) => Math.max(a, b), -Infinity);
    const probabilities = exponents.map((exponent) => Math.exp(exponent - peak));
    const sum = probabilities.reduce((a, b) => a + b, 0);
    probabilities.forEach((p, t) => (probabilities[t] = p / sum));
    return {
      value: peak + Math.log(sum),
      probabilities,
      means: distances.map((distance) => dot(distance, probabilities)),
    };
  };
  let multipliers = new Float64Array(k);
  let now = at(multipliers);
  // what keeps a view from its target; 0 for an inequality that holds without force
  const missOf = (): Float64Array =>
    multipliers.map((multiplier, i) =>
      allowed(i, multiplier - now.means[i]!) === 0 && multiplier === 0 ? 0 : now.means[i]!,
    );
  let iterations = 0;
  let miss = missOf();
  const worst = () => miss.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (; iterations < 200 && worst() > viewGoal; iterations++) {
    if (-now.value > farthest + 1e-6) break;
    let free = [...miss.keys()].filter((i) => miss[i] !== 0);
    let step = newtonStep(free, distances, miss, now.probabilities);
    // multipliers that stand at 0 and would leave their side stay there
    for (;;) {
      const kept = free.filter((i, row) => multipliers[i] !== 0 || allowed(i, -step[row]!) !== 0);
      if (kept.length === free.length || kept.length === 0) break;
      free = kept;
      step = newtonStep(free, distances, miss, now.probabilities);
    }
    let length = 1;
    let moved = false;
    for (; length > 1e-10; length /= 2) {
      const next = Float64Array.from(multipliers);
      free.forEach((i, row) => (next[i] = allowed(i, multipliers[i]! - length * step[row]!)));
      const then = at(next);
      const slope = free.reduce((sum, i) => sum + miss[i]! * (multipliers[i]! - next[i]!), 0);
      const closer = then.means.every((mean, i) => Math.abs(mean) <= 0.5 * worst() || views[i]!.relation !== 'equal');
      if (then.value <= now.value - 1e-4 * slope || (closer && worst() < 1e-5)) {
        [multipliers, now, moved] = [next, then, true];
        break;
      }
    }
    miss = missOf();
    if (!moved) break;
  }
  if (worst() > 1e-8) {
    const names = views.filter((_, i) => multipliers[i] !== 0).map(({ label }) => label);
    const message = `No probabilities of the scenarios satisfy these views together: ${names.join(', ')}.`;
    return { kind: 'infeasible', views: names, message };
  }
  const { probabilities } = now;
  const entropyFrom = (base: (t: number) => number) =>
    probabilities.reduce((sum, p, t) => (p > 0 ? sum + p * Math.log(p / base(t)) : sum), 0);
  return {
    kind: 'pooled',
    probabilities,
    relativeEntropy: Math.max(
      0,
      entropyFrom((t) => prior[t]!),
    ),
    effectiveScenarios: Math.exp(-entropyFrom(() => 1)),
    residual: worst(),
    multipliers,
    iterations,
  };
}

/** The covariance of the statistics under the probabilities is the matrix of Newton's step for their misses. */
function newtonStep(
  views: readonly number[],
  distances: readonly Float64Array[],
  miss: Float64Array,
  probabilities: Float64Array,
): Float64Array {
  const m = views.length;
  const matrix = new Float64Array(m * m);
  const means = views.map((view) => dot(distances[view]!, probabilities));
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [distances[views[i]!]!, distances[views[j]!]!];
      let sum = 0;
      for (let t = 0; t < a.length; t++) sum += probabilities[t]! * (a[t]! - means[i]!) * (b[t]! - means[j]!);
      matrix[i * m + j] = sum;
    }
  }
  // views that say the same make it singular, which a growing multiple of the unit matrix mends
  const right = Float64Array.from(views, (view) => miss[view]!);
  for (let ridge = 0; ; ridge = ridge === 0 ? 1e-14 : ridge * 100) {
    for (let i = 0; i < m; i++) matrix[i * m + i]! += ridge;
    const step = solveSymmetric(matrix, right);
    if (step) return step;
  }
}
