import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface NearestCorrelation {
  /** Row-major n×n, unit diagonal, positive semi-definite. */
  readonly matrix: Float64Array;
  /** Frobenius distance to the given matrix; 0 when it was positive semi-definite already. */
  readonly distance: number;
}

/** Eigenvalues down to here are 0 to working precision. */
const tolerance = 1e-12;
const maxSteps = 2_000;

/**
 * The correlation matrix nearest in the Frobenius norm to a symmetric one with unit diagonal: alternating projections
 * with Dykstra's correction (Higham, "Computing the nearest correlation matrix", 2002, algorithm 3.3).
 *
 * A last projection and rescaling make it positive semi-definite exactly, so that the distance is that of the matrix
 * given back.
 */
export function nearestCorrelation(given: Float64Array, n: number): NearestCorrelation {
  const start = Matrix.from1DArray(n, n, given);
  if (isPositiveSemidefinite(start)) return { matrix: Float64Array.from(given), distance: 0 };
  let current = start;
  let correction = Matrix.zeros(n, n);
  for (let step = 0; step < maxSteps; step++) {
    const shifted = Matrix.sub(current, correction);
    const semidefinite = withoutNegative(shifted);
    correction = Matrix.sub(semidefinite, shifted);
    const next = semidefinite.clone();
    for (let i = 0; i < n; i++) next.set(i, i, 1);
    const change = Matrix.sub(next, current).norm('frobenius');
    current = next;
    if (change <= tolerance * n) break;
  }
  const semidefinite = withoutNegative(current);
  const scale = semidefinite.diagonal().map((value) => 1 / Math.sqrt(value));
  const matrix = Float64Array.from({ length: n * n }, (_, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    return i === j ? 1 : semidefinite.get(i, j) * (scale[i]! * scale[j]!);
  });
  const squares = matrix.reduce((sum, value, index) => sum + (value - given[index]!) ** 2, 0);
  return { matrix, distance: Math.sqrt(squares) };
}

/** Whether no eigenvalue lies below -n times the tolerance; a Cholesky factor is cheaper than the eigenvalues. */
const isPositiveSemidefinite = (matrix: Matrix): boolean =>
  new CholeskyDecomposition(
    Matrix.add(matrix, Matrix.eye(matrix.rows).mul(tolerance * matrix.rows)),
  ).isPositiveDefinite();

/** Nearest positive semi-definite matrix: negative eigenvalues become 0. */
function withoutNegative(matrix: Matrix): Matrix {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const roots = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  // V·√Λ times its own transpose is symmetric to the last bit
  const half = eigenvectorMatrix.clone().mulRowVector(roots);
  return half.mmul(half.transpose());
}
