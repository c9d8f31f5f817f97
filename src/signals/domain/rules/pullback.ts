import { relativeStrength } from '../indicators/relative-strength.js';
import { averageTrueRange } from '../indicators/true-range.js';
import { inWords, rule } from './rule.js';
import { trendIn } from './trend.js';

const usual = { period: 14, reach: 0.5, calm: 50 };

/** Joins a trend where its price has come back to the faster mean, within `reach` true ranges, and no longer runs away. */
export const pullback = rule({
  id: 'pullback',
  version: 1,
  role: 'opens',
  source: 'Elder, Trading for a Living, 1993 (entries at value, between the means)',
  parameters: { intraday: usual, swing: usual, long_term: { ...usual, reach: 1 } },
  evaluate(market, { period, reach, calm }) {
    const { trend, fast, slow, words } = trendIn(market);
    const range = market.value(averageTrueRange, 'value', { period });
    const rsi = market.value(relativeStrength, 'value', { period });
    const values = { atr: range, rsi, fast_mean: fast, slow_mean: slow };
    if (fast === null || slow === null || range === null || rsi === null) {
      return { stance: 'unknown', reason: 'mean, range or RSI unknown', values, points: 0 };
    }
    const close = market.close();
    const isNear = Math.abs(close - fast) <= reach * range;
    const isBeyondSlow = trend === 'up' ? close > slow : close < slow;
    const isCalm = trend === 'up' ? rsi <= calm : rsi >= 100 - calm;
    if (trend !== 'neutral' && isNear && isBeyondSlow && isCalm) {
      const reason = `close ${inWords(close)} came back to ${inWords(fast)}: ${words}, RSI ${inWords(rsi)}`;
      return { stance: trend === 'up' ? 'buy' : 'sell', reason, values, points: 10 };
    }
    return { stance: 'none', reason: `no pullback in a trend that is ${trend}`, values, points: 0 };
  },
});
