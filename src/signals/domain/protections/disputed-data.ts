import { toIso } from '../../../shared/time.js';
import type { Protection } from './protection.js';

/** Newest bars among which none may be disputed: entry and range of a signal follow them most. */
export const barsUndisputed = 5;

/**
 * No signal while sources disagree about one of its newest bars. Bars that are too old, or too many that are missing, give
 * no signal in the first place.
 */
export const disputedData: Protection = {
  id: 'disputed_data',
  why: (candidate, { disputed }) => {
    const opens = disputed(candidate);
    if (opens.length === 0) return undefined;
    return `sources disagree about the bar of ${opens.map(toIso).join(', ')}, among the last ${barsUndisputed}`;
  },
};
