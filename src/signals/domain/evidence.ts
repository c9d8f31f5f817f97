import type { BiasFlag } from '../../bias/domain/bias-for.js';
import type { Interval } from '../../data/domain/candle.js';
import type { IsoInstant } from '../../shared/time.js';
import type { RuleId } from './rules/registry.js';
import type { Finding } from './rules/rule.js';
import type { Trend } from './signal.js';

/** What one rule made of the bars. */
export interface RuleFinding extends Finding {
  readonly rule: RuleId;
  readonly version: number;
}

/** What kept a position from being larger. */
export const sizeLimits = ['risk', 'max_weight', 'cash'] as const;
export type SizeLimit = (typeof sizeLimits)[number];

/** What a signal rests on, so that a reader can recompute it. Null is "not enough bars", never zero. */
export interface SignalEvidence {
  /** The rule that opened the signal, and its sentence with the numbers that made it fire. */
  readonly rule: RuleId;
  readonly reason: string;
  /** Of every rule that was asked, in their order: what agrees, what speaks against, what had nothing to say. */
  readonly findings: readonly RuleFinding[];
  readonly trend: Trend;
  /** Annualised standard deviation of the simple returns of the bars, a fraction. */
  readonly volatility: number | null;
  /** Average range of a bar as a fraction of the entry, which the levels follow, and how it was told. */
  readonly range: number;
  readonly rangeFrom: 'true_range' | 'closes';
  readonly interval: Interval;
  readonly periodsPerYear: number;
  /** Closed bars that were read, and when the first and the last of them opened. */
  readonly bars: number;
  readonly firstBar: IsoInstant;
  readonly lastBar: IsoInstant;
  /** Share of the portfolio that a stop may cost, and what kept the position from being larger. */
  readonly riskFraction: number;
  readonly sizeLimitedBy: SizeLimit;
  /** Of the value of each of the two trades, and what is then promised against what is risked. */
  readonly costRate: number;
  readonly riskRewardAfterCosts: number;
}

/** The evidence as it is stored: with the SHA-256 of the bars that were read, so that they can be told to be the same. */
export interface StoredEvidence extends SignalEvidence {
  readonly barsSha256: string;
  /** Of who decides; signals of before there were tests for biases have none. */
  readonly biasFlags?: readonly BiasFlag[];
}
