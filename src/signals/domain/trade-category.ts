import type { Interval } from '../../data/domain/candle.js';
import { dayMs, hourMs, minuteMs, secondMs } from '../../shared/time.js';
import type { TradeCategory } from '../../shared/trade-categories.js';

interface Range {
  readonly min: number;
  readonly max: number;
}

export interface CategoryRules {
  readonly minHorizonMs: number;
  readonly maxHorizonMs: number;
  /** Distances from the entry in percent of it. */
  readonly takeProfitPct: Range;
  readonly stopLossPct: Range;
  /** Levels are so many average ranges of a bar away, within the ranges above. */
  readonly takeProfitRanges: number;
  readonly stopLossRanges: number;
  /** Bars that it is computed from, the first choice first. */
  readonly intervals: readonly Interval[];
  /** Bars that are read: the warm-up of the slowest indicator and some more, so that smoothed ones have forgotten the start. */
  readonly lookbackBars: number;
  /** Fewer give no signal. */
  readonly minimumBars: number;
}

/** What the categories promise: how long a trade lasts and how far its targets may lie. */
export const categoryRules: Readonly<Record<TradeCategory, CategoryRules>> = {
  scalp: {
    minHorizonMs: 30 * secondMs,
    maxHorizonMs: 15 * minuteMs,
    takeProfitPct: { min: 0.1, max: 0.5 },
    stopLossPct: { min: 0.05, max: 0.2 },
    takeProfitRanges: 3,
    stopLossRanges: 1.5,
    intervals: ['1m'],
    lookbackBars: 240,
    minimumBars: 120,
  },
  intraday: {
    minHorizonMs: 15 * minuteMs,
    maxHorizonMs: 24 * hourMs,
    takeProfitPct: { min: 0.5, max: 2 },
    stopLossPct: { min: 0.2, max: 1 },
    takeProfitRanges: 2,
    stopLossRanges: 1,
    intervals: ['15m', '1h'],
    lookbackBars: 240,
    minimumBars: 120,
  },
  swing: {
    minHorizonMs: dayMs,
    maxHorizonMs: 28 * dayMs,
    takeProfitPct: { min: 2, max: 10 },
    stopLossPct: { min: 1, max: 5 },
    takeProfitRanges: 3,
    stopLossRanges: 1.5,
    intervals: ['1d'],
    lookbackBars: 120,
    minimumBars: 61,
  },
  long_term: {
    minHorizonMs: 28 * dayMs,
    maxHorizonMs: 365 * dayMs,
    takeProfitPct: { min: 10, max: 50 },
    stopLossPct: { min: 5, max: 15 },
    takeProfitRanges: 9,
    stopLossRanges: 3,
    intervals: ['1d', '1w'],
    lookbackBars: 400,
    minimumBars: 201,
  },
};
