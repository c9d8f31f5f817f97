import { maxDrawdown as worstFall } from '../../../risk/domain/drawdowns.js';
import { dayMs } from '../../../shared/time.js';
import { inWords } from '../rules/rule.js';
import { pastOf, type Protection } from './protection.js';

export const drawdownParameters = {
  lookbackMs: 30 * dayMs,
  /** Fewer signals prove nothing. */
  atLeast: 5,
  /** Fall of the portfolio from its peak if every signal had been followed, a fraction: ten stops of 1 %. */
  most: 0.1,
} as const;

/**
 * No signal of any asset while those that ended lately would have cost the portfolio too much: wealth is compounded by
 * each signal's return times its position, in the order in which they ended. As MaxDrawdown of freqtrade.
 */
export const maxDrawdown: Protection = {
  id: 'max_drawdown',
  why: (candidate, situation) => {
    const { lookbackMs, atLeast, most } = drawdownParameters;
    const recent = pastOf(candidate, situation).filter(({ exitedAt }) => exitedAt > situation.asOf - lookbackMs);
    if (recent.length < atLeast) return undefined;
    const fall = worstFall(recent.map(({ returnUsd, positionSizePct }) => returnUsd * positionSizePct)) ?? 0;
    if (fall <= most) return undefined;
    return `the ${recent.length} signals that ended within ${lookbackMs / dayMs} days cost the portfolio ${inWords(fall * 100)} % from its peak, more than ${most * 100} %`;
  },
};
