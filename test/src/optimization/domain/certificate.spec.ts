import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { certify } from '../../../../src/optimization/domain/certificate.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';
import type { AssetId } from '../../../../src/shared/ids.js';

const problem = {
  assets: ['A', 'B'] as AssetId[],
  covariance: new Matrix([
    [0.04, 0],
    [0, 0.01],
  ]),
  constraints: { min: [0, 0], max: [1, 1] },
};
// uncorrelated: weights in proportion to 1/s², so 25 : 100
const best = [0.2, 0.8];

test('finds nothing against the optimum', () => {
  const { certificate, volatility } = certify(problem, best);
  expect(certificate.primalResidual).toBeLessThan(1e-15);
  expect(certificate.dualResidual).toBeLessThan(1e-15);
  expect(certificate.complementarity).toBeLessThan(1e-15);
  expect(certificate.dualityGap).toBeLessThan(1e-15);
  expect(certificate.conditionNumber).toBeCloseTo(4, 12);
  expect(volatility).toBeCloseTo(Math.sqrt(0.008), 12);
});

test('finds a feasible answer that is not the best', () => {
  const { certificate } = certify(problem, [0.5, 0.5]);
  expect(certificate.primalResidual).toBe(0);
  // marginal variances 0.02 and 0.005 over the average variance 0.025: 0.8 and 0.2. The budget's multiplier in their
  // middle, 0.5, leaves both wrong by 0.3; each limit's multiplier of 0.3 stands 0.5 away from its limit.
  expect(certificate.dualResidual).toBeCloseTo(0.3, 12);
  expect(certificate.complementarity).toBeCloseTo(0.15, 12);
  expect(certificate.dualityGap).toBeCloseTo(0.3, 12);
});

test('finds a budget that is missed and a limit that is crossed', () => {
  expect(certify(problem, [0.2, 0.79]).certificate.primalResidual).toBeCloseTo(0.01, 12);
  expect(certify(problem, [-0.03, 1.03]).certificate.primalResidual).toBeCloseTo(0.03, 12);
});

test('the gap bounds what any other feasible point could still win', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const variance = (w: number) => 0.04 * w ** 2 + 0.01 * (1 - w) ** 2;
  fc.assert(
    fc.property(share, share, (w, other) => {
      const { certificate } = certify(problem, [w, 1 - w]);
      // the gap is relative to the average variance, 0.025
      expect((variance(w) - variance(other)) / 2).toBeLessThanOrEqual(certificate.dualityGap * 0.025 + 1e-12);
    }),
    { seed: 20261125 },
  );
});

test('does not depend on the scale of the covariance', () => {
  const small = { ...problem, covariance: Matrix.mul(problem.covariance, 1e-8) };
  const [one, other] = [certify(problem, [0.3, 0.7]), certify(small, [0.3, 0.7])];
  expect(other.certificate.dualityGap).toBeCloseTo(one.certificate.dualityGap, 12);
  expect(other.certificate.dualResidual).toBeCloseTo(one.certificate.dualResidual, 12);
});

test('a singular covariance has no condition number', () => {
  const singular = {
    ...problem,
    covariance: new Matrix([
      [0.04, 0.04],
      [0.04, 0.04],
    ]),
  };
  expect(certify(singular, [0.5, 0.5]).certificate.conditionNumber).toBeNull();
});

test.each([
  ['too few weights', [1]],
  ['a weight that is not a number', [NaN, 1]],
])('%s are a defect', (_name, weights) => {
  expect(() => certify(problem, weights)).toThrow(InvariantViolation);
});
