import fc from 'fast-check';
import {
  eventsOf,
  fisherExact,
  mannWhitney,
  normalAbove,
  signedRank,
  stratifiedDraws,
  studentAbove,
} from '../../../../src/bias/domain/statistics/exact-tests.js';
import { adjustedForDiscoveries } from '../../../../src/bias/domain/statistics/false-discovery.js';

test("Fisher's lady who tells three of four cups has done so by chance with 17 of 70 (The Design of Experiments, 1935)", () => {
  expect(fisherExact({ a: 3, b: 1, c: 1, d: 3 }, 'greater').pValue).toBeCloseTo(17 / 70, 12);
  expect(fisherExact({ a: 4, b: 0, c: 0, d: 4 }, 'greater').pValue).toBeCloseTo(1 / 70, 12);
  // R: fisher.test(matrix(c(3,1,1,3),2))$p.value
  expect(fisherExact({ a: 3, b: 1, c: 1, d: 3 }, 'two_sided').pValue).toBeCloseTo(0.4857142857, 9);
});

test('the convicted twins of Fisher (1935): 2 of 17 dizygotic and 10 of 13 monozygotic', () => {
  // R: fisher.test(matrix(c(2, 10, 15, 3), nrow = 2)), the example of its help page
  expect(fisherExact({ a: 2, b: 15, c: 10, d: 3 }, 'less').pValue).toBeCloseTo(0.0004651809, 9);
  expect(fisherExact({ a: 2, b: 15, c: 10, d: 3 }, 'two_sided').pValue).toBeCloseTo(0.0005367241, 9);
});

test("the fifteen p values of Benjamini & Hochberg's example (1995, section 4.1): four are rejected at 0.05", () => {
  const published = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];
  const adjusted = adjustedForDiscoveries(published, 'independent');
  expect(adjusted.filter((one) => one <= 0.05)).toHaveLength(4);
  expect(adjusted[3]).toBeCloseTo((0.0095 * 15) / 4, 12);
  expect(adjusted[0]).toBeCloseTo(0.0015, 12);
  expect(adjusted.at(-1)).toBe(1);
  // of any dependence, the first three: 3.318 times as strict
  expect(adjustedForDiscoveries(published, 'any').filter((one) => one <= 0.05)).toHaveLength(3);
});

test('adjusted p values keep the order, are never below their own and at most 1', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
      fc.constantFrom('independent' as const, 'any' as const),
      (pValues, dependence) => {
        const adjusted = adjustedForDiscoveries(pValues, dependence);
        expect(adjusted.every((one, i) => one >= pValues[i]! && one <= 1)).toBe(true);
        const byOwn = pValues
          .map((own, i) => ({ own, one: adjusted[i]! }))
          .sort((x, y) => x.own - y.own || x.one - y.one);
        expect(byOwn.every(({ one }, i) => i === 0 || one >= byOwn[i - 1]!.one)).toBe(true);
      },
    ),
  );
});

test('the depression scores of Hollander & Wolfe (1973), an example of R: V = 40, p = 0.01953', () => {
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
  const found = signedRank(
    before.map((one, i) => one - after[i]!),
    'greater',
  );
  expect(found.statistic).toBe(40);
  expect(found.pValue).toBeCloseTo(0.01953125, 8);
});

test('the permeability constants of Hollander & Wolfe (1973), an example of R: W = 35, p = 0.1272', () => {
  const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const earlier = [1.15, 0.88, 0.9, 0.74, 1.21];
  const found = mannWhitney(atTerm, earlier, 'greater');
  expect(found.statistic).toBe(35);
  expect(found.pValue).toBeCloseTo(0.1272061272, 9);
});

test("Student's t has its published quantiles", () => {
  // the usual table: 2.571 for 5, 2.228 for 10, 12.706 for 1 at 0.025; 1.753 for 15 at 0.05
  expect(studentAbove(2.5705818356, 5)).toBeCloseTo(0.025, 9);
  expect(studentAbove(2.228138852, 10)).toBeCloseTo(0.025, 9);
  expect(studentAbove(12.7062047364, 1)).toBeCloseTo(0.025, 9);
  expect(studentAbove(1.7530503557, 15)).toBeCloseTo(0.05, 9);
  expect(studentAbove(-1.7530503557, 15)).toBeCloseTo(0.95, 9);
  expect(normalAbove(1.959963984540054)).toBeCloseTo(0.025, 12);
});

test('one stratum is the test of Fisher, equal probabilities are the binomial test', () => {
  const { pValue } = stratifiedDraws([{ total: 8, marked: 4, drawn: 4, hits: 3 }], 'greater');
  expect(pValue).toBeCloseTo(17 / 70, 12);
  // 8 heads of 10: 56 / 1024
  expect(eventsOf(Array<number>(10).fill(0.5), 8, 'greater').pValue).toBeCloseTo(56 / 1024, 12);
  expect(eventsOf(Array<number>(10).fill(0.5), 8, 'two_sided').pValue).toBeCloseTo(112 / 1024, 12);
});

test('strata add up to the distribution of all their draws', () => {
  const strata = [
    { total: 5, marked: 2, drawn: 1, hits: 1 },
    { total: 4, marked: 1, drawn: 2, hits: 1 },
  ];
  // 2/5 times 1/2
  expect(stratifiedDraws(strata, 'greater').pValue).toBeCloseTo(0.2, 12);
  expect(stratifiedDraws(strata, 'greater').statistic).toBeCloseTo(2 - 0.4 - 0.5, 12);
});

test('both tails of every exact test overlap in what was seen alone', () => {
  const values = fc.uniqueArray(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(values, values, (first, second) => {
      const apart = second.map((one) => one + 0.5);
      const tails = (['greater', 'less'] as const).map((side) => mannWhitney(first, apart, side));
      expect(tails.every(({ exact }) => exact)).toBe(true);
      expect(tails[0]!.pValue + tails[1]!.pValue).toBeGreaterThan(1 - 1e-9);
      const turned = mannWhitney(apart, first, 'less');
      expect(turned.pValue).toBeCloseTo(tails[0]!.pValue, 9);
    }),
  );
});

test('the approximations of large samples meet the exact ones', () => {
  const strata = (times: number) =>
    Array.from({ length: times }, (_, i) => ({ total: 10, marked: 5, drawn: 1, hits: i % 5 < 3 ? 1 : 0 }));
  const [small, large] = [stratifiedDraws(strata(2_000), 'greater'), stratifiedDraws(strata(2_001), 'greater')];
  expect([small.exact, large.exact]).toEqual([true, false]);
  expect(Math.log(large.pValue / small.pValue)).toBeCloseTo(0, 0);
  const first = Array.from({ length: 60 }, (_, i) => i + 0.3);
  const second = Array.from({ length: 45 }, (_, i) => 1.1 * i);
  expect(mannWhitney(first.slice(0, 50), second, 'greater').pValue).toBeGreaterThan(0);
  expect(mannWhitney(first, second, 'greater')).toMatchObject({ exact: false });
});
