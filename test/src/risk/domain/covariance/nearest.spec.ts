import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { nearestCorrelation } from '../../../../../src/risk/domain/covariance/nearest.js';

const smallest = (values: Float64Array, n: number) =>
  Math.min(...new EigenvalueDecomposition(Matrix.from1DArray(n, n, values), { assumeSymmetric: true }).realEigenvalues);

test('Higham’s example of 2002 has its nearest correlation matrix', () => {
  // 0.7607 beside the diagonal, 0.1573 in the corner, at a distance of 0.5278
  const { matrix, distance } = nearestCorrelation(Float64Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1), 3);
  expect(matrix[1]).toBeCloseTo(0.7607, 4);
  expect(matrix[2]).toBeCloseTo(0.1573, 4);
  expect(matrix[5]).toBeCloseTo(0.7607, 4);
  expect(distance).toBeCloseTo(0.5278, 4);
  expect(smallest(matrix, 3)).toBeGreaterThan(-1e-14);
});

test('a published matrix of six variables is repaired to what NumPy finds, nearer than the R package sfsmisc’s', () => {
  // from the package's test of nearcor, whose own answer lies 0.0743805 away
  const given = [
    [1, 0.477, 0.644, 0.478, 0.651, 0.826],
    [0.477, 1, 0.516, 0.233, 0.682, 0.75],
    [0.644, 0.516, 1, 0.599, 0.581, 0.742],
    [0.478, 0.233, 0.599, 1, 0.741, 0.8],
    [0.651, 0.682, 0.581, 0.741, 1, 0.798],
    [0.826, 0.75, 0.742, 0.8, 0.798, 1],
  ];
  const { matrix, distance } = nearestCorrelation(Float64Array.from(given.flat()), 6);
  const upper = [
    [0.48778612, 0.64293091, 0.49045543, 0.64471508, 0.80821008],
    [0.51451154, 0.25034126, 0.67324973, 0.72523171],
    [0.59728118, 0.5818673, 0.74445497],
    [0.7308955, 0.77139846],
    [0.81243213],
  ];
  upper.forEach((row, i) => row.forEach((value, k) => expect(matrix[i * 6 + i + 1 + k]).toBeCloseTo(value, 7)));
  expect(distance).toBeCloseTo(0.07429322106702857, 9);
  expect(smallest(matrix, 6)).toBeGreaterThan(-1e-14);
  for (let i = 0; i < 6; i++) {
    expect(matrix[i * 6 + i]).toBe(1);
    for (let j = 0; j < i; j++) expect(matrix[i * 6 + j]).toBe(matrix[j * 6 + i]);
  }
});

test('a positive semi-definite matrix stays as it is', () => {
  const given = Float64Array.of(1, 1, 1, 1);
  expect(nearestCorrelation(given, 2)).toEqual({ matrix: given, distance: 0 });
});
