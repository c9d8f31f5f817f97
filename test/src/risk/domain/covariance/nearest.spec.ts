import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { nearestCorrelation } from '../../../../../src/risk/domain/covariance/nearest.js';

const smallest = (values: Float64Array, n: number) =>
  Math.min(...new EigenvalueDecomposition(Matrix.from1DArray(n, n, values), { assumeSymmetric: true }).realEigenvalues);

test('Higham’s example of 2002 has its nearest correlation matrix', () => {
  // 0.7607 beside the diagonal, 0.1573 in the corner (in lequant40/portfolio_allocation_js), at a distance of 0.5278
  const { matrix, distance } = nearestCorrelation(Float64Array.of(1, 1, 0, 1, 1, 1, 0, 1, 1), 3);
  expect(matrix[1]).toBeCloseTo(0.7607, 4);
  expect(matrix[2]).toBeCloseTo(0.1573, 4);
  expect(matrix[5]).toBeCloseTo(0.7607, 4);
  expect(distance).toBeCloseTo(0.5278, 4);
  expect(smallest(matrix, 3)).toBeGreaterThan(-1e-14);
});

/** From the triangle below the diagonal of ones. */
const ofTriangle = (lower: readonly (readonly number[])[]): Float64Array => {
  const n = lower.length;
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return i === j ? 1 : lower[Math.max(i, j)]![Math.min(i, j)]!;
  });
};

test.each([
  {
    source: 'R. Wicklin, Computing the nearest correlation matrix, The DO Loop, 2012',
    given: [[], [0.99], [0.35, 0.8]],
    nearest: [[], [0.9044], [0.3896, 0.7453]],
    within: 5.1e-5,
  },
  {
    source: 'N. Higham and N. Strabić, Anderson acceleration of the alternating projections method, 2016',
    given: [
      [],
      [0.18],
      [-0.13, 0.22],
      [-0.26, -0.14, 0.06],
      [0.19, 0.31, -0.08, 0.85],
      [-0.25, 0.16, 0.04, 0.85, 0.85],
      [-0.12, 0.09, 0.04, 0.85, 0.85, 0.85],
    ],
    nearest: [
      [],
      [0.183844],
      [-0.131789, 0.218241],
      [-0.251417, -0.131564, 0.056073],
      [0.178399, 0.298599, -0.074692, 0.824539],
      [-0.247928, 0.162037, 0.039052, 0.854548, 0.843853],
      [-0.119061, 0.090923, 0.03957, 0.852062, 0.847214, 0.850498],
    ],
    within: 2e-6,
  },
  {
    source: 'C. Lucas, Computing Nearest Covariance and Correlation Matrices, thesis, 2001',
    given: [
      [],
      [-0.325],
      [0.1881, 0.2048],
      [0.576, 0.2436, -0.1325],
      [0.0064, 0.4058, 0.7658, 0.3041],
      [-0.6111, 0.273, 0.2765, 0.0126, 0.6652],
      [-0.0724, 0.2869, -0.6172, 0.6452, -0.3293, 0.0492],
      [-0.1589, 0.4241, 0.9006, -0.321, 0.9939, 0.5964, -0.3983],
    ],
    nearest: [
      [],
      [-0.3112],
      [0.1889, 0.205],
      [0.5396, 0.2265, -0.1468],
      [0.0268, 0.4148, 0.788, 0.2137],
      [-0.5925, 0.2822, 0.2727, 0.0015, 0.658],
      [-0.0621, 0.2915, -0.6085, 0.6069, -0.2812, 0.0479],
      [-0.1921, 0.4088, 0.8802, -0.2208, 0.8762, 0.5932, -0.447],
    ],
    within: 1e-4,
  },
])('$source', ({ given, nearest, within }) => {
  // all read in the tests of lequant40/portfolio_allocation_js
  const { matrix, distance } = nearestCorrelation(ofTriangle(given), given.length);
  ofTriangle(nearest).forEach((value, at) => expect(Math.abs(matrix[at]! - value)).toBeLessThan(within));
  expect(distance).toBeGreaterThan(0);
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
