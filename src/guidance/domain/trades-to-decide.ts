import type { EpochMs } from '../../shared/time.js';
import type { TradeCategory } from '../../shared/trade-categories.js';

/** Trades of one run that a person is asked about at the most: the surest ones. */
const mostAtOnce = 50;

/** As it is served: by its rules, and by its opinion where that may change it. */
interface Decidable {
  readonly id: string;
  readonly category: TradeCategory;
  /** Hundredths. */
  readonly confidencePoints: number;
  /** Fraction of the portfolio. */
  readonly positionSizePct: number;
  /** By an opinion. */
  readonly isCancelled: boolean;
  readonly expiresAt: Date;
  /** What speaks against acting on it. */
  readonly heldBack?: readonly unknown[] | null | undefined;
}

/**
 * The signals that a policy puts before a person, the surest first: no expired ones, none of size 0, and none that is held back
 * or cancelled.
 */
export function tradesToDecide<T extends Decidable>(
  signals: readonly T[],
  { categories, minConfidence }: { readonly categories: readonly TradeCategory[]; readonly minConfidence: number },
  now: EpochMs,
): T[] {
  return signals
    .filter(
      ({ category, confidencePoints, positionSizePct, expiresAt, heldBack, isCancelled }) =>
        !heldBack &&
        !isCancelled &&
        // without cash there is nothing to say yes to
        positionSizePct > 0 &&
        categories.includes(category) &&
        // in hundredths, as it is stored: 0.7 is 70
        confidencePoints >= Math.round(minConfidence * 100) &&
        expiresAt.getTime() > now,
    )
    .toSorted((a, b) => b.confidencePoints - a.confidencePoints || (a.id < b.id ? -1 : 1))
    .slice(0, mostAtOnce);
}
