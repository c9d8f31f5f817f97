import type { SignalCheck } from '../held-back.js';
import { cooldown } from './cooldown.js';
import { disputedData } from './disputed-data.js';
import { lowProfit } from './low-profit.js';
import { marketClosed } from './market-closed.js';
import { maxDrawdown } from './max-drawdown.js';
import type { Protection, Situation } from './protection.js';

/** In the order in which they are told; a line adds one. */
const protections: readonly Protection[] = [marketClosed, disputedData, cooldown, lowProfit, maxDrawdown];

/** What every protection says in a situation. */
export const protectionChecks = (situation: Situation): SignalCheck[] =>
  protections.map(({ id, why }): SignalCheck => {
    return (candidate) => {
      const reason = why(candidate, situation);
      return reason === undefined ? undefined : { by: id, reason };
    };
  });
