import { magnitudeOfCorrelation, notEnough, percent, type BiasTest } from '../bias-test.js';
import { mannWhitney } from '../statistics/exact-tests.js';
import { median, purchasesAfterSales } from './after-sales.js';

const fewestOfEach = 10;

/**
 * What was lost changes what is dared next: smaller purchases after losses (fear of more), or larger ones (to win it
 * back; Kahneman & Tversky's "Prospect Theory", 1979, has both). Two-sided.
 */
export const lossAversion: BiasTest = {
  bias: 'loss_aversion',
  touches: 'buys',
  source: 'Kahneman & Tversky 1979; Mann & Whitney 1947',
  run(trading) {
    const all = purchasesAfterSales(trading);
    const afterLoss = all.filter(({ gainUsd }) => gainUsd < 0).map(({ size }) => size);
    const afterGain = all.filter(({ gainUsd }) => gainUsd > 0).map(({ size }) => size);
    const of = 'first purchases after sales';
    const size = afterLoss.length + afterGain.length;
    if (Math.min(afterLoss.length, afterGain.length) < fewestOfEach) {
      const missing = `${fewestOfEach} purchases after losses (${afterLoss.length} there) and as many after gains (${afterGain.length})`;
      return notEnough(size, of, missing);
    }
    const { statistic, pValue, exact, rankBiserial } = mannWhitney(afterLoss, afterGain, 'two_sided');
    const ratio = Math.exp(median(afterLoss) - median(afterGain));
    return {
      kind: 'tested',
      test: `Mann-Whitney, two-sided${exact ? ', exact' : ''}`,
      statistic: { name: 'U', value: statistic },
      pValue,
      interval: null,
      sample: { size, of },
      effect: {
        name: 'rank-biserial correlation',
        value: rankBiserial,
        magnitude: magnitudeOfCorrelation(Math.abs(rankBiserial)),
        words: `after losses purchases are ${percent(ratio)} of the size of those after gains`,
      },
      values: { after_losses: afterLoss.length, after_gains: afterGain.length, size_ratio: ratio },
    };
  },
};
