import type { AssetId } from '../../../shared/ids.js';
import { magnitudeOfOdds, notEnough, percent, type BiasTest } from '../bias-test.js';
import { eventsOf } from '../statistics/exact-tests.js';

/** So close to the entry price a sale is one at the entry price. */
const close = 0.01;
/** Days around a sale on which it might as well have been made. */
const around = 10;
const fewestAround = 5;
const fewestSales = 20;

/**
 * Sales wait for the entry price. For each sale it is counted on how many of the days around it, as many before as after, the
 * close was within 1 % of the average cost: that share is the probability that a sale on any of them is one at the entry
 * price. One sale of an asset within 21 days counts, so that no two are of the same days.
 *
 * A density with a bump at one point is tested as by McCrary (2008), with the price's own path in place of a smooth curve:
 * soon after a purchase prices are near it anyway.
 */
export const anchoring: BiasTest = {
  bias: 'anchoring',
  touches: 'sells',
  source: 'Tversky & Kahneman 1974; McCrary 2008; Poisson binomial test',
  run({ sales, prices }) {
    const probabilities: number[] = [];
    let hits = 0;
    const counted = new Map<AssetId, number>();
    for (const { assetId, day, gain, averageCost, lastBought } of sales) {
      if (gain === null || averageCost === null || lastBought === null) continue;
      if (day - (counted.get(assetId) ?? -Infinity) <= 2 * around) continue;
      const width = Math.min(around, day - lastBought - 1, prices.days - 1 - day);
      if (width < fewestAround) continue;
      let [near, known] = [0, 0];
      for (let other = day - width; other <= day + width; other++) {
        const ratio = prices.close(assetId, other) / averageCost;
        if (!(ratio > 0)) continue;
        known++;
        if (Math.abs(Math.log(ratio)) <= close) near++;
      }
      if (known < 2 * fewestAround) continue;
      counted.set(assetId, day);
      probabilities.push(near / known);
      if (Math.abs(Math.log1p(gain)) <= close) hits++;
    }
    const n = probabilities.length;
    const expected = probabilities.reduce((sum, one) => sum + one, 0);
    const of = 'sales with prices around them';
    const missing = [
      ...(n < fewestSales ? [`${fewestSales} sales of known cost, with prices of the days around them`] : []),
      ...(expected < 0.5 && hits === 0 ? ['sales while the price was near its average cost'] : []),
    ];
    if (missing.length > 0) return notEnough(n, of, ...missing);
    const { statistic, pValue, exact } = eventsOf(probabilities, hits, 'greater');
    const odds = ((hits + 0.5) * (n - expected + 0.5)) / ((n - hits + 0.5) * (expected + 0.5));
    return {
      kind: 'tested',
      test: `Poisson binomial, one-sided${exact ? ', exact' : ''}`,
      statistic: { name: 'sales at the entry price less those expected', value: statistic },
      pValue,
      interval: null,
      sample: { size: n, of },
      effect: {
        name: 'odds of a sale at the entry price over those on the days around',
        value: odds,
        magnitude: magnitudeOfOdds(odds),
        words: `${hits} of ${n} sales were within ${percent(close)} of the entry price, ${Number(expected.toFixed(1))} were to be expected`,
      },
      values: { at_entry: hits, expected },
    };
  },
};
