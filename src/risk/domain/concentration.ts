import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { InvariantViolation } from '../../shared/errors.js';
import type { Numbers } from './returns.js';

/** Herfindahl-Hirschman index: sum of the squared weights (Hirschman 1964); 1/n for equal weights, 1 for one asset. */
export function herfindahl(weights: Numbers): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! ** 2;
  return sum;
}

/**
 * Effective number of bets (Meucci, "Managing Diversification", 2009): the exponential of the entropy of the shares of
 * variance that the covariance's principal portfolios contribute. Between 1 and the number of assets; null when the
 * portfolio has no variance. `covariance` is row-major n×n.
 */
export function effectiveBets(weights: Numbers, covariance: Float64Array): number | null {
  const n = weights.length;
  if (covariance.length !== n * n) {
    throw new InvariantViolation(`a covariance of ${covariance.length} numbers does not fit ${n} weights`);
  }
  const matrix = Matrix.from1DArray(n, n, covariance);
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const exposures = realEigenvalues.map((eigenvalue, k) => {
    const exposure = eigenvectorMatrix.getColumn(k).reduce((sum, value, i) => sum + value * weights[i]!, 0);
    return Math.max(0, eigenvalue) * exposure ** 2;
  });
  const variance = exposures.reduce((sum, value) => sum + value, 0);
  if (!(variance > 0)) return null;
  const entropy = exposures.reduce((sum, value) => {
    const share = value / variance;
    return share > 0 ? sum - share * Math.log(share) : sum;
  }, 0);
  return Math.exp(entropy);
}
