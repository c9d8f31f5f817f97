import {
  certifyQuadratic,
  conditionNumber,
  isPositiveSemiDefinite,
  primalResidualOf,
} from '../../../../src/optimization/domain/certificate.js';

// least half variance of two uncorrelated assets with variances 0.04 and 0.01: weights in proportion to 1/variance
const program = {
  quadratic: Float64Array.of(0.04, 0, 0, 0.01),
  linear: new Float64Array(2),
  min: new Float64Array(2),
  max: Float64Array.of(1, 1),
  rows: [{ coefficients: Float64Array.of(1, 1), min: 1, max: 1 }],
};
const none = new Float64Array(2);
const certified = (x: Float64Array, multiplier: number, lower = none, upper = none) =>
  certifyQuadratic(program, { x, lower, upper, rows: Float64Array.of(multiplier) });

test('finds nothing against the optimum', () => {
  const found = certified(Float64Array.of(0.2, 0.8), 0.008);
  for (const residual of Object.values(found)) expect(residual).toBeLessThan(1e-15);
});

test('finds a feasible answer that is not the best: marginal variances 0.02 and 0.005 over the average of 0.025', () => {
  const found = certified(Float64Array.of(0.5, 0.5), 0.0125);
  expect(found.primalResidual).toBe(0);
  expect(found.dualResidual).toBeCloseTo(0.3, 12);
});

test('finds a budget that is missed and a limit that is crossed', () => {
  expect(certified(Float64Array.of(0.2, 0.79), 0.008).primalResidual).toBeCloseTo(0.01, 12);
  expect(certified(Float64Array.of(-0.03, 1.03), 0.008).primalResidual).toBeCloseTo(0.03, 12);
});

test('finds a multiplier of a limit that does not bind, and one of the wrong sign', () => {
  const lower = Float64Array.of(0.01, 0);
  expect(certified(Float64Array.of(0.2, 0.8), 0.008, lower).complementarity).toBeCloseTo((0.01 * 0.2) / 0.025, 12);
  const wrong = Float64Array.of(-0.01, 0);
  expect(certified(Float64Array.of(0.2, 0.8), 0.008, wrong).dualResidual).toBeGreaterThan(0.3);
});

test('does not depend on the scale of the covariance', () => {
  const small = { ...program, quadratic: program.quadratic.map((one) => one * 1e-8) };
  const x = Float64Array.of(0.3, 0.7);
  const plain = certified(x, 0.0075);
  const scaled = certifyQuadratic(small, { x, lower: none, upper: none, rows: Float64Array.of(0.0075e-8) });
  expect(scaled.dualResidual).toBeCloseTo(plain.dualResidual, 12);
  expect(scaled.dualityGap).toBeCloseTo(plain.dualityGap, 12);
});

test('weights miss a linear limit in units of its largest coefficient', () => {
  const limits = {
    min: none,
    max: Float64Array.of(1, 1),
    linear: [{ label: 'x', coefficients: Float64Array.of(100, 0), min: -Infinity, max: 10 }],
  };
  expect(primalResidualOf(Float64Array.of(0.2, 0.8), limits)).toBeCloseTo(0.1, 12);
});

test('the condition number of a diagonal is the ratio of its ends, and there is none of a singular matrix', () => {
  expect(conditionNumber(Float64Array.of(0.04, 0, 0, 0.01), 2)).toBeCloseTo(4, 6);
  expect(conditionNumber(Float64Array.of(0.04, 0.04, 0.04, 0.04), 2)).toBeNull();
  expect(conditionNumber(Float64Array.of(0, 0, 0, 0), 2)).toBeNull();
});

test('a correlation above 1 is no covariance', () => {
  expect(isPositiveSemiDefinite(Float64Array.of(0.04, 0.05, 0.05, 0.04), 2)).toBe(false);
  expect(isPositiveSemiDefinite(Float64Array.of(0.04, 0.04, 0.04, 0.04), 2)).toBe(true);
});
