import { magnitudeOfOdds, notEnough, percent, type BiasTest } from '../bias-test.js';
import { fisherExact } from '../statistics/exact-tests.js';

const fewestOfEach = 5;

/**
 * Opinions of one side are ignored, whatever they say (Nickerson, "Confirmation Bias", 1998): of the opinions that were shown
 * with proposals that got an answer, how many of those to buy and of those to sell were followed. Two-sided.
 */
export const confirmation: BiasTest = {
  bias: 'confirmation',
  touches: 'trades',
  source: 'Nickerson 1998; Fisher 1935',
  run({ history: { opinions } }) {
    const count = (side: 'buy' | 'sell', followed: boolean) =>
      opinions.filter((one) => one.side === side && one.followed === followed).length;
    const [a, b, c, d] = [count('buy', false), count('buy', true), count('sell', false), count('sell', true)];
    const of = 'answered proposals with an opinion';
    if (Math.min(a + b, c + d) < fewestOfEach) {
      const missing = `${fewestOfEach} answered proposals with an opinion to buy (${a + b} there) and as many to sell (${c + d})`;
      return notEnough(opinions.length, of, missing);
    }
    const { pValue } = fisherExact({ a, b, c, d }, 'two_sided');
    const odds = ((a + 0.5) * (d + 0.5)) / ((b + 0.5) * (c + 0.5));
    const [ofBuys, ofSells] = [a / (a + b), c / (c + d)];
    return {
      kind: 'tested',
      test: "Fisher's exact, two-sided",
      statistic: { name: 'ignored share of opinions to buy less that of those to sell', value: ofBuys - ofSells },
      pValue,
      interval: null,
      sample: { size: opinions.length, of },
      effect: {
        name: 'odds of ignoring an opinion to buy over those of ignoring one to sell',
        value: odds,
        magnitude: magnitudeOfOdds(Math.max(odds, 1 / odds)),
        words: `${percent(ofBuys)} of opinions to buy and ${percent(ofSells)} of those to sell were ignored`,
      },
      values: { buys_ignored: a, buys_followed: b, sells_ignored: c, sells_followed: d },
    };
  },
};
