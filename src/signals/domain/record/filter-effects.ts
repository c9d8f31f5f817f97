import { byExit, isWon, type Outcome } from './armed-signal.js';
import { estimateMeans, type Estimate } from './estimate.js';

/** A signal that was not shown as one to act on, and is settled like the others. */
export interface HeldBackSignal {
  readonly signalId: string;
  /** What held it back: `cooldown`, `bias:fomo`. */
  readonly by: readonly string[];
  /** Null while it is open. */
  readonly outcome: Outcome | null;
}

export const filterFindings = ['avoided', 'cost', 'undecided', 'not_enough_data'] as const;

/** What one filter did to the result: what it held back was not earned, and not lost. */
export interface FilterEffect {
  readonly by: string;
  /** Held back, by it among others or alone. */
  readonly signals: number;
  /** No other filter held these back. */
  readonly alone: number;
  readonly settled: number;
  /** Of the settled ones, had they been taken. */
  readonly wins: number;
  /** R that the settled ones would have brought: below 0 the filter avoided it, above it cost it. */
  readonly missedR: Estimate;
  /** By the interval; `not_enough_data` with fewer than 20 settled ones. */
  readonly finding: (typeof filterFindings)[number];
}

/** By the name of the filter. A signal that several held back counts for each of them. */
export function filterEffects(heldBack: readonly HeldBackSignal[]): FilterEffect[] {
  const names = [...new Set(heldBack.flatMap(({ by }) => by))].toSorted();
  return names.map((name) => {
    const own = heldBack.filter(({ by }) => by.includes(name));
    const settled = byExit(own.flatMap((one) => (one.outcome ? [{ ...one, outcome: one.outcome }] : [])));
    const { missedR } = estimateMeans({ missedR: Float64Array.from(settled, ({ outcome }) => outcome.rMultiple) });
    return {
      by: name,
      signals: own.length,
      alone: own.filter(({ by }) => by.every((other) => other === name)).length,
      settled: settled.length,
      wins: settled.filter(({ outcome }) => isWon(outcome)).length,
      missedR,
      finding: findingOf(missedR),
    };
  });
}

function findingOf({ low, high }: Estimate): FilterEffect['finding'] {
  if (low === null || high === null) return 'not_enough_data';
  return high < 0 ? 'avoided' : low > 0 ? 'cost' : 'undecided';
}
