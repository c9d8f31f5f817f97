import type { EpochMs } from '../../../shared/time.js';
import type { TradeCategory } from '../../../shared/trade-categories.js';
import { compareArms, type Comparison } from './comparison.js';
import { filterEffects, type FilterEffect } from './filter-effects.js';
import { recordedFrom } from './recorded-from.js';
import {
  armedSignals,
  averagesOf,
  costOf,
  coverageOf,
  heldBackSignals,
  servedArms,
  type ArmAverages,
  type Coverage,
  type OpinionCost,
} from './recorded-signal.js';
import { verdictOf, type Verdict } from './verdict.js';

export interface ReportInput {
  /** Of the signals that the report is about, for `recordedFrom`. */
  readonly signals: string;
  /** Of those that the record of opinions counts. */
  readonly history: string;
  /** Of the verdict; null asks about all. */
  readonly category: TradeCategory | null;
  readonly knownAt: EpochMs;
}

/** Everything that is counted for an answer. */
export interface RecordReport {
  readonly comparison: Comparison;
  readonly filters: readonly FilterEffect[];
  readonly coverage: Coverage;
  readonly cost: OpinionCost;
  readonly served: ReturnType<typeof servedArms>;
  readonly averages: { readonly baseline: ArmAverages; readonly ai: ArmAverages };
  readonly verdict: Verdict;
}

/** Takes long for tens of thousands of signals: run it in a thread. */
export function reportOf({ signals, history, category, knownAt }: ReportInput): RecordReport {
  const recorded = recordedFrom(signals);
  return {
    comparison: compareArms(armedSignals(recorded)),
    filters: filterEffects(heldBackSignals(recorded)),
    coverage: coverageOf(recorded),
    cost: costOf(recorded),
    served: servedArms(recorded),
    averages: { baseline: averagesOf(recorded, 'baseline'), ai: averagesOf(recorded, 'ai') },
    verdict: verdictOf(armedSignals(recordedFrom(history)), category, knownAt),
  };
}
