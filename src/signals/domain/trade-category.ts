import { dayMs, hourMs, minuteMs, secondMs } from '../../shared/time.js';
import type { TradeCategory } from './signal.js';

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
}

/** What the categories promise: how long a trade lasts and how far its targets may lie. */
export const categoryRules: Readonly<Record<TradeCategory, CategoryRules>> = {
  scalp: {
    minHorizonMs: 30 * secondMs,
    maxHorizonMs: 15 * minuteMs,
    takeProfitPct: { min: 0.1, max: 0.5 },
    stopLossPct: { min: 0.05, max: 0.2 },
  },
  intraday: {
    minHorizonMs: 15 * minuteMs,
    maxHorizonMs: 24 * hourMs,
    takeProfitPct: { min: 0.5, max: 2 },
    stopLossPct: { min: 0.2, max: 1 },
  },
  swing: {
    minHorizonMs: dayMs,
    maxHorizonMs: 28 * dayMs,
    takeProfitPct: { min: 2, max: 10 },
    stopLossPct: { min: 1, max: 5 },
  },
  long_term: {
    minHorizonMs: 28 * dayMs,
    maxHorizonMs: 365 * dayMs,
    takeProfitPct: { min: 10, max: 50 },
    stopLossPct: { min: 5, max: 15 },
  },
};
