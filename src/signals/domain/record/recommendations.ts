import type { Comparison } from './comparison.js';
import type { Coverage } from './recorded-signal.js';
import { decisive } from './sequential-test.js';
import { pairsNeeded, type Verdict } from './verdict.js';

/** Below it too few signals have an opinion to say much about all. */
const enoughCoverage = 0.5;

/** What follows from a record, at least one sentence; nothing that it does not say. */
export function recommendations(verdict: Verdict, coverage: Coverage, comparison: Comparison): string[] {
  const found = [
    ...(coverage.share !== null && coverage.share < enoughCoverage
      ? [`ask more reliably: ${coverage.withOpinion} of ${coverage.signals} signals have an opinion that can be used`]
      : []),
    ...(comparison.lowering.evidenceBelow >= decisive
      ? ['do not let opinions lower signals: those that they spoke against won']
      : []),
    ...(comparison.raising.evidenceBelow >= decisive
      ? ['do not let opinions raise confidence: what they raised won less often than it said']
      : []),
  ];
  return [inWords(verdict), ...found];
}

function inWords({ mode, pairs, reasons }: Verdict): string {
  if (pairs < pairsNeeded) return `serve the baseline and keep collecting: ${reasons.join('; ')}`;
  if (mode === 'show') return `serve the baseline: ${reasons.join('; ')}`;
  return `${mode === 'lower' ? 'let opinions lower signals' : 'let opinions lower and raise signals'}: ${reasons.join('; ')}`;
}
