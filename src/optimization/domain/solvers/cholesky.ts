/**
 * Cholesky's factorisation A = L L' in place, on the lower half of the leading n x n block of a row-major matrix with
 * rows `stride` apart; the upper half is neither read nor written. False, with the block half done, as soon as a pivot
 * is not above `smallestPivot`.
 *
 * Works on tiles of 4 x 4, whose 16 sums stay in registers while two groups of rows are read once.
 */
export function cholesky(a: Float64Array, n: number, stride: number, smallestPivot = 0): boolean {
  for (let j0 = 0; j0 < n; j0 += 4) {
    const width = Math.min(4, n - j0);
    // the tile on the diagonal, plainly
    for (let j = j0; j < j0 + width; j++) {
      const row = j * stride;
      for (let c = j0; c <= j; c++) {
        const other = c * stride;
        let sum = a[row + c]!;
        for (let k = 0; k < c; k++) sum -= a[row + k]! * a[other + k]!;
        if (c < j) a[row + c] = sum / a[other + c]!;
        else if (sum > smallestPivot) a[row + c] = Math.sqrt(sum);
        else return false;
      }
    }
    const below = j0 + width;
    let i = below;
    if (width === 4) for (; i + 4 <= n; i += 4) tile(a, i * stride, j0, stride);
    for (; i < n; i++) {
      const row = i * stride;
      for (let c = j0; c < below; c++) {
        const other = c * stride;
        let sum = a[row + c]!;
        for (let k = 0; k < c; k++) sum -= a[row + k]! * a[other + k]!;
        a[row + c] = sum / a[other + c]!;
      }
    }
  }
  return true;
}

/** Rows i..i+3 of columns j0..j0+3, where everything to the left and the tile on the diagonal are done. */
function tile(a: Float64Array, r0: number, j0: number, stride: number): void {
  const [r1, r2, r3] = [r0 + stride, r0 + 2 * stride, r0 + 3 * stride];
  const c0 = j0 * stride;
  const [c1, c2, c3] = [c0 + stride, c0 + 2 * stride, c0 + 3 * stride];
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  let [s20, s21, s22, s23] = [0, 0, 0, 0];
  let [s30, s31, s32, s33] = [0, 0, 0, 0];
  for (let k = 0; k < j0; k++) {
    const y0 = a[c0 + k]!;
    const y1 = a[c1 + k]!;
    const y2 = a[c2 + k]!;
    const y3 = a[c3 + k]!;
    const x0 = a[r0 + k]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    const x1 = a[r1 + k]!;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    const x2 = a[r2 + k]!;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    const x3 = a[r3 + k]!;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  forward(a, r0, j0, c0, stride, s00, s01, s02, s03);
  forward(a, r1, j0, c0, stride, s10, s11, s12, s13);
  forward(a, r2, j0, c0, stride, s20, s21, s22, s23);
  forward(a, r3, j0, c0, stride, s30, s31, s32, s33);
}

function forward(
  a: Float64Array,
  row: number,
  j0: number,
  c0: number,
  stride: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
): void {
  const d1 = c0 + stride + j0;
  const d2 = d1 + stride;
  const d3 = d2 + stride;
  const at = row + j0;
  const x0 = (a[at]! - s0) / a[c0 + j0]!;
  const x1 = (a[at + 1]! - s1 - x0 * a[d1]!) / a[d1 + 1]!;
  const x2 = (a[at + 2]! - s2 - x0 * a[d2]! - x1 * a[d2 + 1]!) / a[d2 + 2]!;
  a[at] = x0;
  a[at + 1] = x1;
  a[at + 2] = x2;
  a[at + 3] = (a[at + 3]! - s3 - x0 * a[d3]! - x1 * a[d3 + 1]! - x2 * a[d3 + 2]!) / a[d3 + 3]!;
}

/** L x = b in place, for the first n numbers of x. */
export function solveLower(l: Float64Array, n: number, stride: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = i * stride;
    let [s0, s1] = [x[i]!, 0];
    let k = 0;
    for (; k + 1 < i; k += 2) {
      s0 -= l[row + k]! * x[k]!;
      s1 -= l[row + k + 1]! * x[k + 1]!;
    }
    if (k < i) s0 -= l[row + k]! * x[k]!;
    x[i] = (s0 + s1) / l[row + i]!;
  }
}

/** L' x = b in place, for the first n numbers of x. */
export function solveUpper(l: Float64Array, n: number, stride: number, x: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * stride;
    const value = x[i]! / l[row + i]!;
    x[i] = value;
    if (value !== 0) for (let k = 0; k < i; k++) x[k]! -= value * l[row + k]!;
  }
}
