import type { AssetId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import type { PolicyLimits } from '../../policies/domain/policy-limits.js';

/**
 * Units that came or went; no currencies, no transfers between own accounts. Units and prices are those after all splits,
 * money is in US dollars. Null is what nobody knows.
 */
export interface Move {
  readonly assetId: AssetId;
  readonly at: EpochMs;
  /** `in` and `out` are no trades: deposits, rewards, withdrawals, adjustments. */
  readonly kind: 'buy' | 'sell' | 'in' | 'out';
  readonly units: number;
  /** Of all units, before the fee. */
  readonly usd: number | null;
  readonly feeUsd: number | null;
}

/** Daily closes in US dollars, oldest first; each is the price of the end of the UTC day that it opens. */
export interface Closes {
  readonly openTimes: Float64Array;
  readonly closes: Float64Array;
}

/** What a person answered to a proposal in which an opinion of the AI was shown. */
export interface AnsweredOpinion {
  readonly decisionId: string;
  readonly side: 'buy' | 'sell';
  /** Whether what the answer leads to is what the opinion spoke for. */
  readonly followed: boolean;
}

/** All that the tests for biases are told of a portfolio; only what was known at the as-of. */
export interface TradingHistory {
  readonly asOf: EpochMs;
  /** Trades before it are not judged, but what they brought is held. */
  readonly since: EpochMs;
  /** In the order in which they took effect. */
  readonly moves: readonly Move[];
  readonly closes: ReadonlyMap<AssetId, Closes>;
  readonly opinions: readonly AnsweredOpinion[];
  /** Shares of what has a price now; null when nothing has. */
  readonly weights: ReadonlyMap<AssetId, number> | null;
  readonly limits: PolicyLimits;
  readonly currencies: ReadonlySet<AssetId>;
}
