import { AttributionSum, attribute, chainDays } from '../../../../src/portfolio/domain/performance.js';
import {
  attributionsOf,
  beginningWithMoney,
  isSimulated,
  unpricedWithin,
  windowOf,
} from '../../../../src/portfolio/domain/performance-window.js';
import type { PortfolioDays } from '../../../../src/portfolio/domain/portfolio-days.js';
import type { AssetId } from '../../../../src/shared/ids.js';
import { dayMs } from '../../../../src/shared/time.js';
import { daysOfPrices, measureYears, type Measurable } from '../../../support/performance.js';

const btcs = [100, 110, 99, 120, 150, 140, 160];
const others = [10, 11, 12, 10, 9, 14, 15];
const deposit = { day: 2, asset: 1, quantity: 4, flow: 50, external: 50 };
/** On the last day of the first of two years. */
const sale = { day: 3, asset: 1, quantity: -4, flow: -40, external: -40 };

/** Days `from` to `to` of two units of BTC, and four of another asset from day 2 to day 3. */
const stretch = (from: number, to: number): PortfolioDays => {
  const days = to - from + 1;
  const part: Measurable = {
    days,
    assets: 2,
    prices: Float64Array.from({ length: 2 * days }, (_, i) => (i % 2 === 0 ? btcs : others)[from + Math.floor(i / 2)]!),
    numeraire: new Float64Array(days).fill(1),
    btc: Float64Array.from(btcs.slice(from, to + 1)),
    opening: Float64Array.of(2, from === 2 ? 4 : 0),
    changes: [deposit, sale]
      .filter(({ day }) => day > from && day <= to)
      .map((change) => ({ ...change, day: change.day - from })),
  };
  return { ...daysOfPrices(part), first: from * dayMs };
};
const whole = stretch(0, 6);
const years = [stretch(0, 3), stretch(3, 6)];

test('years one after the other measure as one', () => {
  const [one, two] = [measureYears([whole]), measureYears(years)];
  expect(two.values).toEqual(one.values);
  expect(two.growth).toEqual(one.growth);
  expect(two.external).toEqual(one.external);
  expect([...two.external]).toEqual([0, 0, 50, -40, 0, 0, 0]);
  one.contributions.forEach((value, a) => expect(two.contributions[a]).toBeCloseTo(value, 14));
  one.gains.forEach((value, a) => expect(two.gains[a]).toBeCloseTo(value, 11));
});

test('what is stored of whole years adds up to what their days give, in dollars and in BTC', () => {
  const window = windowOf(years, -Infinity, Infinity)!;
  const ones = new Float64Array(7).fill(1);
  for (const [numeraire, of] of [
    [ones, 'usd'],
    [window.totals.btc, 'btc'],
  ] as const) {
    const prices = { numeraire, btc: window.totals.btc };
    const series = chainDays(window.totals, prices);
    const sum = new AttributionSum();
    for (const { days, at } of window.parts) sum.add(days.assets, attributionsOf(days)[of], series.growth[at]!);
    const byDays = new AttributionSum();
    byDays.add(whole.assets, attribute(whole, { from: 0, to: 6 }, prices, series.weights), 1);
    expect(sum.all.map(({ assetId }) => assetId)).toEqual(byDays.all.map(({ assetId }) => assetId));
    sum.all.forEach(({ contribution, gain, btcEffect }, a) => {
      expect(contribution).toBeCloseTo(byDays.all[a]!.contribution, 14);
      expect(gain).toBeCloseTo(byDays.all[a]!.gain, 11);
      expect(btcEffect).toBeCloseTo(byDays.all[a]!.btcEffect, 11);
    });
    const total = sum.all.reduce((all, { contribution }) => all + contribution, 0);
    expect(total).toBeCloseTo(series.timeWeighted.at(-1)!, 14);
  }
});

test('a window begins and ends within years', () => {
  const window = windowOf(years, 2 * dayMs, 4 * dayMs)!;
  expect(window.times).toEqual([2 * dayMs, 3 * dayMs, 4 * dayMs]);
  expect(window.parts.map(({ from, to, at }) => [from, to, at])).toEqual([
    [2, 3, 0],
    [0, 1, 1],
  ]);
  // 2 BTC and 4 others: 198 + 48, and then BTC alone
  expect([...window.totals.values]).toEqual([246, 240, 300]);
  expect([...window.totals.left]).toEqual([0, 40, 0]);
});

test('there is none where no day follows another', () => {
  expect(windowOf(years, 6 * dayMs, Infinity)).toBeUndefined();
  expect(windowOf([], -Infinity, Infinity)).toBeUndefined();
});

test('what was never held within a window has no part in it', () => {
  const { assets } = measureYears([stretch(4, 6)]);
  expect(assets).toEqual(['A000']);
});

test('names what was left out within a window, and whether anything was simulated', () => {
  const ada = 'ADA' as AssetId;
  const [one, two] = years as [PortfolioDays, PortfolioDays];
  const known = [
    { ...one, unpriced: [{ assetId: ada, from: 1, to: 3 }] },
    { ...two, unpriced: [{ assetId: ada, from: 1, to: 1 }], simulated: Uint8Array.of(0, 0, 0, 1) },
  ];
  const window = windowOf(known, 1 * dayMs, 5 * dayMs)!;
  expect(unpricedWithin(window)).toEqual([{ assetId: ada, from: 2 * dayMs, to: 4 * dayMs, days: 3 }]);
  expect(isSimulated(window)).toBe(false);
  expect(isSimulated(windowOf(known, 1 * dayMs, 6 * dayMs)!)).toBe(true);
});

test('before anything is held no price is needed', () => {
  const prices = Float64Array.of(Number.NaN, 5);
  expect([...beginningWithMoney(prices, { values: Float64Array.of(0, 10) })]).toEqual([5, 5]);
  expect([...beginningWithMoney(prices, { values: Float64Array.of(10, 10) })]).toEqual([Number.NaN, 5]);
});
