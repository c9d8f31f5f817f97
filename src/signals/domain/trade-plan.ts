import { Decimal } from 'decimal.js';
import { categoryRules } from './trade-category.js';
import type { TradeCategory } from '../../shared/trade-categories.js';
import type { Direction, Strength, Trend } from './signal.js';
import type { RuleFinding, SizeLimit } from './evidence.js';

/** Prices of targets are rounded to this many significant digits, finer than any venue's tick. */
const priceDigits = 12;

export interface Levels {
  /** Distances from the entry in percent of it. */
  readonly takeProfitPct: number;
  readonly stopLossPct: number;
  readonly riskRewardRatio: number;
}

/**
 * How far the targets of a category lie: its number of average ranges of a bar (`range`, a fraction of the price), within
 * the category's ranges. Wilder's average true range scales stops with the market's own noise (New Concepts in Technical
 * Trading Systems, 1978).
 */
export function levelsFor(category: TradeCategory, range: number): Levels {
  const { takeProfitPct: profit, stopLossPct: stop, takeProfitRanges, stopLossRanges } = categoryRules[category];
  const within = ({ min, max }: { min: number; max: number }, ranges: number) =>
    Math.min(max, Math.max(min, range * 100 * ranges));
  const takeProfitPct = within(profit, takeProfitRanges);
  const stopLossPct = within(stop, stopLossRanges);
  // four digits, so that a ratio meant to be 2 is 2 when it is compared
  return { takeProfitPct, stopLossPct, riskRewardRatio: rounded(takeProfitPct / stopLossPct) };
}

/** What the target brings against what the stop costs when both trades are paid for; 0 or less when costs eat the target. */
export const ratioAfterCosts = ({ takeProfitPct, stopLossPct }: Levels, costRate: number): number =>
  rounded((takeProfitPct - 200 * costRate) / (stopLossPct + 200 * costRate));

const rounded = (ratio: number): number => Number(ratio.toFixed(4));

/** Decimal texts of the target and the stop: above and below the entry for a buy, mirrored for a sell. */
export function targetPrices(
  entry: string,
  direction: Direction,
  levels: Levels,
): { takeProfit: string; stopLoss: string } {
  const towards = (pct: number, sign: number) =>
    new Decimal(entry)
      .times(new Decimal(1).plus(new Decimal(pct).div(100).times(sign)))
      .toSignificantDigits(priceDigits)
      .toFixed();
  const sign = direction === 'buy' ? 1 : -1;
  return { takeProfit: towards(levels.takeProfitPct, sign), stopLoss: towards(levels.stopLossPct, -sign) };
}

/** What one trade may cost and how large it may be, fractions of the portfolio's value. */
export interface RiskBudget {
  /** Share of the portfolio that is lost when the stop is hit, if the size is not capped. */
  readonly riskFraction: number;
  /** The asset's largest weight. */
  readonly maxWeight: number;
  /** Cash that can be spent; null where it is not known, and then it limits nothing. */
  readonly cashShare: number | null;
}

export const defaultRiskBudget: RiskBudget = { riskFraction: 0.01, maxWeight: 0.2, cashShare: null };

/** The budgets a signal may be made with; they bound the risk, not the size, so every category can meet them. */
export const riskFractionBounds = { min: 0.001, max: 0.02 } as const;

/**
 * Position as a fraction of the portfolio: the risk budget divided by the stop's distance, at most the asset's largest
 * weight and, for a buy, the cash there is. A wider stop gives a smaller position.
 */
export function positionSize(
  stopLossPct: number,
  { riskFraction, maxWeight, cashShare }: RiskBudget,
  direction: Direction,
): { readonly size: number; readonly limitedBy: SizeLimit } {
  const limits: [SizeLimit, number][] = [
    ['risk', (riskFraction * 100) / stopLossPct],
    ['max_weight', maxWeight],
  ];
  if (direction === 'buy' && cashShare !== null) limits.push(['cash', cashShare]);
  const [limitedBy, size] = limits.reduce((least, one) => (one[1] < least[1] ? one : least));
  return { size, limitedBy };
}

export interface Support {
  readonly direction: Direction;
  readonly opener: RuleFinding;
  readonly findings: readonly RuleFinding[];
  readonly trend: Trend;
  readonly riskRewardRatio: number;
}

/** How many of four things speak for the signal: an extreme RSI, MACD and trend in its direction, twice the risk to win. */
export function strengthOf(support: Support): Strength {
  const { findings, riskRewardRatio, direction } = support;
  const macd = findings.find(({ rule }) => rule === 'trend_with_macd')?.values['macd'] ?? null;
  const votes = [
    findings.some(({ rule, stance }) => rule === 'rsi_reversal' && stance === direction),
    macd !== null && (direction === 'buy' ? macd > 0 : macd < 0),
    trendAgrees(support),
    riskRewardRatio >= 2,
  ].filter(Boolean).length;
  return votes >= 3 ? 'very_strong' : votes === 2 ? 'strong' : votes === 1 ? 'moderate' : 'weak';
}

/** Points of confidence: what each thing adds or takes. */
const points = { base: 50, trend: 10, twiceTheRisk: 10, thriceTheRisk: 20, agrees: 5, against: -10 } as const;

/**
 * Confidence in whole points of 100, so that sums compare exactly: 50, what the opening rule is worth, what other rules
 * agree with or speak against, the trend, and the ratio of what is promised to what is risked.
 */
export function confidencePoints(support: Support): number {
  const { opener, findings, direction, riskRewardRatio } = support;
  const others = findings.filter(
    (finding) => finding !== opener && (finding.stance === 'buy' || finding.stance === 'sell'),
  );
  const fromOthers = others.reduce(
    (sum, { stance }) => sum + (stance === direction ? points.agrees : points.against),
    0,
  );
  const fromRatio = riskRewardRatio >= 3 ? points.thriceTheRisk : riskRewardRatio >= 2 ? points.twiceTheRisk : 0;
  const sum = points.base + opener.points + fromOthers + fromRatio + (trendAgrees(support) ? points.trend : 0);
  return Math.max(0, Math.min(100, sum));
}

/** A trend against the signal is no support for it. */
const trendAgrees = ({ direction, trend }: Support): boolean => trend === (direction === 'buy' ? 'up' : 'down');
