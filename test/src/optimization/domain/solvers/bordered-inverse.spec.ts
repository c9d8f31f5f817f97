import fc from 'fast-check';
import { inverse, Matrix } from 'ml-matrix';
import { BorderedInverse } from '../../../../../src/optimization/domain/solvers/bordered-inverse.js';
import { sampleCovariance } from '../../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';

const randomCovariance = (seed: number, n: number): Float64Array => {
  const random = seededRandom(seed);
  return sampleCovariance(
    new Float64Array(4 * n * n).map(() => random.normal()),
    4 * n,
    n,
    1,
  );
};

/** Weights and multiplier of `solve` at lambda 1, from the inverse that ml-matrix computes. */
function solvedAnew(covariance: Float64Array, n: number, members: readonly number[], returns: Float64Array) {
  const bordered = new Matrix([
    [0, ...members.map(() => 1)],
    ...members.map((i) => [1, ...members.map((j) => covariance[i * n + j]!)]),
  ]);
  const right = Matrix.columnVector([0.7, ...members.map((i) => returns[i]! - i / 100)]);
  return inverse(bordered).mmul(right).getColumn(0).slice(1);
}

test('after any joining and leaving it solves like an inverse computed anew', () => {
  const n = 8;
  fc.assert(
    fc.property(fc.nat(1e6), fc.array(fc.nat(n - 1), { minLength: 1, maxLength: 40 }), (seed, moves) => {
      const covariance = randomCovariance(seed, n);
      const returns = Float64Array.from({ length: n }, (_, i) => Math.sin(i + seed));
      const pull = Float64Array.from({ length: n }, (_, i) => i / 100);
      const block = new BorderedInverse(covariance, n);
      const members = new Set([moves[0]!]);
      block.start(moves[0]!);
      for (const asset of moves.slice(1)) {
        if (!members.has(asset)) {
          block.join(asset, 1e-12);
          members.add(asset);
        } else if (members.size > 1) {
          block.leave(asset);
          members.delete(asset);
        }
      }
      const [at, slope] = [new Float64Array(n), new Float64Array(n)];
      block.solve(pull, returns, 0.7, at, slope);
      const expected = solvedAnew(covariance, n, [...members], returns);
      [...members].forEach((i, k) => expect(at[i]! + slope[i]!).toBeCloseTo(expected[k]!, 9));
      expect(block.size).toBe(members.size);
    }),
    { seed: 20261125, numRuns: 200 },
  );
});

test('an asset that the members imitate perfectly does not join, and changes nothing', () => {
  // the third is the first and the second, half each
  const covariance = Float64Array.of(1, 0, 0.5, 0, 1, 0.5, 0.5, 0.5, 0.5);
  const block = new BorderedInverse(covariance, 3);
  block.start(0);
  expect(block.join(1, 1e-12)).toEqual({ isMember: true, variance: 2 });
  expect(block.join(2, 1e-12).isMember).toBe(false);
  expect(block.size).toBe(2);
  const [at, slope] = [new Float64Array(3), new Float64Array(3)];
  block.solve(new Float64Array(3), new Float64Array(3), 1, at, slope);
  expect([...at]).toEqual([0.5, 0.5, 0]);
});

test('what little is left of large terms keeps its digits', () => {
  // the second moves with the first but for a variance of 1e-10
  const covariance = Float64Array.of(1, 1, 1, 1 + 1e-10);
  const block = new BorderedInverse(covariance, 2);
  block.start(0);
  const { isMember, variance } = block.join(1, 1e-12);
  expect(isMember).toBe(true);
  expect(Math.abs(variance / (covariance[3]! - 1) - 1)).toBeLessThanOrEqual(1e-9);
});

test('built anew it is the same, and refinement takes away what was added to the answer', () => {
  const n = 6;
  const covariance = randomCovariance(9, n);
  const block = new BorderedInverse(covariance, n);
  block.start(0);
  for (let i = 1; i < n; i++) block.join(i, 1e-12);
  const returns = Float64Array.from({ length: n }, (_, i) => i / 10);
  const answer = () => {
    const [at, slope] = [new Float64Array(n), new Float64Array(n)];
    block.solve(new Float64Array(n), returns, 1, at, slope);
    return { at, slope };
  };
  const before = answer();
  expect(block.rebuild(1e-12)).toBe(true);
  const { at, slope } = answer();
  at.forEach((weight, i) => expect(weight).toBeCloseTo(before.at[i]!, 12));

  const gains = (weights: Float64Array, multiplier: number, given: Float64Array) =>
    Float64Array.from({ length: n }, (_, i) =>
      weights.reduce((sum, weight, j) => sum + covariance[i * n + j]! * weight, -multiplier - given[i]!),
    );
  const off = at.map((weight, i) => weight + (i % 2 === 0 ? 1e-6 : -3e-6));
  const offGains = gains(off, block.multiplierAt, new Float64Array(n));
  const slopeGains = gains(slope, block.multiplierSlope, returns);
  expect(block.residual(offGains, slopeGains, off, slope, 1)).toBeGreaterThan(1e-7);
  block.refine(offGains, slopeGains, off, slope, 1);
  off.forEach((weight, i) => expect(weight).toBeCloseTo(at[i]!, 13));
});
