import type { AssetId } from '../../../shared/ids.js';
import type { EpochMs } from '../../../shared/time.js';
import type { TradeCategory } from '../../../shared/trade-categories.js';
import type { ExitReason } from '../settlement.js';
import type { Candidate } from '../held-back.js';

/** A signal that was shown, and what had become of it by the as-of of the run that asks. */
export interface PastSignal {
  readonly assetId: AssetId;
  readonly category: TradeCategory;
  readonly reason: ExitReason;
  /** When it was known. */
  readonly exitedAt: EpochMs;
  /** Of the position, after costs, a fraction. */
  readonly returnUsd: number;
  /** The position as a fraction of the portfolio. */
  readonly positionSizePct: number;
  readonly simulated: boolean;
}

/** What a protection may know: nothing that came after the as-of. */
export interface Situation {
  readonly asOf: EpochMs;
  /** Of the portfolio, in the order in which they ended. */
  readonly past: readonly PastSignal[];
  /** Bars among the last few of the candidate's series that readers do not get, because sources disagree about them. */
  readonly disputed: (candidate: Candidate) => readonly EpochMs[];
}

/**
 * Holds signals back while something in the record or in the market speaks against acting on any. The kinds are those of
 * freqtrade (https://www.freqtrade.io/en/stable/includes/protections/), told over settled signals instead of trades.
 */
export interface Protection {
  readonly id: string;
  /** Why a signal is held back, in words with the numbers; undefined when it is not. */
  readonly why: (candidate: Candidate, situation: Situation) => string | undefined;
}

/** The past of the candidate's own world: what simulated prices did says nothing about real ones. */
export const pastOf = ({ simulated }: Candidate, { past }: Situation): PastSignal[] =>
  past.filter((one) => one.simulated === simulated);
