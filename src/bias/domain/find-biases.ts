import type { Bias, BiasTest, Outcome } from './bias-test.js';
import { biasTests } from './registry.js';
import { adjustedForDiscoveries } from './statistics/false-discovery.js';
import type { TradingHistory } from './trading-history.js';
import { tradingOf } from './trading.js';

/** Of all biases that are called out, at most this share is expected to be false. */
export const falseDiscoveryRate = 0.1;
/** So small an adjusted p value makes a large effect severe. */
const certain = 0.01;

export const severities = ['low', 'medium', 'high'] as const;
export type Severity = (typeof severities)[number];

export interface Finding {
  readonly bias: Bias;
  readonly touches: BiasTest['touches'];
  readonly source: string;
  readonly outcome: Outcome;
  /** Of the whole set; null without a p value. */
  readonly adjustedPValue: number | null;
  readonly verdict: 'none' | 'suspected' | 'not_enough_data';
  /** Null unless suspected. */
  readonly severity: Severity | null;
}

/** The prototype's words for what findings come to. */
export const overallWords = ['OK', 'CAUTION', 'REDUCE_POSITION_SIZE', 'AVOID_TRADING'] as const;
export type OverallWord = (typeof overallWords)[number];

/**
 * Runs all tests and judges their p values together, by Benjamini and Yekutieli: the tests look at the same trades, some of
 * them from opposite sides (who chases sells no losers), so that nothing is known of how they hang together.
 *
 * A bias is suspected when its adjusted p value is at most 0.1 and its effect is not negligible. It is high with a large
 * effect and an adjusted p value of at most 0.01, or a fact; low with a small effect; medium otherwise.
 */
export function findBiases(history: TradingHistory): Finding[] {
  const trading = tradingOf(history);
  const outcomes = biasTests.map((test) => ({ test, outcome: test.run(trading) }));
  const tested = outcomes.flatMap(({ outcome }) =>
    outcome.kind === 'tested' && outcome.pValue !== null ? { outcome, pValue: outcome.pValue } : [],
  );
  const adjusted = adjustedForDiscoveries(
    tested.map(({ pValue }) => pValue),
    'any',
  );
  const adjustedOf = new Map<Outcome, number>(tested.map(({ outcome }, i) => [outcome, adjusted[i]!]));
  return outcomes.map(({ test: { bias, touches, source }, outcome }) => {
    const adjustedPValue = adjustedOf.get(outcome) ?? null;
    return { bias, touches, source, outcome, adjustedPValue, ...judged(outcome, adjustedPValue) };
  });
}

function judged(outcome: Outcome, adjustedPValue: number | null): Pick<Finding, 'verdict' | 'severity'> {
  if (outcome.kind === 'not_enough_data') return { verdict: 'not_enough_data', severity: null };
  const { magnitude } = outcome.effect;
  if (magnitude === 'negligible' || (adjustedPValue !== null && adjustedPValue > falseDiscoveryRate)) {
    return { verdict: 'none', severity: null };
  }
  const isCertain = adjustedPValue === null || adjustedPValue <= certain;
  const severity = magnitude === 'small' ? 'low' : magnitude === 'large' && isCertain ? 'high' : 'medium';
  return { verdict: 'suspected', severity };
}

/** None: OK; any high: AVOID_TRADING; any medium: REDUCE_POSITION_SIZE; else CAUTION. */
export function overallWord(found: readonly { readonly severity: Severity | null }[]): OverallWord {
  const has = (severity: Severity) => found.some((one) => one.severity === severity);
  if (has('high')) return 'AVOID_TRADING';
  if (has('medium')) return 'REDUCE_POSITION_SIZE';
  return has('low') ? 'CAUTION' : 'OK';
}
