import type { Market } from '../../../tools/opinion-record/market.js';
import { worthless, worthwhile } from '../../../tools/opinion-record/markets.js';
import { holdsNothing, meanOf, trial } from '../../../tools/opinion-record/trials.js';

const seeds = Array.from({ length: 40 }, (_, seed) => seed);
const shorter = (market: Market): Market => ({ ...market, days: market.days / 10 });

// 40 short histories; `tools/opinion-record/run.mjs` has a thousand whole ones of each
test.each(Object.entries(worthless))('nobody is fooled by %s, though a t-test is', (_, market) => {
  const trials = seeds.map((seed) => trial(shorter(market), seed));
  expect(trials.filter(({ above, below }) => above !== null || below !== null).length).toBeLessThanOrEqual(2);
  expect(trials.filter(({ tTest }) => tTest !== null).length).toBeGreaterThan(5);
  expect(Math.abs(meanOf(shorter(market), 500, 200))).toBeLessThan(0.1);
});

test('opinions that are worth something are found out', () => {
  const trials = seeds.map((seed) => trial({ ...worthwhile['ten assets, each alone, 40 %']!, days: 365 }, seed));
  expect(trials.filter(({ above }) => above !== null).length).toBe(40);
  expect(trials.filter(({ below }) => below !== null)).toEqual([]);
});

test('the interval of one look holds the mean of most short histories', () => {
  const market = shorter(worthless['ten assets, signals every second day, each moves alone']!);
  expect(seeds.filter((seed) => holdsNothing(market, seed)).length).toBeGreaterThan(33);
});
