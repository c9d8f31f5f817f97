import { Decimal } from 'decimal.js';
import { categoryRules } from './trade-category.js';
import type { Direction, Strength, TradeCategory, Trend } from './signal.js';

/** Volatility at which targets reach the middle of a category's range; twice that reaches the end. */
const midVolatility = 0.3;
/** Prices of targets are rounded to this many significant digits, finer than any venue's tick. */
const priceDigits = 12;

export interface Levels {
  /** Distances from the entry in percent of it. */
  readonly takeProfitPct: number;
  readonly stopLossPct: number;
  readonly riskRewardRatio: number;
}

/**
 * How far the targets of a category lie at an annualised volatility (a fraction): from the near end of the ranges at
 * 0 to the far end from 60 % on. Unknown volatility takes the middle, and so does a volatility of 0, which no market
 * has.
 */
export function levelsFor(category: TradeCategory, volatility: number | null): Levels {
  const { takeProfitPct: profit, stopLossPct: stop } = categoryRules[category];
  const share = volatility === null || volatility === 0 ? 0.5 : Math.min(volatility / midVolatility, 2) / 2;
  const takeProfitPct = profit.min + (profit.max - profit.min) * share;
  const stopLossPct = stop.min + (stop.max - stop.min) * share;
  // four digits, so that a ratio meant to be 2 is 2 when it is compared
  return { takeProfitPct, stopLossPct, riskRewardRatio: Number((takeProfitPct / stopLossPct).toFixed(4)) };
}

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
  readonly maxPosition: number;
}

export const defaultRiskBudget: RiskBudget = { riskFraction: 0.01, maxPosition: 0.2 };

/** The budgets a signal may be made with; they bound the risk, not the size, so every category can meet them. */
export const riskFractionBounds = { min: 0.001, max: 0.02 } as const;

/**
 * Position as a fraction of the portfolio: the risk budget divided by the stop's distance, at most the cap. A wider stop
 * gives a smaller position.
 */
export const positionSize = (stopLossPct: number, { riskFraction, maxPosition }: RiskBudget): number =>
  Math.min((riskFraction * 100) / stopLossPct, maxPosition);

export interface Support {
  readonly direction: Direction;
  readonly rsi: number | null;
  readonly macd: number | null;
  readonly trend: Trend;
  readonly riskRewardRatio: number;
}

/** How many of four things speak for the signal: extreme RSI, MACD and trend in its direction, twice the risk to win. */
export function strengthOf(support: Support): Strength {
  const { rsi, macd, riskRewardRatio, direction } = support;
  const votes = [
    rsi !== null && (rsi < 30 || rsi > 70),
    macd !== null && (direction === 'buy' ? macd > 0 : macd < 0),
    trendAgrees(support),
    riskRewardRatio >= 2,
  ].filter(Boolean).length;
  return votes >= 3 ? 'very_strong' : votes === 2 ? 'strong' : votes === 1 ? 'moderate' : 'weak';
}

/** Confidence in whole points of 100, so that sums compare exactly: 50 and what speaks for the signal on top. */
export function confidencePoints(support: Support): number {
  const { rsi, riskRewardRatio } = support;
  const fromRsi = rsi === null ? 0 : rsi < 20 || rsi > 80 ? 20 : rsi < 30 || rsi > 70 ? 10 : 0;
  const fromRatio = riskRewardRatio >= 3 ? 20 : riskRewardRatio >= 2 ? 10 : 0;
  return Math.min(100, 50 + fromRsi + fromRatio + (trendAgrees(support) ? 10 : 0));
}

/** A trend against the signal is no support for it. */
const trendAgrees = ({ direction, trend }: Support): boolean => trend === (direction === 'buy' ? 'up' : 'down');
