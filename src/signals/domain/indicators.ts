import { mean } from '../../risk/domain/returns.js';
import { InvariantViolation } from '../../shared/errors.js';
import type { Trend } from './signal.js';

/** Differences below this share of the price are rounding: a flat series has no trend. */
const priceNoise = 1e-9;

/**
 * Relative strength index of closes, oldest first, 0 to 100; null with fewer than `period + 1` closes.
 *
 * Wilder's smoothing: the first averages are the means of the first `period` changes, each later one is
 * ((period - 1) × previous + change) / period (Wilder, New Concepts in Technical Trading Systems, 1978). No change at
 * all gives 50, gains alone give 100, losses alone give 0.
 */
export function wilderRsi(closes: readonly number[], period = 14): number | null {
  assertPeriod(period);
  if (closes.length < period + 1) return null;
  const changes = closes.slice(1).map((close, i) => close - closes[i]!);
  const seed = changes.slice(0, period);
  let gain = mean(seed.map((change) => Math.max(change, 0)));
  let loss = mean(seed.map((change) => Math.max(-change, 0)));
  for (const change of changes.slice(period)) {
    gain = ((period - 1) * gain + Math.max(change, 0)) / period;
    loss = ((period - 1) * loss + Math.max(-change, 0)) / period;
  }
  return gain + loss === 0 ? 50 : (100 * gain) / (gain + loss);
}

/** Mean of the last `period` closes, in the closes' unit; null with fewer. */
export function simpleMovingAverage(closes: readonly number[], period: number): number | null {
  assertPeriod(period);
  return closes.length < period ? null : mean(closes.slice(-period));
}

/**
 * Exponential moving average with factor 2 / (period + 1), in the closes' unit; null with fewer than twice the period.
 *
 * Seeded with the mean of the first `period` closes; after as many again the seed weighs less than 14 % (e^-2), which
 * is the warm-up asked for here.
 */
export function exponentialMovingAverage(closes: readonly number[], period: number): number | null {
  assertPeriod(period);
  if (closes.length < 2 * period) return null;
  const factor = 2 / (period + 1);
  return closes
    .slice(period)
    .reduce((average, close) => average + factor * (close - average), mean(closes.slice(0, period)));
}

/** EMA 12 minus EMA 26, in the closes' unit; null until both are warm, 0 where they differ by rounding alone. */
export function macdLine(closes: readonly number[]): number | null {
  const fast = exponentialMovingAverage(closes, 12);
  const slow = exponentialMovingAverage(closes, 26);
  if (fast === null || slow === null) return null;
  return isNoise(fast - slow, slow) ? 0 : fast - slow;
}

/** Where the last close lies between the lowest (0) and the highest (1); a flat series is 0.5, an empty one null. */
export function pricePosition(closes: readonly number[]): number | null {
  if (closes.length === 0) return null;
  const low = Math.min(...closes);
  const high = Math.max(...closes);
  return high === low ? 0.5 : (closes[closes.length - 1]! - low) / (high - low);
}

/** The 20-bar mean above the 50-bar mean is up, below is down; equal or with fewer than 50 closes neutral. */
export function trendOf(closes: readonly number[]): Trend {
  const fast = simpleMovingAverage(closes, 20);
  const slow = simpleMovingAverage(closes, 50);
  if (fast === null || slow === null || isNoise(fast - slow, slow)) return 'neutral';
  return fast > slow ? 'up' : 'down';
}

const isNoise = (difference: number, price: number): boolean => Math.abs(difference) <= priceNoise * Math.abs(price);

function assertPeriod(period: number): void {
  if (!Number.isInteger(period) || period < 1) throw new InvariantViolation(`an indicator's period is ${period}`);
}
