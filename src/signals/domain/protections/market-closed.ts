import { isTradingDay, session } from '../../../data/domain/exchange-calendar.js';
import { minuteMs, toIso } from '../../../shared/time.js';
import { categoryRules } from '../trade-category.js';
import type { Protection } from './protection.js';

/** Categories whose trades are over before the market opens again. */
const withinSession: ReadonlySet<string> = new Set(['scalp', 'intraday']);

/** No signal within the day for what does not trade then, or closes before the shortest trade of the category is over. */
export const marketClosed: Protection = {
  id: 'market_closed',
  why: ({ assetClass, signal: { category } }, { asOf }) => {
    if (assetClass === 'crypto' || !withinSession.has(category)) return undefined;
    const { open, close } = session(asOf);
    if (!isTradingDay(assetClass, asOf) || asOf < open || asOf >= close) {
      return `the exchange is closed at ${toIso(asOf)}`;
    }
    const shortest = categoryRules[category].minHorizonMs;
    if (asOf + shortest <= close) return undefined;
    return `the exchange closes at ${toIso(close)}, before the ${shortest / minuteMs} minutes of the shortest ${category} trade are over`;
  },
};
