import { isClosed, type Interval } from '../../data/domain/candle.js';
import { annualizedVolatility, simpleReturns } from '../../risk/domain/returns.js';
import { barsPerYear, daysSinceClose, tradingDays, type TradingDays } from '../../risk/domain/trading-days.js';
import { InvariantViolation } from '../../shared/errors.js';
import { dayMs, utcDate, type EpochMs } from '../../shared/time.js';
import { closeColumns } from './indicators/bars.js';
import { movingAverageConvergence } from './indicators/macd.js';
import { exponentialMovingAverage, simpleMovingAverage } from './indicators/moving-averages.js';
import { relativeStrength } from './indicators/relative-strength.js';
import { latestValues } from './indicators/run-indicator.js';
import { pricePosition, trendOf } from './indicators/trend.js';
import type { Direction, SignalEvidence, SignalRule, Strength, TradeCategory, Trend } from './signal.js';
import { categoryRules } from './trade-category.js';
import {
  confidencePoints,
  levelsFor,
  positionSize,
  riskFractionBounds,
  strengthOf,
  targetPrices,
  type Levels,
  type RiskBudget,
} from './trade-plan.js';

/** Rises whenever the same bars may give another signal than before. */
const signalRuleVersion = 1;

/** Daily bars that a swing signal looks at: the slow averages' warm-up more than twice over. */
export const swingLookbackBars = 120;
/** The 50-bar mean and the warm EMA 26 (52 bars) exist, with some bars to spare. */
const swingMinimumBars = 60;

/** The latest closed bar may be this many days old; exchanges close for long weekends. */
const stalenessLimitDays: Readonly<Record<TradingDays, number>> = { every_day: 2, weekdays: 5 };
/** Averages over a hole in the series would mix two markets. */
const longestGapDays = 10;
/** What a trade promises against what it risks, at the least. */
const minimumRiskReward = 1.5;

export interface DailyClose {
  /** UTC date at 00:00. */
  readonly openTime: EpochMs;
  /** Decimal text. */
  readonly close: string;
}

/** The bars that a category's rules read; a category without an entry has no rules yet. */
const barsOf: Partial<Record<TradeCategory, Interval>> = { swing: '1d' };

export interface SignalInput {
  readonly category: TradeCategory;
  readonly interval: Interval;
  /** Bars, oldest first; what is still open at the as-of, and what lies before the lookback, is left out here. */
  readonly bars: readonly DailyClose[];
  readonly asOf: EpochMs;
  readonly budget: RiskBudget;
}

export interface TradeSignal extends Levels {
  readonly kind: 'signal';
  readonly category: TradeCategory;
  readonly direction: Direction;
  /** Decimal texts in the series' quote currency. */
  readonly entryPrice: string;
  readonly takeProfit: string;
  readonly stopLoss: string;
  /** Fraction of the portfolio's value. */
  readonly positionSizePct: number;
  readonly strength: Strength;
  /** Hundredths. */
  readonly confidencePoints: number;
  readonly expiresAt: EpochMs;
  readonly ruleVersion: number;
  readonly evidence: SignalEvidence;
}

interface Withheld {
  readonly kind: 'withheld';
  /** In words, naming the numbers. */
  readonly reason: string;
}

export type SignalOutcome = TradeSignal | Withheld;

const withheld = (reason: string): Withheld => ({ kind: 'withheld', reason });

/**
 * The swing signal that daily closes give at an as-of, or the reason why they give none.
 *
 * Entry is the last closed bar's close. Volatility is annualised by the trading week that the bars themselves show.
 * Levels, expiry and age follow the as-of, never a clock. Bars out of order and prices that are not positive throw.
 */
export function evaluateSignal({ category, interval, bars, asOf, budget }: SignalInput): SignalOutcome {
  if (barsOf[category] !== interval) return withheld(`${category} signals are not computed from ${interval} bars`);
  const { min, max } = riskFractionBounds;
  if (!(budget.riskFraction >= min && budget.riskFraction <= max)) {
    return withheld(`the risk budget of ${budget.riskFraction} is outside ${min} to ${max}`);
  }
  const closed = bars.filter(({ openTime }) => isClosed(openTime, interval, asOf)).slice(-swingLookbackBars);
  const complaint = whyBarsAreUnusable(closed, asOf);
  if (complaint !== undefined) return withheld(complaint);

  const indicators = indicatorsOf(closed);
  const decision = decide(indicators);
  if (decision === undefined) return withheld(`hold: trend ${indicators.trend}, RSI ${inWords(indicators.rsi)}`);

  const levels = levelsFor(category, indicators.volatility);
  if (levels.riskRewardRatio < minimumRiskReward) {
    return withheld(`risk/reward of ${levels.riskRewardRatio} is below ${minimumRiskReward}`);
  }
  const entryPrice = closed[closed.length - 1]!.close;
  const support = { ...indicators, direction: decision.direction, riskRewardRatio: levels.riskRewardRatio };
  return {
    kind: 'signal',
    category,
    direction: decision.direction,
    entryPrice,
    ...targetPrices(entryPrice, decision.direction, levels),
    ...levels,
    positionSizePct: positionSize(levels.stopLossPct, budget),
    strength: strengthOf(support),
    confidencePoints: confidencePoints(support),
    expiresAt: asOf + categoryRules[category].maxHorizonMs,
    ruleVersion: signalRuleVersion,
    evidence: { rule: decision.rule, reason: decision.reason, ...indicators, riskFraction: budget.riskFraction },
  };
}

