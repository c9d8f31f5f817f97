import fc from 'fast-check';
import { sampleCovariance } from '../../../../../src/risk/domain/covariance/sample.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';
import { InvariantViolation } from '../../../../../src/shared/errors.js';

/** The definition, sum by sum. */
function byDefinition(returns: Float64Array, periods: number, assets: number, periodsPerYear: number): Float64Array {
  const column = (i: number) => Array.from({ length: periods }, (_, t) => returns[t * assets + i]!);
  const deviations = Array.from({ length: assets }, (_, i) => {
    const values = column(i);
    const mean = values.reduce((sum, value) => sum + value, 0) / periods;
    return values.map((value) => value - mean);
  });
  return Float64Array.from({ length: assets * assets }, (_, index) => {
    const [one, other] = [deviations[Math.floor(index / assets)]!, deviations[index % assets]!];
    return (one.reduce((sum, value, t) => sum + value * other[t]!, 0) * periodsPerYear) / (periods - 1);
  });
}

const randomReturns = (periods: number, assets: number, seed: number): Float64Array => {
  const random = seededRandom(seed);
  return new Float64Array(periods * assets).map(() => 0.001 + 0.03 * random.normal());
};

test('divides by one less than the periods and multiplies by the periods in a year', () => {
  // centred columns (-1, 0, 1) and (-1, 2, -1): sums of products 2, 0 and 6, each / 2 × 10
  expect([...sampleCovariance(Float64Array.of(1, 4, 2, 7, 3, 4), 3, 2, 10)]).toEqual([10, 0, 0, 30]);
});

test('agrees with the definition for every number of assets and periods around the widths of the panels', () => {
  const shape = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 11 }), fc.nat(1e6));
  fc.assert(
    fc.property(shape, ([periods, assets, seed]) => {
      const returns = randomReturns(periods, assets, seed);
      const expected = byDefinition(returns, periods, assets, 252);
      sampleCovariance(returns, periods, assets, 252).forEach((value, index) => {
        const [i, j] = [Math.floor(index / assets), index % assets];
        const scale = Math.sqrt(expected[i * assets + i]! * expected[j * assets + j]!);
        expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(1e-12 * scale);
      });
    }),
    { seed: 20261125, numRuns: 300 },
  );
});

test.each([511, 512, 513, 1025])(
  '%i periods, around the stretches they are summed in, agree with the definition',
  (periods) => {
    const returns = randomReturns(periods, 4, periods);
    const expected = byDefinition(returns, periods, 4, 1);
    sampleCovariance(returns, periods, 4, 1).forEach((value, index) =>
      expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(1e-12 * 0.0009),
    );
  },
);

test('the matrix is symmetric to the last digit', () => {
  const covariance = sampleCovariance(randomReturns(20, 7, 1), 20, 7, 365);
  for (let i = 0; i < 7; i++) for (let j = 0; j < i; j++) expect(covariance[i * 7 + j]).toBe(covariance[j * 7 + i]);
});

test('an asset that never moves has no variance at all, whatever its return', () => {
  // the mean of a tenth is not a tenth after a plain sum
  const returns = new Float64Array(30).map((_, index) => (index % 2 === 0 ? 0.1 : index / 100));
  const covariance = sampleCovariance(returns, 15, 2, 252);
  expect([covariance[0], covariance[1], covariance[2]]).toEqual([0, 0, 0]);
  expect(covariance[3]).toBeGreaterThan(0);
});

test('means far above the deviations cost no digits that the returns have', () => {
  const plain = Float64Array.of(1, 2, 4, 8);
  const shifted = plain.map((value) => value + 2 ** 40);
  expect(sampleCovariance(shifted, 4, 1, 1)[0]).toBe(sampleCovariance(plain, 4, 1, 1)[0]);
});

test('one period, or numbers that do not fill the matrix, are refused', () => {
  expect(() => sampleCovariance(Float64Array.of(1, 2), 1, 2, 365)).toThrow(InvariantViolation);
  expect(() => sampleCovariance(Float64Array.of(1, 2, 3), 2, 2, 365)).toThrow(InvariantViolation);
});
