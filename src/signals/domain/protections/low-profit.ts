import { categoryRules } from '../trade-category.js';
import { inWords } from '../rules/rule.js';
import { pastOf, type Protection } from './protection.js';

const lowProfitParameters = {
  /** Signals that ended within so many of the category's longest horizons count. */
  horizons: 6,
  /** Fewer prove nothing. */
  atLeast: 4,
  /** Of the newest so many. */
  atMost: 10,
  /** Mean return after costs, a fraction: below it the asset rests until better signals, or none, are recent. */
  leastMeanReturn: 0,
} as const;

/**
 * No signal for an asset whose recent signals of the category lost on average. As LowProfitPairs of freqtrade, which sums
 * the profits of a pair's trades within a lookback.
 */
export const lowProfit: Protection = {
  id: 'low_profit',
  why: (candidate, situation) => {
    const { horizons, atLeast, atMost, leastMeanReturn } = lowProfitParameters;
    const { category } = candidate.signal;
    const since = situation.asOf - horizons * categoryRules[category].maxHorizonMs;
    const recent = pastOf(candidate, situation)
      .filter((one) => one.assetId === candidate.assetId && one.category === category && one.exitedAt > since)
      .slice(-atMost);
    if (recent.length < atLeast) return undefined;
    const mean = recent.reduce((sum, { returnUsd }) => sum + returnUsd, 0) / recent.length;
    if (mean >= leastMeanReturn) return undefined;
    return `the last ${recent.length} ${category} signals returned ${inWords(mean * 100)} % on average`;
  },
};
