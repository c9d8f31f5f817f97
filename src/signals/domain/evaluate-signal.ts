import type { AssetClass } from '../../data/domain/asset.js';
import { intervalMs, isClosed, type Candle, type Interval } from '../../data/domain/candle.js';
import { boundsTolerance } from '../../data/domain/candle-checks.js';
import { expectedOpens } from '../../data/domain/exchange-calendar.js';
import { annualizedVolatility, simpleReturns } from '../../risk/domain/returns.js';
import { barsPerYear } from '../../risk/domain/trading-days.js';
import { InvariantViolation } from '../../shared/errors.js';
import { dayMs, hourMs, toIso, type EpochMs } from '../../shared/time.js';
import { barColumns } from './indicators/bars.js';
import { averageTrueRange } from './indicators/true-range.js';
import { MarketView } from './rules/market-view.js';
import { rules, type RuleId } from './rules/registry.js';
import { inWords, type Rule } from './rules/rule.js';
import { trendIn } from './rules/trend.js';
import type { TradeCategory } from '../../shared/trade-categories.js';
import type { Direction, Strength } from './signal.js';
import type { RuleFinding, SignalEvidence } from './evidence.js';
import { categoryRules } from './trade-category.js';
import {
  confidencePoints,
  levelsFor,
  positionSize,
  ratioAfterCosts,
  riskFractionBounds,
  strengthOf,
  targetPrices,
  type Levels,
  type RiskBudget,
} from './trade-plan.js';

/** Rises whenever the same bars may give another signal than before; rules have versions of their own. */
const signalRuleVersion = 2;

/** Bars that an asset trades before the as-of without us having them, at the most. */
const mostMissingAtEnd = 2;
/** Share of the bars between the first and the last that may be missing: averages over holes mix two markets. */
const mostMissingShare = 0.1;
/** What a trade promises against what it risks, at the least. */
const minimumRiskReward = 1.5;
/** Below it more speaks against a signal than for it. */
const minimumPoints = 50;
/** A session of the exchange, for years of bars within a day. */
const sessionMs = 6.5 * hourMs;

