import { compareArms, type Comparison } from './comparison.js';
import { filterEffects, type FilterEffect } from './filter-effects.js';
import { armedSignals, heldBackSignals, type RecordedSignal } from './recorded-signal.js';

/** What is computed for long: in a thread of its own. */
export interface RecordReport {
  readonly comparison: Comparison;
  readonly filters: readonly FilterEffect[];
}

export const reportOf = (recorded: readonly RecordedSignal[]): RecordReport => ({
  comparison: compareArms(armedSignals(recorded)),
  filters: filterEffects(heldBackSignals(recorded)),
});
