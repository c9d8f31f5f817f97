import { donchianChannel } from '../indicators/ranges.js';
import { volumeSpike } from '../indicators/volume.js';
import { inWords, rule } from './rule.js';

/** Follows a close beyond the channel of the bars before; more volume than usual makes it surer. */
export const breakout = rule({
  id: 'breakout',
  version: 1,
  role: 'opens',
  source: "Donchian's four-week rule, 1960; 55 bars: Faith, Way of the Turtle, 2007",
  parameters: {
    scalp: { period: 30, spike: 2 },
    intraday: { period: 20, spike: 1.5 },
    swing: { period: 20, spike: 1.5 },
    long_term: { period: 55, spike: 1.2 },
  },
  evaluate(market, { period, spike }) {
    // the bar itself may not be part of what it breaks out of
    const upper = market.value(donchianChannel, 'upper', { period }, 1);
    const lower = market.value(donchianChannel, 'lower', { period }, 1);
    const volume = market.value(volumeSpike, 'ratio');
    const values = { channel_upper: upper, channel_lower: lower, volume_ratio: volume };
    const close = market.close();
    if (upper === null || lower === null) return { stance: 'unknown', reason: 'channel unknown', values, points: 0 };
    if (close <= upper && close >= lower) return { stance: 'none', reason: 'inside the channel', values, points: 0 };
    const isSpike = volume !== null && volume >= spike;
    const beyond = close > upper ? `above ${inWords(upper)}, the highest` : `below ${inWords(lower)}, the lowest`;
    const with_ = isSpike ? ` on ${inWords(volume)} times the usual volume` : '';
    return {
      stance: close > upper ? 'buy' : 'sell',
      reason: `close ${inWords(close)} is ${beyond} of ${period} bars${with_}`,
      values,
      points: isSpike ? 20 : 10,
    };
  },
});
