import { InvariantViolation } from '../../shared/errors.js';

/** The same weight for each of `n` assets. */
export function equalWeights(n: number): Float64Array {
  if (!(n >= 1)) throw new InvariantViolation(`weights of ${n} assets were asked for`);
  return new Float64Array(n).fill(1 / n);
}

/**
 * Weights inverse to the volatilities on the diagonal of the n*n, row-major `covariance`; they sum to 1 and do not
 * depend on its scale. Assets that do not move at all share everything equally among them.
 */
export function inverseVolatilityWeights(covariance: Float64Array, n: number): Float64Array {
  if (!(n >= 1) || covariance.length !== n * n) {
    throw new InvariantViolation(`${covariance.length} covariances for ${n} assets`);
  }
  const variances = Float64Array.from({ length: n }, (_, i) => covariance[i * n + i]!);
  const steady = variances.filter((variance) => !(variance > 0)).length;
  if (steady > 0) return variances.map((variance) => (variance > 0 ? 0 : 1 / steady));
  const inverses = variances.map((variance) => 1 / Math.sqrt(variance));
  const total = inverses.reduce((sum, value) => sum + value, 0);
  return inverses.map((value) => value / total);
}
