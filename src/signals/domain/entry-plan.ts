import type { AssetClass } from '../../data/domain/asset.js';
import { sessionAtOrAfter } from '../../data/domain/exchange-calendar.js';
import type { EpochMs } from '../../shared/time.js';

export const orderTypes = ['market', 'limit'] as const;

/** When a signal can be entered. */
export interface EntryPlan {
  readonly isOpen: boolean;
  /** When the market opens next, strictly after the instant; null for what trades around the clock. */
  readonly opensAt: EpochMs | null;
  /** End of the session that is running; null when none is, or when none ends. */
  readonly closesAt: EpochMs | null;
  /** How long until a trade is possible: 0 while it is. */
  readonly waitMs: number;
  /** At once around the clock; what opens with a gap is entered with a limit. */
  readonly orderType: (typeof orderTypes)[number];
  /** The signal is over before the market opens. */
  readonly isTooLate: boolean;
}

/** How a signal that expires at an instant is entered from `at` on, by the hours of the asset's market. */
export function entryPlan(assetClass: AssetClass, at: EpochMs, expiresAt: EpochMs): EntryPlan {
  const session = sessionAtOrAfter(assetClass, at);
  const isOpen = session === null || session.open <= at;
  const opensAt = session === null ? null : isOpen ? sessionAtOrAfter(assetClass, session.close)!.open : session.open;
  const waitMs = isOpen ? 0 : session.open - at;
  return {
    isOpen,
    opensAt,
    closesAt: isOpen && session !== null ? session.close : null,
    waitMs,
    orderType: session === null ? 'market' : 'limit',
    isTooLate: at + waitMs >= expiresAt,
  };
}
