import { bandOf, type biasResponses, type PolicyLimits } from '../../policies/domain/policy-limits.js';
import { lossFlags, streakFlags, type BiasFlag as RuleFlag } from '../../risk/domain/bias.js';
import type { TradingRecord } from '../../risk/domain/trading-record.js';
import type { AssetId } from '../../shared/ids.js';
import { percent, type Bias } from './bias-test.js';
import { overallWord, type Finding, type OverallWord, type Severity } from './find-biases.js';

export type BiasResponse = (typeof biasResponses)[number];

/** What is known of a portfolio's biases when a trade is weighed. */
export interface PortfolioBias {
  readonly findings: readonly Finding[];
  readonly record: TradingRecord;
  /** Shares of what has a price; null where nobody knows. */
  readonly weights: ReadonlyMap<AssetId, number> | null;
  readonly limits: PolicyLimits;
}

/** A trade that somebody thinks of. */
export interface IntendedTrade {
  readonly assetId: AssetId;
  readonly direction: 'buy' | 'sell';
  /** Fraction of the portfolio. */
  readonly size: number;
  /** Distance of the stop, a fraction of the entry; null without one. */
  readonly stopDistance: number | null;
}

/** One thing that speaks for thinking again. */
export interface BiasFlag {
  readonly bias: Bias;
  /** A rule of thumb, or a finding of the tests. */
  readonly from: 'rule' | 'finding';
  readonly severity: Severity;
  readonly message: string;
  readonly suggestion: string;
  /** What the policy says is to be done. */
  readonly response: BiasResponse;
}

/** Share of the portfolio that a stop is meant to cost at the most, and times the size that follows from which one is bold. */
const usualRisk = 0.01;
const bold = 1.5;

/** What the policy does about a severity; a low one is told and no more. */
export const responseTo = (severity: Severity, { signals }: PolicyLimits): BiasResponse =>
  severity === 'low' ? 'warn' : signals.bias[severity];

/**
 * What speaks against a trade: the rules of thumb on losses and wins of late, on its size and on the weight that it leads to
 * (BTC by its own band), then the biases that are suspected of the portfolio and that touch such a trade.
 */
export function biasFor(trade: IntendedTrade, known: PortfolioBias): BiasFlag[] {
  const { findings, record, limits } = known;
  const flag = (
    from: BiasFlag['from'],
    bias: Bias,
    severity: Severity,
    message: string,
    suggestion: string,
  ): BiasFlag => ({
    from,
    bias,
    severity,
    message,
    suggestion,
    response: responseTo(severity, limits),
  });
  const ofRule = (bias: Bias, suggestion: string) => (rule: Pick<RuleFlag, 'severity' | 'message'>) =>
    flag('rule', bias, rule.severity, rule.message, suggestion);
  const rules = [
    ...lossFlags(record.recentLoss ?? 0).map(ofRule('loss_aversion', suggestions.loss_aversion)),
    // wins make one dare more, not less
    ...(trade.direction === 'buy' ? streakFlags(record.winStreak) : []).map(
      ofRule('overconfidence', suggestions.overconfidence),
    ),
    ...positionRule(trade, known).map(({ bias, severity, message }) =>
      flag('rule', bias, severity, message, suggestions[bias]),
    ),
  ];
  const suspected = findings.flatMap(({ bias, severity, touches, outcome }) => {
    if (severity === null || outcome.kind !== 'tested') return [];
    const isTouched = touches === 'trades' || (touches === 'buys') === (trade.direction === 'buy');
    // what is too large is told above, of the asset that is bought
    if (!isTouched || bias === 'concentration') return [];
    return [flag('finding', bias, severity, outcome.effect.words, suggestions[bias])];
  });
  return [...rules, ...suspected];
}

/** Of a purchase: the weight that it leads to against the asset's band, else its size against the one its stop allows. */
function positionRule(
  { assetId, direction, size, stopDistance }: IntendedTrade,
  { weights, limits }: PortfolioBias,
): { bias: 'concentration' | 'overconfidence'; severity: 'medium' | 'high'; message: string }[] {
  if (direction === 'sell') return [];
  const { max } = bandOf(limits, assetId);
  const after = (weights?.get(assetId) ?? 0) + size;
  // rounding of weights is none
  if (after > max + 1e-9) {
    const message = `${assetId} would be ${percent(after)} of the portfolio, above its limit of ${percent(max)}`;
    return [{ bias: 'concentration', severity: 'high', message }];
  }
  const recommended = stopDistance === null || stopDistance <= 0 ? max : Math.min(max, usualRisk / stopDistance);
  if (size <= bold * recommended + 1e-9) return [];
  const message = `the position is ${percent(size)} of the portfolio; with its stop ${percent(recommended)} puts ${percent(usualRisk)} at risk`;
  return [{ bias: 'overconfidence', severity: 'medium', message }];
}

/** Why a signal is held back: what the policy blocks. */
export const blockedBy = (flags: readonly BiasFlag[]): { by: string; reason: string }[] =>
  flags
    .filter(({ response }) => response === 'block')
    .map(({ bias, message }) => ({ by: `bias:${bias}`, reason: message }));

export const wordFor = (flags: readonly BiasFlag[]): OverallWord => overallWord(flags);

const suggestions: Readonly<Record<Bias, string>> = {
  disposition: 'Decide by what the asset is worth from here on; put a stop under losers before they are any.',
  loss_aversion: 'Wait, or trade smaller, until the loss no longer sets the size.',
  overconfidence: 'Keep the size that the stop allows; a row of wins says little of the next trade.',
  overtrading: 'Trade less: what is bought and sold has not paid for itself.',
  anchoring: 'Leave the entry price out: would you buy the asset today?',
  chasing: 'Wait for a day that is not the end of a run-up, or buy in equal parts.',
  herding: 'Ask what you would do if the market had not risen.',
  confirmation: 'Write down what would have to be true for the opposite view.',
  concentration: 'Reduce the position, or buy less of it.',
  recency: 'Look at returns over a year, not over the last weeks.',
};
