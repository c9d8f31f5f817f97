import type { Adjustment, QuoteCurrency } from '../../data/domain/candle.js';

export const directions = ['buy', 'sell'] as const;
export type Direction = (typeof directions)[number];

export const strengths = ['weak', 'moderate', 'strong', 'very_strong'] as const;
export type Strength = (typeof strengths)[number];

export const trends = ['up', 'down', 'neutral'] as const;
export type Trend = (typeof trends)[number];

/** The series a signal was computed from; the asset and the bar size stand beside it. */
export interface SignalSeries {
  readonly source: string;
  readonly quoteCurrency: QuoteCurrency;
  readonly adjustment: Adjustment;
}
