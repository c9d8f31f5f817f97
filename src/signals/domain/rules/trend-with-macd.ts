import { movingAverageConvergence } from '../indicators/macd.js';
import { inWords, rule } from './rule.js';
import { trendIn } from './trend.js';

const usual = { fast: 12, slow: 26, signal: 9 };

/** Goes with a trend that the MACD line agrees with. */
export const trendWithMacd = rule({
  id: 'trend_with_macd',
  version: 1,
  role: 'opens',
  source: 'Appel, Technical Analysis: Power Tools for Active Investors, 2005',
  parameters: { scalp: usual, intraday: usual, swing: usual, long_term: usual },
  evaluate(market, parameters) {
    const { trend, fast, slow, words } = trendIn(market);
    const macd = market.value(movingAverageConvergence, 'macd', parameters);
    const histogram = market.value(movingAverageConvergence, 'histogram', parameters);
    const values = { macd, histogram, fast_mean: fast, slow_mean: slow };
    if (macd === null || slow === null)
      return { stance: 'unknown', reason: 'trend or MACD unknown', values, points: 0 };
    if ((trend === 'up' && macd > 0) || (trend === 'down' && macd < 0)) {
      const stance = trend === 'up' ? 'buy' : 'sell';
      const reason = `MACD ${inWords(macd)} agrees with the trend: ${words}`;
      return { stance, reason, values, points: 10 };
    }
    return { stance: 'none', reason: `trend ${trend}, MACD ${inWords(macd)}`, values, points: 0 };
  },
});
