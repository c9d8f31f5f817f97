/**
 * The solution of A x = b for a symmetric positive definite A (n x n row-major, only its lower half is read) by
 * Cholesky's factorisation; null when A is not positive definite to working precision.
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array): Float64Array | null {
  const n = right.length;
  const factor = Float64Array.from(matrix);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = factor[i * n + j]!;
      for (let k = 0, [a, b] = [i * n, j * n]; k < j; k++) sum -= factor[a + k]! * factor[b + k]!;
      if (i > j) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (sum > 1e-15 * matrix[j * n + j]!) factor[j * n + j] = Math.sqrt(sum);
      else return null;
    }
  }
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  return x;
}
