import type { Trend } from '../signal.js';

/** Averages that differ by less than this share of the price differ by rounding: a flat series has no trend. */
const priceNoise = 1e-9;

/** The fast average above the slow one is up, below is down; equal, or one of them unknown, is neutral. */
export function trendOf(fast: number | null, slow: number | null): Trend {
  if (fast === null || slow === null || Math.abs(fast - slow) <= priceNoise * slow) return 'neutral';
  return fast > slow ? 'up' : 'down';
}

/** Where the last close lies between the lowest (0) and the highest (1); a flat series is 0.5, an empty one null. */
export function pricePosition(closes: readonly number[]): number | null {
  if (closes.length === 0) return null;
  const low = Math.min(...closes);
  const high = Math.max(...closes);
  return high === low ? 0.5 : (closes[closes.length - 1]! - low) / (high - low);
}
