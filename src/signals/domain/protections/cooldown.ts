import { dayMs, hourMs, minuteMs, toIso } from '../../../shared/time.js';
import { pastOf, type Protection } from './protection.js';

/** How long an asset rests in a category after a stop: some bars of those that the category reads. */
export const restMs = { scalp: 15 * minuteMs, intraday: 4 * hourMs, swing: 3 * dayMs, long_term: 14 * dayMs } as const;

/**
 * No signal right after a stop of the same asset and category, in either direction: what stopped it may not be over.
 * As CooldownPeriod of freqtrade, which rests after every exit, and StoplossGuard for one pair with a limit of one.
 */
export const cooldown: Protection = {
  id: 'cooldown',
  why: (candidate, situation) => {
    const { assetId, signal } = candidate;
    const rest = restMs[signal.category];
    const stop = pastOf(candidate, situation).findLast(
      (one) => one.assetId === assetId && one.category === signal.category && one.reason === 'stop_loss',
    );
    if (!stop || stop.exitedAt + rest <= situation.asOf) return undefined;
    return `the last ${signal.category} signal was stopped at ${toIso(stop.exitedAt)}; the next comes from ${toIso(stop.exitedAt + rest)} on`;
  },
};
