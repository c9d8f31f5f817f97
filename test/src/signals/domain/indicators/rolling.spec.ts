import { RollingHighest, RollingMoments, RunningSum } from '../../../../../src/signals/domain/indicators/rolling.js';
import { seededRandom } from '../../../../../src/risk/domain/random.js';

/** Two passes over the window itself. */
function recomputed(window: readonly number[]) {
  const mean = window.reduce((sum, value) => sum + (value - window[0]!), 0) / window.length + window[0]!;
  return { mean, squares: window.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

test.each([1, 2, 3, 20, 333])('moments of %d values do not drift within a million, even high above 0', (period) => {
  const random = seededRandom(period);
  const moments = new RollingMoments(period);
  // the mean is 1e6 of its deviations: a difference of sums of squares keeps 4 of 16 digits, a running one soon none
  const values = Float64Array.from({ length: 1_000_000 }, (_, i) => 1e6 + (i % 5_000 === 0 ? 1e6 : random.uniform()));
  let [offMean, offRoot] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    moments.push(values[i]!);
    if (i < period - 1 || (i > 1_000 && i % 997 !== 0 && i < 999_990)) continue;
    const exact = recomputed([...values.subarray(i - period + 1, i + 1)]);
    const root = Math.sqrt(exact.squares);
    offMean = Math.max(offMean, Math.abs(moments.mean / exact.mean - 1));
    offRoot = Math.max(offRoot, Math.abs(Math.sqrt(moments.squares) - root) / (1 + root));
  }
  expect(offMean).toBeLessThanOrEqual(4e-15);
  // of the deviation, a value's own last digit (1.2e-10) a few times over
  expect(offRoot).toBeLessThanOrEqual(1e-9);
});

test('moments of fewer values than the window has are unknown', () => {
  const moments = new RollingMoments(3);
  moments.push(1);
  moments.push(2);
  expect([moments.mean, moments.squares]).toEqual([NaN, NaN]);
});

test('moments of equal values are exactly their value and 0', () => {
  const moments = new RollingMoments(7);
  for (let i = 0; i < 40; i++) moments.push(100.1);
  expect([moments.mean, moments.squares]).toEqual([100.1, 0]);
});

test.each([1, 2, 5, 64])('the highest of %d values is that of the window', (period) => {
  const random = seededRandom(period);
  const highest = new RollingHighest(period);
  const values = Array.from({ length: 5_000 }, () => Math.floor(20 * random.uniform()));
  values.forEach((value, i) => {
    const expected = i < period - 1 ? NaN : Math.max(...values.slice(i - period + 1, i + 1));
    expect(highest.push(value)).toBe(expected);
  });
});

test('a running sum keeps what a plain one rounds away', () => {
  const sum = new RunningSum();
  [1, 1e100, 1, -1e100].forEach((value) => sum.add(value));
  expect(sum.add(0)).toBe(2);
});
