import { magnitudeOfCorrelation, notEnough, percent, type BiasTest } from '../bias-test.js';
import { mannWhitney } from '../statistics/exact-tests.js';
import { median, purchasesAfterSales } from './after-sales.js';

/** Days with a sale at a gain, one after the other. */
const streak = 3;
const fewestOfEach = 10;

/**
 * After a row of gains one dares more (Gervais & Odean, "Learning to Be Overconfident", 2001): more than after one gain or
 * two, so that what losses do to the size is not taken for it.
 */
export const overconfidence: BiasTest = {
  bias: 'overconfidence',
  touches: 'buys',
  source: 'Gervais & Odean 2001; Mann & Whitney 1947',
  run(trading) {
    const all = purchasesAfterSales(trading).filter(({ winsInARow }) => winsInARow > 0);
    const after = all.filter(({ winsInARow }) => winsInARow >= streak).map(({ size }) => size);
    const others = all.filter(({ winsInARow }) => winsInARow < streak).map(({ size }) => size);
    const of = 'first purchases after sales at a gain';
    if (Math.min(after.length, others.length) < fewestOfEach) {
      const missing = `${fewestOfEach} purchases after ${streak} gains in a row (${after.length} there) and as many after fewer gains (${others.length})`;
      return notEnough(all.length, of, missing);
    }
    const { statistic, pValue, exact, rankBiserial } = mannWhitney(after, others, 'greater');
    const ratio = Math.exp(median(after) - median(others));
    return {
      kind: 'tested',
      test: `Mann-Whitney, one-sided${exact ? ', exact' : ''}`,
      statistic: { name: 'U', value: statistic },
      pValue,
      interval: null,
      sample: { size: all.length, of },
      effect: {
        name: 'rank-biserial correlation',
        value: rankBiserial,
        magnitude: magnitudeOfCorrelation(rankBiserial),
        words: `after ${streak} gains in a row purchases are ${percent(ratio)} of the size of those after fewer`,
      },
      values: { after_streaks: after.length, others: others.length, size_ratio: ratio },
    };
  },
};
