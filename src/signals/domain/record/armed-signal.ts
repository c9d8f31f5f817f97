import type { EpochMs } from '../../../shared/time.js';
import type { TradeCategory } from '../../../shared/trade-categories.js';

/** What one arm made of a signal. */
export interface Arm {
  /** Whole points of 100. */
  readonly confidencePoints: number;
  /** Fraction of the portfolio's value. */
  readonly sizeFraction: number;
  readonly isCancelled: boolean;
}

/** What became of a signal, whichever arm was served. */
export interface Outcome {
  /** From then on it can be known. */
  readonly exitedAt: EpochMs;
  /** After the costs of both trades, a fraction of the position's value at the entry. */
  readonly returnUsd: number;
  /** The same for who counts in bitcoin; null where bitcoin had no price. */
  readonly returnBtc: number | null;
  /** The return in units of what the stop would have cost. */
  readonly rMultiple: number;
}

/** A signal with both arms, which were made from the same bars at the same instant. */
export interface ArmedSignal {
  readonly signalId: string;
  readonly category: TradeCategory;
  readonly asOf: EpochMs;
  /** What the target brings over what the stop costs. */
  readonly riskRewardRatio: number;
  readonly baseline: Arm;
  /** The signal with its opinion followed in full. */
  readonly ai: Arm;
  /** Null while it is open. */
  readonly outcome: Outcome | null;
}

/** A settled signal with both arms. */
export type Pair = ArmedSignal & { readonly outcome: Outcome };

export const isPair = (signal: ArmedSignal): signal is Pair => signal.outcome !== null;

/** A trade is won when it brings something after its costs. */
export const isWon = ({ rMultiple }: Pick<Outcome, 'rMultiple'>): boolean => rMultiple > 0;

interface Settled {
  readonly signalId: string;
  readonly outcome: Outcome;
}

/** Oldest exit first; of one instant in the order of the ids, so that the order of rows changes nothing. */
export const byExit = <T extends Settled>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => a.outcome.exitedAt - b.outcome.exitedAt || (a.signalId < b.signalId ? -1 : 1));

/** Fraction of the portfolio's value that an arm puts in: nothing where it cancels the signal. */
export const heldFraction = ({ sizeFraction, isCancelled }: Arm): number => (isCancelled ? 0 : sizeFraction);

/** The AI arm's size over the baseline's: 0 where it cancels. A signal without any size is the same in both arms. */
export const sizeRatio = ({ baseline, ai }: Pick<ArmedSignal, 'baseline' | 'ai'>): number =>
  heldFraction(baseline) === 0 ? 1 : heldFraction(ai) / heldFraction(baseline);

/** What the AI arm brought more than the baseline by one signal. */
export interface PairedDifference {
  /** Fraction of the portfolio's value: size times return, AI less baseline. */
  readonly usd: number;
  /** Null where bitcoin had no price. */
  readonly btc: number | null;
  /** In R of the baseline's position: the size ratio less 1, times the R multiple. */
  readonly r: number;
}

export function differenceOf(pair: Pair): PairedDifference {
  const { returnUsd, returnBtc, rMultiple } = pair.outcome;
  const more = heldFraction(pair.ai) - heldFraction(pair.baseline);
  return {
    usd: product(more, returnUsd),
    btc: returnBtc === null ? null : product(more, returnBtc),
    r: product(sizeRatio(pair) - 1, rMultiple),
  };
}

/** Never -0. */
const product = (a: number, b: number): number => a * b || 0;
