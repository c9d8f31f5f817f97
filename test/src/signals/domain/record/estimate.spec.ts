import { seededRandom } from '../../../../../src/risk/domain/random.js';
import { mean, sampleStandardDeviation } from '../../../../../src/risk/domain/returns.js';
import { estimateMeans } from '../../../../../src/signals/domain/record/estimate.js';

const normals = (count: number, seed: number) => Float64Array.from({ length: count }, seededRandom(seed).normal);

test('the interval of independent values is that of the textbook', () => {
  const values = normals(400, 3);
  const { r } = estimateMeans({ r: values });
  const error = sampleStandardDeviation(values)! / 20;
  expect(r).toMatchObject({ count: 400, mean: expect.closeTo(mean(values), 12) });
  expect(r.low).toBeCloseTo(mean(values) - 1.96 * error, 1);
  expect(r.high).toBeCloseTo(mean(values) + 1.96 * error, 1);
});

test('values that follow each other have a wider interval than the same values in disorder', () => {
  let last = 0;
  const series = normals(400, 5).map((shock) => (last = 0.8 * last + shock));
  const width = (values: Float64Array) => {
    const { low, high } = estimateMeans({ r: values }).r;
    return high! - low!;
  };
  const random = seededRandom(1);
  const disordered = [...series].map((value) => [random.uniform(), value] as const).toSorted(([a], [b]) => a - b);
  expect(width(series)).toBeGreaterThan(2 * width(Float64Array.from(disordered, ([, value]) => value)));
});

test('values that are all the same are known exactly', () => {
  expect(estimateMeans({ r: new Float64Array(30) }).r).toEqual({ count: 30, mean: 0, low: 0, high: 0 });
});

test('fewer than 20 values have no interval, and none have no mean', () => {
  expect(estimateMeans({ r: Float64Array.of(1, 2) }).r).toEqual({ count: 2, mean: 1.5, low: null, high: null });
  expect(estimateMeans({ r: new Float64Array(0) }).r).toEqual({ count: 0, mean: null, low: null, high: null });
});

test('values that are not known are left out, and the other columns keep theirs', () => {
  const usd = normals(100, 8);
  const btc = usd.map((value, at) => (at % 2 === 0 ? value : NaN));
  const both = estimateMeans({ usd, btc });
  expect(both.btc.count).toBe(50);
  expect(both.btc.mean).toBeCloseTo(mean(usd.filter((_, at) => at % 2 === 0)), 12);
  expect(both.usd).toEqual(estimateMeans({ usd }).usd);
  expect(estimateMeans({ btc: new Float64Array(30).fill(NaN) }).btc.mean).toBeNull();
});

test('the sign of all values turns the interval around', () => {
  const values = normals(200, 9);
  const [there, back] = [estimateMeans({ r: values }).r, estimateMeans({ r: values.map((value) => -value) }).r];
  expect(back.mean).toBeCloseTo(-there.mean!, 12);
  expect(back.low).toBeCloseTo(-there.high!, 12);
  expect(back.high).toBeCloseTo(-there.low!, 12);
});

test('a long history is taken in pieces and has the interval of the textbook, too', () => {
  const values = normals(20_000, 4);
  const { r } = estimateMeans({ r: values });
  const error = sampleStandardDeviation(values)! / Math.sqrt(20_000);
  expect((r.high! - r.low!) / (2 * 1.96 * error)).toBeGreaterThan(0.85);
  expect((r.high! - r.low!) / (2 * 1.96 * error)).toBeLessThan(1.15);
});
