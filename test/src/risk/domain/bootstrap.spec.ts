import {
  automaticBlockLength,
  blockLengthOf,
  bootstrap,
  type BootstrapOptions,
} from '../../../../src/risk/domain/bootstrap.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';
import { mean, sampleStandardDeviation } from '../../../../src/risk/domain/returns.js';
import { congruential } from '../../../support/returns.js';
import { InvariantViolation } from '../../../../src/shared/errors.js';

const options: BootstrapOptions = { seed: 1, replications: 1_000, level: 0.95, meanBlockLength: 1 };
const independent = Float64Array.from({ length: 400 }, seededRandom(3).normal);

test('the standard error of a mean of independent values is that of the textbook', () => {
  const { level } = bootstrap(independent, { level: mean }, options);
  const expected = sampleStandardDeviation(independent)! / Math.sqrt(400);
  expect(level!.standardError / expected).toBeCloseTo(1, 1);
  expect(level!.low).toBeCloseTo(mean(independent) - 1.96 * expected, 1);
  expect(level!.high).toBeCloseTo(mean(independent) + 1.96 * expected, 1);
});

test('blocks keep what returns know of each other', () => {
  // a mean of an AR(1) series of coefficient 0.9 varies about four times as much as one of independent values
  const series = autoregressive(independent, 0.9);
  const errorWith = (meanBlockLength: number) =>
    bootstrap(series, { level: mean }, { ...options, meanBlockLength }).level!.standardError;
  expect(errorWith(30) / errorWith(1)).toBeGreaterThan(2.5);
});

test('the seed decides', () => {
  const run = (seed: number) => bootstrap(independent, { level: mean }, { ...options, seed });
  expect(run(5)).toEqual(run(5));
  expect(run(5)).not.toEqual(run(6));
});

test('a statistic that is undefined in some history has no uncertainty, and the others keep theirs', () => {
  const statistics = { level: mean, never: () => null };
  expect(bootstrap(independent, statistics, options)).toMatchObject({
    never: null,
    level: { standardError: expect.any(Number) },
  });
  expect(bootstrap(independent.slice(0, 19), { level: mean }, options)).toEqual({ level: null });
});

test('a block shorter than one return is refused', () => {
  expect(() => bootstrap(independent, { level: mean }, { ...options, meanBlockLength: 0.5 })).toThrow(
    InvariantViolation,
  );
});

test.each([
  // the method written out in NumPy after the paper; the first is also that of the Python package arch 8
  [0, 1.0051955865523239],
  [0.5, 6.954374002817629],
  [0.9, 19.1127670360202],
])('the automatic block length of an AR(1) series of coefficient %d is that of Politis and White', (phi, expected) => {
  expect(automaticBlockLength(autoregressive(congruential(400, 12345), phi))).toBeCloseTo(expected, 8);
});

test('a short series has the longest block that it can bear', () => {
  // example of a public calibration of the method; arch 8 gives 4
  expect(automaticBlockLength([0.4, 0.2, 0.1, 0.4, 0.3, 0.1, 0.3, 0.4, 0.2, 0.5, 0.1, 0.2])).toBeCloseTo(4, 12);
});

test('clustered volatility asks for longer blocks than the returns themselves', () => {
  const clustered = independent.map((value, t) => value * (Math.floor(t / 40) % 2 === 0 ? 0.2 : 2));
  expect(blockLengthOf(clustered)).toBeGreaterThan(3 * automaticBlockLength(clustered));
});

test('few values and values that do not differ are taken as independent', () => {
  expect(blockLengthOf([0.1, 0.2])).toBe(1);
  expect(blockLengthOf(new Float64Array(50))).toBe(1);
});

function autoregressive(shocks: Float64Array, phi: number): Float64Array {
  let last = 0;
  return shocks.map((shock) => (last = phi * last + shock));
}
