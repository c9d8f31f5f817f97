import { relativeStrength } from '../indicators/relative-strength.js';
import { inWords, rule } from './rule.js';

const usual = { period: 14, low: 30, high: 70, extreme: 10 };

/** Buys what fell too fast and sells what rose too fast; further than `extreme` beyond a bound counts double. */
export const rsiReversal = rule({
  id: 'rsi_reversal',
  version: 1,
  role: 'opens',
  source: 'Wilder, New Concepts in Technical Trading Systems, 1978',
  parameters: { scalp: { ...usual, period: 9, low: 25, high: 75 }, intraday: usual, swing: usual, long_term: usual },
  evaluate(market, { period, low, high, extreme }) {
    const rsi = market.value(relativeStrength, 'value', { period });
    const values = { rsi };
    if (rsi === null) return { stance: 'unknown', reason: 'RSI unknown', values, points: 0 };
    if (rsi < low) {
      return {
        stance: 'buy',
        reason: `RSI ${inWords(rsi)} is below ${low}`,
        values,
        points: rsi < low - extreme ? 20 : 10,
      };
    }
    if (rsi > high) {
      return {
        stance: 'sell',
        reason: `RSI ${inWords(rsi)} is above ${high}`,
        values,
        points: rsi > high + extreme ? 20 : 10,
      };
    }
    return { stance: 'none', reason: `RSI ${inWords(rsi)}`, values, points: 0 };
  },
});
