import { cholesky, solveLower, solveUpper } from '../../../../../src/optimization/domain/solvers/cholesky.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';

/** A Gram matrix of random vectors in the leading block of rows that are `stride` apart; NaN above and beside it. */
function gram(n: number, stride: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const vectors = Float64Array.from({ length: n * (n + 3) }, () => random.normal());
  const a = new Float64Array(n * stride).fill(NaN);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let t = 0; t < n + 3; t++) sum += vectors[i * (n + 3) + t]! * vectors[j * (n + 3) + t]!;
      a[i * stride + j] = sum;
    }
  }
  return a;
}

test('two variables by hand', () => {
  const a = Float64Array.of(4, 0, 2, 10);
  expect(cholesky(a, 2, 2)).toBe(true);
  expect([...a]).toEqual([2, 0, 1, 3]);
  const x = Float64Array.of(8, 22);
  solveLower(a, 2, 2, x);
  expect([...x]).toEqual([4, 6]);
  solveUpper(a, 2, 2, x);
  expect([...x]).toEqual([1, 2]);
});

test.each([1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 31])('a system of %i is solved from its lower half alone', (n) => {
  for (const stride of [n, n + 5]) {
    const a = gram(n, stride, n);
    const factor = a.slice();
    expect(cholesky(factor, n, stride)).toBe(true);
    const goal = Float64Array.from({ length: n }, (_, i) => 1 + ((i * 7) % 5) - i / 3);
    const x = goal.slice();
    solveLower(factor, n, stride, x);
    solveUpper(factor, n, stride, x);
    for (let i = 0; i < n; i++) {
      let sum = -goal[i]!;
      for (let j = 0; j < n; j++) sum += a[Math.max(i, j) * stride + Math.min(i, j)]! * x[j]!;
      expect(Math.abs(sum)).toBeLessThan(1e-10);
    }
  }
});

test('a matrix that is not positive definite is refused', () => {
  expect(cholesky(Float64Array.of(1, 0, 2, 1), 2, 2)).toBe(false);
  expect(cholesky(Float64Array.of(1, 0, 1, 1), 2, 2)).toBe(false);
  expect(cholesky(Float64Array.of(0), 1, 1)).toBe(false);
  expect(cholesky(Float64Array.of(NaN), 1, 1)).toBe(false);
  expect(cholesky(Float64Array.of(1e-3), 1, 1, 1e-2)).toBe(false);
});
