import { resampledWeights, type ResamplingInput } from '../../../../src/optimization/domain/resampled.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

const input: ResamplingInput = {
  means: Float64Array.of(0.1, 0.1),
  covariance: Float64Array.of(0.04, 0.01, 0.01, 0.04),
  observations: 365,
  periodsPerYear: 365,
  draws: 2_000,
  seed: 7,
  // everything into the asset with the higher mean: as unstable as a method can be
  solve: (means) => (means[0]! > means[1]! ? Float64Array.of(1, 0) : Float64Array.of(0, 1)),
};

function weightsOf(changes: Partial<ResamplingInput> = {}) {
  const answer = resampledWeights({ ...input, ...changes });
  if (answer.kind !== 'resampled') throw new Error('no weights');
  return answer;
}

test('two assets that cannot be told apart get about half each, and the answer says how little one draw tells', () => {
  const { weights, deviations, failed } = weightsOf();
  expect(weights[0]).toBeGreaterThan(0.45);
  expect(weights[0]).toBeLessThan(0.55);
  expect(weights[0]! + weights[1]!).toBeCloseTo(1, 12);
  expect(deviations[0]).toBeCloseTo(0.5, 2);
  expect(failed).toBe(0);
});

test('the same seed gives the same bytes, and both seed and draws are in the answer', () => {
  expect(weightsOf()).toEqual(weightsOf());
  expect(weightsOf()).toMatchObject({ seed: 7, draws: 2_000 });
  expect(weightsOf({ seed: 8 }).weights).not.toEqual(weightsOf().weights);
});

test('the more observations, the closer to the weights of the estimates themselves', () => {
  const means = Float64Array.of(0.11, 0.1);
  const few = weightsOf({ means }).weights[0]!;
  const many = weightsOf({ means, observations: 365 * 10_000, draws: 20 }).weights[0]!;
  expect(few).toBeLessThan(0.6);
  expect(many).toBeGreaterThan(0.9);
});

test('drawn estimates spread around the given ones as theory says', () => {
  const drawn: { mean: number; variance: number; covariance: number }[] = [];
  weightsOf({
    observations: 50,
    draws: 4_000,
    solve: (means, covariance) => {
      expect(covariance[1]).toBe(covariance[2]);
      drawn.push({ mean: means[0]!, variance: covariance[0]!, covariance: covariance[1]! });
      return Float64Array.of(1, 0);
    },
  });
  const average = (of: (one: (typeof drawn)[number]) => number) =>
    drawn.reduce((sum, one) => sum + of(one), 0) / drawn.length;
  const spread = Math.sqrt((0.04 * 365) / 50);
  expect(Math.abs(average(({ mean }) => mean) - 0.1)).toBeLessThan(4 * (spread / Math.sqrt(4_000)));
  expect(average(({ mean }) => (mean - 0.1) ** 2) / spread ** 2).toBeCloseTo(1, 0);
  expect(average(({ variance }) => variance)).toBeCloseTo(0.04, 3);
  expect(average(({ covariance }) => covariance)).toBeCloseTo(0.01, 3);
  // a sample variance has the variance 2 s^4 / (T - 1)
  expect(average(({ variance }) => (variance - 0.04) ** 2) / ((2 * 0.04 ** 2) / 49)).toBeCloseTo(1, 0);
});

test('fewer observations than assets and a singular covariance are drawn too', () => {
  const n = 5;
  const answer = weightsOf({
    means: new Float64Array(n).fill(0.1),
    covariance: new Float64Array(n * n).fill(0.04),
    observations: 3,
    draws: 10,
    solve: (means, covariance) => {
      expect([...means, ...covariance].every(Number.isFinite)).toBe(true);
      return new Float64Array(n).fill(1 / n);
    },
  });
  expect([...answer.weights]).toEqual(new Array(n).fill(expect.closeTo(0.2, 12)));
});

test('draws without weights are counted, and without any there is no answer', () => {
  let calls = 0;
  const some = weightsOf({ draws: 10, solve: () => (calls++ % 2 === 0 ? Float64Array.of(0.5, 0.5) : null) });
  expect(some).toMatchObject({ failed: 5, draws: 10 });
  expect(resampledWeights({ ...input, draws: 3, solve: () => null })).toEqual({
    kind: 'no_weights',
    failed: 3,
    seed: 7,
  });
  expect(weightsOf({ draws: 1 }).deviations).toEqual([null, null]);
  expect(() => resampledWeights({ ...input, draws: 0 })).toThrow(InvariantViolation);
});
