import { realisedVolatility } from '../indicators/realised-volatility.js';
import { inWords, rule } from './rule.js';

const usual = { short: 10, long: 50, most: 2.5 };

/** No trade while the market moves several times as much as it used to: levels from calmer days mean nothing then. */
export const volatilityRegime = rule({
  id: 'volatility_regime',
  version: 1,
  role: 'guards',
  source: 'Moreira & Muir, Volatility-Managed Portfolios, 2017',
  parameters: { scalp: usual, intraday: usual, swing: usual, long_term: { ...usual, most: 3 } },
  evaluate(market, { short, long, most }) {
    const { barsPerYear: periodsPerYear } = market;
    const now = market.value(realisedVolatility, 'value', { period: short, periodsPerYear });
    // of the bars before: those of a shock would hide it
    const usually = market.value(realisedVolatility, 'value', { period: long, periodsPerYear }, short);
    const values = { volatility_short: now, volatility_long: usually };
    if (now === null || usually === null) return { stance: 'unknown', reason: 'volatility unknown', values, points: 0 };
    if (usually === 0) return { stance: 'veto', reason: `no movement in ${long} bars`, values, points: 0 };
    const ratio = now / usually;
    if (ratio <= most)
      return { stance: 'none', reason: `${inWords(ratio)} times the usual volatility`, values, points: 0 };
    const reason = `the last ${short} bars move ${inWords(ratio)} times as much as usual, at most ${most}`;
    return { stance: 'veto', reason, values, points: 0 };
  },
});
