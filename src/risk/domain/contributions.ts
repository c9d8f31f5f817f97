import { InvariantViolation } from '../../shared/errors.js';
import { isRounding, type Numbers } from './returns.js';
import { tailShares } from './tail-risk.js';

/**
 * Volatility contributions w_i·(Σw)_i / σ, which sum to the volatility σ = √(w'Σw) (Litterman 1996; Euler's theorem).
 * `covariance` is row-major n×n; annualised gives yearly contributions. Null when the portfolio has no volatility.
 */
export function volatilityContributions(weights: Numbers, covariance: Float64Array): Float64Array | null {
  const n = weights.length;
  if (covariance.length !== n * n) {
    throw new InvariantViolation(`a covariance of ${covariance.length} numbers does not fit ${n} weights`);
  }
  const parts = Float64Array.from({ length: n }, (_, i) => {
    let marginal = 0;
    for (let j = 0; j < n; j++) marginal += covariance[i * n + j]! * weights[j]!;
    return weights[i]! * marginal;
  });
  const variance = parts.reduce((sum, part) => sum + part, 0);
  if (!(variance > 0) || isRounding(variance, parts)) return null;
  const volatility = Math.sqrt(variance);
  return parts.map((part) => part / volatility);
}

/**
 * Contributions to historical CVaR, -w_i times the asset's mean return in the portfolio's tail, each period with its share
 * of it (`tailShares`); they sum to the CVaR of the portfolio whose weights stay the same (Tasche 1999). `assetReturns` is
 * row-major, one row a period. Null with fewer than two periods.
 */
export function cvarContributions(
  weights: Numbers,
  assetReturns: Float64Array,
  confidence: number,
): Float64Array | null {
  const n = weights.length;
  const returns = portfolioReturns(weights, assetReturns);
  if (returns.length < 2) return null;
  const means = new Float64Array(n);
  tailShares(returns, confidence).forEach((share, t) => {
    if (share === 0) return;
    for (let i = 0; i < n; i++) means[i]! += share * assetReturns[t * n + i]!;
  });
  return means.map((mean, i) => -weights[i]! * mean);
}

/** Returns of a portfolio brought back to its weights each period: the weighted sums of the rows. */
export function portfolioReturns(weights: Numbers, assetReturns: Float64Array): Float64Array {
  const n = weights.length;
  if (n === 0 || assetReturns.length % n !== 0) {
    throw new InvariantViolation(`${assetReturns.length} returns do not make rows of ${n} assets`);
  }
  return Float64Array.from({ length: assetReturns.length / n }, (_, t) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += weights[i]! * assetReturns[t * n + i]!;
    return sum;
  });
}
