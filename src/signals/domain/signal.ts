import type { Adjustment, QuoteCurrency } from '../../data/domain/candle.js';

export const tradeCategories = ['scalp', 'intraday', 'swing', 'long_term'] as const;
export type TradeCategory = (typeof tradeCategories)[number];

export const directions = ['buy', 'sell'] as const;
export type Direction = (typeof directions)[number];

export const strengths = ['weak', 'moderate', 'strong', 'very_strong'] as const;
export type Strength = (typeof strengths)[number];

export const trends = ['up', 'down', 'neutral'] as const;
export type Trend = (typeof trends)[number];

/** The rules that can produce a signal, in the order in which they are asked. */
export const signalRules = ['rsi_reversal', 'trend_with_macd', 'trend'] as const;
export type SignalRule = (typeof signalRules)[number];

/** The series a signal was computed from; the asset and the bar size stand beside it. */
export interface SignalSeries {
  readonly source: string;
  readonly quoteCurrency: QuoteCurrency;
  readonly adjustment: Adjustment;
}

/** What a signal rests on, so that a reader can recompute it. Null is "not enough bars", never zero. */
export interface SignalEvidence {
  readonly rule: SignalRule;
  /** One sentence with the numbers that made the rule fire. */
  readonly reason: string;
  readonly rsi: number | null;
  readonly sma20: number | null;
  readonly sma50: number | null;
  readonly ema12: number | null;
  readonly ema26: number | null;
  readonly macd: number | null;
  /** Annualised standard deviation of the simple daily returns, a fraction. */
  readonly volatility: number | null;
  /** Where the last close lies between the lowest (0) and the highest (1) close of the window. */
  readonly pricePosition: number | null;
  readonly trend: Trend;
  readonly periodsPerYear: number;
  /** Closed bars in the window, and the UTC dates of the first and the last. */
  readonly bars: number;
  readonly firstDate: string;
  readonly lastDate: string;
  /** Share of the portfolio that a stop may cost, the budget behind the position size. */
  readonly riskFraction: number;
}