export interface SignalInput {
  readonly category: TradeCategory;
  readonly interval: Interval;
  readonly assetClass: AssetClass;
  /** Bars, oldest first; what is still open at the as-of, and what lies before the lookback, is left out here. */
  readonly bars: readonly Candle[];
  /** Closes of bitcoin by the open time of their bars, of the same interval; null for bitcoin itself. */
  readonly bitcoin: ReadonlyMap<EpochMs, number> | null;
  readonly asOf: EpochMs;
  readonly budget: RiskBudget;
  /** Of the value of each of the two trades, fees and half the spread. */
  readonly costRate: number;
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
 * The signal that closed bars give at an as-of, or the reason why they give none.
 *
 * Every rule of the category is asked; the first that opens a signal gives its direction, the others agree or speak against
 * it, and a guard can forbid it. Entry is the last closed bar's close. Levels follow the average range of a bar. Levels,
 * expiry and age follow the as-of, never a clock. Bars out of order and prices that are not positive throw.
 */
export function evaluateSignal(input: SignalInput): SignalOutcome {
  const { category, interval, assetClass, asOf, budget, costRate } = input;
  const { intervals, lookbackBars, minimumBars, maxHorizonMs } = categoryRules[category];
  if (!intervals.includes(interval)) return withheld(`${category} signals are not computed from ${interval} bars`);
  const { min, max } = riskFractionBounds;
  if (!(budget.riskFraction >= min && budget.riskFraction <= max)) {
    return withheld(`the risk budget of ${budget.riskFraction} is outside ${min} to ${max}`);
  }
  const closed = input.bars.filter(({ openTime }) => isClosed(openTime, interval, asOf)).slice(-lookbackBars);
  if (closed.length < minimumBars)
    return withheld(`needs ${minimumBars} closed bars of ${interval}, has ${closed.length}`);
  const complaint = whyBarsAreUnusable(closed, assetClass, interval, asOf);
  if (complaint !== undefined) return withheld(complaint);

  const periodsPerYear = barsInYear(assetClass, interval);
  const bitcoin = input.bitcoin && Float64Array.from(closed, ({ openTime }) => input.bitcoin!.get(openTime) ?? NaN);
  const market = new MarketView(category, barColumns(closed.map(inNumbers)), periodsPerYear, bitcoin);
  const findings = findingsOf(market);
  const { trend } = trendIn(market);
  const guard = findings.find(({ stance }) => stance === 'veto');
  if (guard) return withheld(`hold: ${guard.reason}`);
  const opener = findings.find(({ rule, stance }) => opens.has(rule) && (stance === 'buy' || stance === 'sell'));
  if (!opener) return withheld(holdWords(findings, trend));
  const direction = opener.stance as Direction;

  const { range, from: rangeFrom } = rangeOf(market);
  if (range === null) return withheld('hold: no average range of a bar is known');
  const levels = levelsFor(category, range);
  if (levels.riskRewardRatio < minimumRiskReward) {
    return withheld(`risk/reward of ${levels.riskRewardRatio} is below ${minimumRiskReward}`);
  }
  const afterCosts = ratioAfterCosts(levels, costRate);
  if (afterCosts <= 0) {
    return withheld(
      `the target of ${inWords(levels.takeProfitPct)} % does not pay for two trades at ${inWords(costRate * 100)} % each`,
    );
  }
  const support = { direction, opener, findings, trend, riskRewardRatio: levels.riskRewardRatio };
  const confidence = confidencePoints(support);
  if (confidence < minimumPoints) {
    const against = findings.filter(({ stance }) => stance === (direction === 'buy' ? 'sell' : 'buy'));
    return withheld(
      `hold: ${opener.reason}, but more speaks against it: ${against.map(({ reason }) => reason).join('; ')}`,
    );
  }
  const entryPrice = closed[closed.length - 1]!.close;
  const { size, limitedBy } = positionSize(levels.stopLossPct, budget, direction);
  return {
    kind: 'signal',
    category,
    direction,
    entryPrice,
    ...targetPrices(entryPrice, direction, levels),
    ...levels,
    positionSizePct: size,
    strength: strengthOf(support),
    confidencePoints: confidence,
    expiresAt: asOf + maxHorizonMs,
    ruleVersion: signalRuleVersion,
    evidence: {
      rule: opener.rule,
      reason: opener.reason,
      findings,
      trend,
      volatility: annualizedVolatility(simpleReturns(market.columns.close), periodsPerYear),
      range,
      rangeFrom,
      interval,
      periodsPerYear,
      bars: closed.length,
      firstBar: toIso(closed[0]!.openTime),
      lastBar: toIso(closed[closed.length - 1]!.openTime),
      riskFraction: budget.riskFraction,
      sizeLimitedBy: limitedBy,
      costRate,
      riskRewardAfterCosts: afterCosts,
    },
  };
}

/** What indicators read of a bar. */
export function inNumbers({ openTime, high, low, close: text, volume }: Candle) {
  const close = Number(text);
  return {
    openTime,
    high: high === null ? null : Math.max(Number(high), justBeyond(close, Number(high))),
    low: low === null ? null : Math.min(Number(low), justBeyond(close, Number(low))),
    close,
    volume: volume === null ? null : Number(volume),
  };
}

/** Bars are stored whose close misses a bound of theirs by rounding: the close then is the bound. */
const justBeyond = (close: number, bound: number): number =>
  Math.abs(close - bound) <= boundsTolerance * bound ? close : bound;

function whyBarsAreUnusable(
  closed: readonly Candle[],
  assetClass: AssetClass,
  interval: Interval,
  asOf: EpochMs,
): string | undefined {
  for (let i = 1; i < closed.length; i++) {
    const { openTime } = closed[i]!;
    if (openTime <= closed[i - 1]!.openTime)
      throw new InvariantViolation(`bars are out of order at ${toIso(openTime)}`);
  }
  const [first, last] = [closed[0]!.openTime, closed[closed.length - 1]!.openTime];
  const later = expectedOpens(assetClass, interval, last + 1, asOf).length;
  if (later > mostMissingAtEnd) {
    return `the latest closed bar opened at ${toIso(last)}, ${later} bars before the as-of, at most ${mostMissingAtEnd}`;
  }
  const expected = expectedOpens(assetClass, interval, first, last + intervalMs[interval]).length;
  const missing = expected - closed.length;
  if (missing > mostMissingShare * expected) {
    return `${missing} of ${expected} bars are missing between ${toIso(first)} and ${toIso(last)}`;
  }
  return undefined;
}

/** Conventional number of bars in a year: around the clock for coins, in sessions of the exchange for the rest. */
function barsInYear(assetClass: AssetClass, interval: Interval): number {
  if (interval === '1w') return 52;
  const days = barsPerYear[assetClass === 'crypto' ? 'every_day' : 'weekdays'];
  const dayLength = assetClass === 'crypto' ? dayMs : sessionMs;
  return interval === '1d' ? days : days * (dayLength / intervalMs[interval]);
}

const opens: ReadonlySet<string> = new Set(rules.filter(({ role }) => role === 'opens').map(({ id }) => id));

function findingsOf(market: MarketView): RuleFinding[] {
  return rules.flatMap((rule: Rule & { readonly id: RuleId }) => {
    const own = rule.parameters[market.category];
    return own ? [{ rule: rule.id, version: rule.version, ...rule.evaluate(market, own) }] : [];
  });
}

/** `hold: trend neutral, RSI 48` */
function holdWords(findings: readonly RuleFinding[], trend: string): string {
  const rsi = findings.find(({ rule }) => rule === 'rsi_reversal')?.values['rsi'] ?? null;
  return `hold: trend ${trend}, RSI ${inWords(rsi)}`;
}

/** A range that rounding alone makes is none. */
const leastRange = 1e-9;
/** Mean range of a bar in units of the deviation of its close: of a random walk (Feller, 1951). */
const rangeOfWalk = Math.sqrt(8 / Math.PI);

/** Average range of a bar as a fraction of the last close; where only closes are known, what a random walk would have. */
function rangeOf(market: MarketView): { range: number | null; from: SignalEvidence['rangeFrom'] } {
  const trueRange = market.value(averageTrueRange, 'value');
  if (trueRange !== null) return { range: usable(trueRange / market.close()), from: 'true_range' };
  const deviation = annualizedVolatility(simpleReturns(market.columns.close.slice(-21)), 1);
  return { range: deviation === null ? null : usable(deviation * rangeOfWalk), from: 'closes' };
}

const usable = (range: number): number | null => (range > leastRange ? range : null);
