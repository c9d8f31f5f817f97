import fc from 'fast-check';
import { linkage, membersOf, type Linkage } from '../../../../src/optimization/domain/linkage.js';
import { seededRandom } from '../../../../src/risk/domain/random.js';

const distancesOf = (points: readonly number[]): Float64Array =>
  Float64Array.from(points.flatMap((a) => points.map((b) => Math.abs(a - b))));
const noRank = (n: number) => new Float64Array(n);

test('single linkage joins by the nearest members', () => {
  // points 0, 1, 3, 7: 0-1 at 1, then 3 at 2, then 7 at 4
  expect(linkage(distancesOf([0, 1, 3, 7]), 4, 'single', noRank(4))).toEqual([
    { left: 0, right: 1, height: 1 },
    { left: 2, right: 4, height: 2 },
    { left: 3, right: 5, height: 4 },
  ]);
});

test('Ward joins by the growth of the squares within, in the heights of SciPy', () => {
  // centres: 0.5 of {0, 1}, and 4.5 of {4, 5}: √(2 · 2 · 2 / 4) · 4
  const merges = linkage(distancesOf([0, 1, 4, 5]), 4, 'ward', noRank(4));
  expect(merges.map(({ left, right }) => [left, right])).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  expect(merges.map(({ height }) => height)).toEqual([1, 1, expect.closeTo(4 * Math.SQRT2, 12)]);
});

test('of two assets the one of lower rank stands left', () => {
  expect(linkage(distancesOf([0, 1]), 2, 'single', Float64Array.of(2, 1))).toEqual([{ left: 1, right: 0, height: 1 }]);
});

test('members are read from left to right', () => {
  const merges = linkage(distancesOf([0, 1, 3, 7]), 4, 'single', noRank(4));
  expect(membersOf(6, 4, merges)).toEqual([3, 2, 0, 1]);
  expect(membersOf(2, 4, merges)).toEqual([2]);
});

test('one asset is a tree without merges', () => {
  expect(linkage(new Float64Array(1), 1, 'single', noRank(1))).toEqual([]);
  expect(linkage(new Float64Array(1), 1, 'ward', noRank(1))).toEqual([]);
});

/** The definition: merge the nearest two clusters again and again. */
function heightsByDefinition(distances: Float64Array, n: number, method: Linkage): number[] {
  let clusters = Array.from({ length: n }, (_, i) => [i]);
  const between = (one: number[], other: number[]): number => {
    const pairs = one.flatMap((i) => other.map((j) => distances[i * n + j]!));
    if (method === 'single') return Math.min(...pairs);
    const within = (members: number[]) =>
      members.reduce((sum, i) => sum + members.reduce((inner, j) => inner + distances[i * n + j]! ** 2, 0), 0) /
      (2 * members.length);
    return Math.sqrt(2 * (within([...one, ...other]) - within(one) - within(other)));
  };
  const heights: number[] = [];
  while (clusters.length > 1) {
    const pairs = clusters.flatMap((one, p) => clusters.slice(p + 1).map((other) => ({ one, other })));
    const nearest = pairs.reduce((best, pair) =>
      between(pair.one, pair.other) < between(best.one, best.other) ? pair : best,
    );
    heights.push(between(nearest.one, nearest.other));
    clusters = clusters.filter((cluster) => cluster !== nearest.one && cluster !== nearest.other);
    clusters.push([...nearest.one, ...nearest.other]);
  }
  return heights;
}

test.each(['single', 'ward'] as const)('the heights of %s are those of its definition', (method) => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 9 }), (seed, n) => {
      const random = seededRandom(seed);
      const points = Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()]);
      const distances = Float64Array.from(
        points.flatMap((a) => points.map((b) => Math.hypot(...a.map((value, k) => value - b[k]!)))),
      );
      const expected = heightsByDefinition(distances, n, method);
      const merges = linkage(distances, n, method, noRank(n));
      merges.forEach(({ height }, k) => expect(height).toBeCloseTo(expected[k]!, 10));
      expect(membersOf(2 * n - 2, n, merges).sort((a, b) => a - b)).toEqual([...Array(n).keys()]);
    }),
    { seed: 20261125, numRuns: 100 },
  );
});