function whyBarsAreUnusable(closed: readonly DailyClose[], asOf: EpochMs): string | undefined {
  if (closed.length < swingMinimumBars) return `needs ${swingMinimumBars} closed bars, has ${closed.length}`;
  for (const [i, { openTime }] of closed.entries()) {
    const previous = closed[i - 1];
    if (previous === undefined) continue;
    if (openTime <= previous.openTime) throw new InvariantViolation(`bars are out of order at ${utcDate(openTime)}`);
    const gap = (openTime - previous.openTime) / dayMs;
    if (gap > longestGapDays) {
      return `no bars between ${utcDate(previous.openTime)} and ${utcDate(openTime)}, ${gap} days apart`;
    }
  }
  const last = closed[closed.length - 1]!.openTime;
  const age = daysSinceClose(last, asOf);
  const limit = stalenessLimitDays[tradingDays(closed.map(({ openTime }) => openTime))];
  return age > limit
    ? `latest closed bar is ${utcDate(last)}, ${age} days before the as-of, at most ${limit}`
    : undefined;
}

type Indicators = Omit<SignalEvidence, 'rule' | 'reason' | 'riskFraction'>;

function indicatorsOf(closed: readonly DailyClose[]): Indicators {
  const closes = closed.map(({ close }) => Number(close));
  const bars = closeColumns(closes);
  const periodsPerYear = barsPerYear[tradingDays(closed.map(({ openTime }) => openTime))];
  const sma20 = latestValues(simpleMovingAverage, bars, { period: 20 }).value;
  const sma50 = latestValues(simpleMovingAverage, bars, { period: 50 }).value;
  return {
    rsi: latestValues(relativeStrength, bars).value,
    sma20,
    sma50,
    ema12: latestValues(exponentialMovingAverage, bars, { period: 12 }).value,
    ema26: latestValues(exponentialMovingAverage, bars, { period: 26 }).value,
    macd: latestValues(movingAverageConvergence, bars).macd,
    volatility: annualizedVolatility(simpleReturns(closes), periodsPerYear),
    pricePosition: pricePosition(closes),
    trend: trendOf(sma20, sma50),
    periodsPerYear,
    bars: closed.length,
    firstDate: utcDate(closed[0]!.openTime),
    lastDate: utcDate(closed[closed.length - 1]!.openTime),
  };
}

export interface Decision {
  readonly direction: Direction;
  readonly rule: SignalRule;
  readonly reason: string;
}

/** The first rule that fires, undefined for hold: RSI below 30 or above 70, MACD with the trend, the trend alone. */
export function decide({
  rsi,
  macd,
  trend,
}: {
  rsi: number | null;
  macd: number | null;
  trend: Trend;
}): Decision | undefined {
  if (rsi !== null && rsi < 30)
    return { direction: 'buy', rule: 'rsi_reversal', reason: `RSI ${inWords(rsi)} is below 30` };
  if (rsi !== null && rsi > 70)
    return { direction: 'sell', rule: 'rsi_reversal', reason: `RSI ${inWords(rsi)} is above 70` };
  if (trend === 'neutral') return undefined;
  const direction = trend === 'up' ? 'buy' : 'sell';
  const means = `the 20-bar mean is ${trend === 'up' ? 'above' : 'below'} the 50-bar mean`;
  if (macd !== null && (trend === 'up' ? macd > 0 : macd < 0)) {
    return { direction, rule: 'trend_with_macd', reason: `MACD ${inWords(macd)} agrees with the trend: ${means}` };
  }
  return { direction, rule: 'trend', reason: means };
}

const inWords = (value: number | null): string => (value === null ? 'unknown' : String(Number(value.toPrecision(4))));
