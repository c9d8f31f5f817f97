import { exponentialMovingAverage, simpleMovingAverage } from '../indicators/moving-averages.js';
import { trendOf } from '../indicators/trend.js';
import type { TradeCategory } from '../../../shared/trade-categories.js';
import type { Trend } from '../signal.js';
import type { MarketView } from './market-view.js';

/** The two means whose order is the trend, by category: bars, and whether the later ones count more. */
const trendMeans: Readonly<
  Record<TradeCategory, { readonly fast: number; readonly slow: number; readonly weighted: boolean }>
> = {
  scalp: { fast: 9, slow: 21, weighted: true },
  intraday: { fast: 20, slow: 50, weighted: true },
  swing: { fast: 20, slow: 50, weighted: false },
  long_term: { fast: 50, slow: 200, weighted: false },
};

/** The category's trend and its two means. */
export function trendIn(market: MarketView): { trend: Trend; fast: number | null; slow: number | null; words: string } {
  const { fast: quick, slow: late, weighted } = trendMeans[market.category];
  const definition = weighted ? exponentialMovingAverage : simpleMovingAverage;
  const fast = market.value(definition, 'value', { period: quick });
  const slow = market.value(definition, 'value', { period: late });
  const trend = trendOf(fast, slow);
  const order = trend === 'up' ? 'above' : trend === 'down' ? 'below' : 'at';
  const mean = weighted ? 'bar exponential mean' : 'bar mean';
  return { trend, fast, slow, words: `the ${quick}-${mean} is ${order} the ${late}-${mean}` };
}
