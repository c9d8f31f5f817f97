import { cholesky, solveLower, solveUpper } from './cholesky.js';

/** What is left of a variable's own curvature beside the ones before it when it follows from them. */
const dependence = 1e-15;

/**
 * The solution of A x = b for a symmetric positive definite A (n x n row-major, only its lower half is read) by
 * Cholesky's factorisation of A scaled to a diagonal of ones; null when A is not positive definite to working precision.
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array): Float64Array | null {
  const n = right.length;
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(matrix[i * (n + 1)]!));
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) factor[i * n + j] = matrix[i * n + j]! * scale[i]! * scale[j]!;
  }
  if (!cholesky(factor, n, n, dependence)) return null;
  const x = right.map((value, i) => value * scale[i]!);
  solveLower(factor, n, n, x);
  solveUpper(factor, n, n, x);
  return x.map((value, i) => value * scale[i]!);
}
