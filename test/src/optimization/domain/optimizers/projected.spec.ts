import fc from 'fast-check';
import type { Limits } from '../../../../../src/optimization/domain/limits.js';
import { assertWellFormed, plainProblem } from '../../../../../src/optimization/domain/optimization-problem.js';
import { within } from '../../../../../src/optimization/domain/optimizers/projected.js';
import { sampleCovariance } from '../../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';
import type { AssetId } from '../../../../../src/shared/ids.js';

/** As `optimize` asks a method for it; null when no weights are within the limits. */
function nearestFeasibleWeights(wanted: Float64Array, covariance: Float64Array, given: Limits) {
  const assets = Array.from(wanted, (_, i) => `A${i}` as AssetId);
  const problem = plainProblem(assets, covariance, given);
  assertWellFormed(problem);
  const outcome = within(problem, wanted);
  if (outcome.kind !== 'solved') return null;
  const { weights, projectedBy } = outcome;
  return { weights, distance: projectedBy ?? 0, projected: projectedBy !== null };
}

const limits = (min: number[], max: number[], linear: Limits['linear'] = []): Limits => ({
  min: Float64Array.from(min),
  max: Float64Array.from(max),
  linear,
});

test('weights within the limits stay as they are, to the last digit', () => {
  const wanted = Float64Array.of(0.1, 0.9);
  expect(nearestFeasibleWeights(wanted, Float64Array.of(1, 0, 0, 1), limits([0, 0], [1, 1]))).toEqual({
    weights: wanted,
    distance: 0,
    projected: false,
  });
});

test('two assets: what one must give up the other takes, and the distance is the volatility of that', () => {
  // 0.8 has to fall to 0.6: 0.2 of the first against the second, of variance 0.04 + 0.01 - 2 · 0.005
  const nearest = nearestFeasibleWeights(
    Float64Array.of(0.8, 0.2),
    Float64Array.of(0.04, 0.005, 0.005, 0.01),
    limits([0, 0], [0.6, 1]),
  );
  expect(nearest).toMatchObject({ projected: true });
  expect(nearest!.weights[0]).toBeCloseTo(0.6, 12);
  expect(nearest!.distance).toBeCloseTo(0.2 * Math.sqrt(0.04), 12);
});

test('three assets: what must be given up goes where it changes the portfolio least', () => {
  // the first gives up 0.2; the second moves like it, the third stands alone
  const covariance = Float64Array.of(0.04, 0.04, 0, 0.04, 0.04, 0, 0, 0, 0.01);
  const nearest = nearestFeasibleWeights(Float64Array.of(0.6, 0.2, 0.2), covariance, limits([0, 0, 0], [0.4, 1, 1]));
  [0.4, 0.4, 0.2].forEach((weight, i) => expect(nearest!.weights[i]).toBeCloseTo(weight, 7));
  expect(nearest!.distance).toBeLessThanOrEqual(1e-6);
});

test('where the covariance cannot tell, the nearest in weight is the answer', () => {
  for (const covariance of [new Float64Array(9), new Float64Array(9).fill(0.04)]) {
    const nearest = nearestFeasibleWeights(Float64Array.of(0.6, 0.2, 0.2), covariance, limits([0, 0, 0], [0.4, 1, 1]));
    [0.4, 0.3, 0.3].forEach((weight, i) => expect(nearest!.weights[i]).toBeCloseTo(weight, 6));
    expect(nearest!.distance).toBeCloseTo(0, 6);
  }
});

test('a linear limit that the weights break is seen', () => {
  const group = { label: 'group', coefficients: Float64Array.of(1, 1, 0), min: -Infinity, max: 0.5 };
  const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const given = limits([0, 0, 0], [1, 1, 1], [group]);
  const nearest = nearestFeasibleWeights(Float64Array.of(0.4, 0.4, 0.2), identity, given);
  [0.25, 0.25, 0.5].forEach((weight, i) => expect(nearest!.weights[i]).toBeCloseTo(weight, 8));
  expect(nearest).toMatchObject({ projected: true, distance: expect.closeTo(Math.sqrt(0.135), 12) as number });
});

test('limits that cannot hold have no nearest weights', () => {
  const nothing = nearestFeasibleWeights(
    Float64Array.of(0.5, 0.5),
    Float64Array.of(1, 0, 0, 1),
    limits([0, 0], [0.4, 0.4]),
  );
  expect(nothing).toBeNull();
});

test('sizes that differ are refused', () => {
  const two = limits([0, 0], [1, 1]);
  expect(() => nearestFeasibleWeights(Float64Array.of(1), Float64Array.of(1), two)).toThrow(InvariantViolation);
});

test('no feasible point is nearer', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 7 }), (seed, n) => {
      const random = seededRandom(seed);
      const covariance = sampleCovariance(
        new Float64Array(n * 12).map(() => random.normal() / 20),
        12,
        n,
        52,
      );
      const shares = (): Float64Array => {
        const masses = new Float64Array(n).map(() => random.uniform());
        const total = masses.reduce((sum, mass) => sum + mass, 0);
        return masses.map((mass) => mass / total);
      };
      const [wanted, inside] = [shares(), shares()];
      const given = limits(
        Array.from(inside, (share) => share * random.uniform()),
        Array.from(inside, (share) => share + 0.2 * random.uniform()),
      );
      const distanceTo = (weights: Float64Array) => {
        let square = 0;
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            square += (weights[i]! - wanted[i]!) * (weights[j]! - wanted[j]!) * covariance[i * n + j]!;
          }
        }
        return Math.sqrt(Math.max(0, square));
      };
      const { weights, distance } = nearestFeasibleWeights(wanted, covariance, given)!;
      expect(distance).toBeCloseTo(distanceTo(weights), 10);
      // from the answer any step towards a feasible point leads away
      for (const step of [1, 0.1, 0.01]) {
        const other = weights.map((weight, i) => weight + step * (inside[i]! - weight));
        expect(distance).toBeLessThanOrEqual(distanceTo(other) + 1e-8);
      }
    }),
    { seed: 20261125, numRuns: 200 },
  );
});
