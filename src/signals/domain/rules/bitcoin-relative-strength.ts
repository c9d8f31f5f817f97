import { inPercent, rule } from './rule.js';

/** Speaks for what gains on bitcoin and against what loses on it: who holds bitcoin pays for the rest with it. */
export const bitcoinRelativeStrength = rule({
  id: 'bitcoin_relative_strength',
  version: 1,
  role: 'supports',
  source: 'Levy, Relative Strength as a Criterion for Investment Selection, 1967, against bitcoin',
  parameters: {
    intraday: { period: 24, least: 0.01 },
    swing: { period: 20, least: 0.05 },
    long_term: { period: 90, least: 0.1 },
  },
  evaluate(market, { period, least }) {
    const [now, then] = [market.closeInBitcoin(), market.closeInBitcoin(period)];
    const gain = now === null || then === null ? null : now / then - 1;
    const values = { gain_on_bitcoin: gain };
    if (gain === null) return { stance: 'unknown', reason: 'no price in bitcoin', values, points: 0 };
    const reason = `${inPercent(gain)} against bitcoin in ${period} bars`;
    return { stance: gain >= least ? 'buy' : gain <= -least ? 'sell' : 'none', reason, values, points: 0 };
  },
});
