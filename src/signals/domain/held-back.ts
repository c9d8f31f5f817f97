import type { AssetClass } from '../../data/domain/asset.js';
import type { SeriesRef } from '../../data/domain/candle.js';
import type { AssetId } from '../../shared/ids.js';
import type { TradeSignal } from './evaluate-signal.js';

/** Something that speaks against showing a signal as one to act on. */
export interface HeldBack {
  /** Who says so: `cooldown`, `bias:fomo`. */
  readonly by: string;
  /** In words, naming the numbers. */
  readonly reason: string;
}

/** What holds a signal back as one sentence. */
export const heldBackWords = (heldBack: readonly HeldBack[]): string =>
  heldBack.map(({ by, reason }) => `${by}: ${reason}`).join('; ');

/** A signal that the rules gave and that nobody has been shown yet. */
export interface Candidate {
  readonly assetId: AssetId;
  readonly assetClass: AssetClass;
  readonly signal: TradeSignal;
  /** Whose bars it was computed from. */
  readonly series: SeriesRef;
  readonly simulated: boolean;
}

/** One thing that may hold a signal back; undefined when it has nothing against it. */
export type SignalCheck = (candidate: Candidate) => HeldBack | undefined;

/** Everything that speaks against a signal, in the order of the checks; null when nothing does. */
export function heldBackBy(candidate: Candidate, checks: readonly SignalCheck[]): readonly HeldBack[] | null {
  const found = checks.map((check) => check(candidate)).filter((one) => one !== undefined);
  return found.length > 0 ? found : null;
}
