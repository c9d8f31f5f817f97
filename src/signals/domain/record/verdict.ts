import type { OpinionMode } from '../../../ai/domain/effect.js';
import type { TradeCategory } from '../../../shared/trade-categories.js';
import type { EpochMs } from '../../../shared/time.js';
import { loweringValues, raisingValues } from './arm-tests.js';
import { isPair, type ArmedSignal } from './armed-signal.js';
import { decisive, evidenceAbove } from './sequential-test.js';

/** Settled pairs before which opinions are stored and shown, whatever they brought. */
export const pairsNeeded = 100;

/** What the record of opinions allows a new one to do. */
export interface Verdict {
  readonly mode: OpinionMode;
  /** The signals that were counted: of the category, where it has enough of its own, or all. */
  readonly scope: TradeCategory | 'all';
  /** Settled ones with both arms. */
  readonly pairs: number;
  /** Why it is so, in words. */
  readonly reasons: readonly string[];
}

/**
 * The rule, a function of what is known at the as-of and of nothing else: no state, no memory of an earlier answer.
 *
 * - Signals with both arms of one owner count, live ones for live ones, simulated ones for simulated ones: of the category
 *   when it has 100 settled ones, otherwise of all categories.
 * - Fewer than 100: `show`, and the baseline is served.
 * - The test of lowering is decisive at this moment: `lower`. The test of raising is, too: `lower_and_raise`. A test that was
 *   decisive and is no longer takes its permission back. Raising alone is never allowed.
 */
export function verdictOf(signals: readonly ArmedSignal[], category: TradeCategory | null, asOf: EpochMs): Verdict {
  const known = knownAt(signals, asOf);
  const own = known.filter((signal) => signal.category === category);
  const isEnough = own.filter(isPair).length >= pairsNeeded;
  const counted = isEnough ? own : known;
  const scope = isEnough && category !== null ? category : 'all';
  const pairs = counted.filter(isPair).length;
  const verdict = (mode: OpinionMode, ...reasons: string[]): Verdict => ({ mode, scope, pairs, reasons });
  if (pairs < pairsNeeded) return verdict('show', `${pairs} settled pairs, ${pairsNeeded} are needed`);
  const lowering = evidenceAbove(loweringValues(counted));
  const raising = evidenceAbove(raisingValues(counted));
  const reasons = [wordsOf('lowering', lowering), wordsOf('raising', raising)];
  if (lowering < decisive) return verdict('show', ...reasons);
  return verdict(raising < decisive ? 'lower' : 'lower_and_raise', ...reasons);
}

/**
 * What is known at an instant: later outcomes are open. Signals of the instant itself are not there, so that all signals of
 * a run meet the same verdict.
 */
const knownAt = (signals: readonly ArmedSignal[], asOf: EpochMs): ArmedSignal[] =>
  signals
    .filter((signal) => signal.asOf < asOf)
    .map((signal) => (signal.outcome && signal.outcome.exitedAt > asOf ? { ...signal, outcome: null } : signal));

const wordsOf = (what: string, evidence: number): string =>
  `evidence for ${what} is ${Math.floor(evidence * 100) / 100} of the ${decisive} that are needed`;
