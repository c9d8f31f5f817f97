/** Sum of the products; both vectors are of one length. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** `Aw` of an n×n matrix by rows. */
export function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  const product = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0, at = i * n; j < n; j++, at++) sum += matrix[at]! * vector[j]!;
    product[i] = sum;
  }
  return product;
}

/** `Aw` of a symmetric n×n matrix, without a look at the rows where w is 0. */
export function timesSymmetric(matrix: Float64Array, vector: Float64Array): Float64Array {
  const product = new Float64Array(vector.length);
  addTimesSymmetric(product, 1, matrix, vector);
  return product;
}

/** Adds `factor·Aw` of a symmetric n×n matrix to a vector, without a look at the rows where w is 0. */
export function addTimesSymmetric(to: Float64Array, factor: number, matrix: Float64Array, vector: Float64Array): void {
  const n = vector.length;
  for (let j = 0; j < n; j++) {
    if (vector[j] === 0) continue;
    const first = factor * vector[j]!;
    const row = j * n;
    do j++;
    while (j < n && vector[j] === 0);
    // two rows at a time halve the traffic
    if (j < n) {
      const second = factor * vector[j]!;
      const next = j * n;
      for (let i = 0; i < n; i++) to[i]! += first * matrix[row + i]! + second * matrix[next + i]!;
    } else for (let i = 0; i < n; i++) to[i]! += first * matrix[row + i]!;
  }
}

/** `v'Av` of an n×n matrix by rows, without a look at the rows where v is 0. */
export function quadraticForm(matrix: Float64Array, vector: Float64Array): number {
  const n = vector.length;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const value = vector[i]!;
    if (value === 0) continue;
    let pull = 0;
    for (let j = 0, at = i * n; j < n; j++, at++) pull += matrix[at]! * vector[j]!;
    total += value * pull;
  }
  return total;
}
