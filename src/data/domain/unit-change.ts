import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import { intervalMs, type Candle, type Interval } from './candle.js';

/** How near a factor must come to a hundred to be taken for a change of unit (pence for pounds, cents for dollars). */
const tolerance = 0.15;

/** Whether two prices of one thing, near in time, differ by the factor of a hundred that a changed unit makes. */
export function isHundredfold(a: number, b: number): boolean {
  const factor = a > b ? a / b : b / a;
  return Math.abs(factor / 100 - 1) <= tolerance;
}

/** Where the closes jump by a hundred from one bar to the next, or undefined. Bars are oldest first. */
export function whyUnitChanges(candles: readonly Pick<Candle, 'openTime' | 'close'>[]): string | undefined {
  for (let i = 1; i < candles.length; i++) {
    const [before, after] = [candles[i - 1]!, candles[i]!];
    if (isHundredfold(Number(before.close), Number(after.close))) {
      return `close ${after.close} at ${toIso(after.openTime)} is a hundredfold of ${before.close} before it, or its hundredth: the unit changed`;
    }
  }
  return undefined;
}

/** Thrown where bars are streamed: from some bar on all prices are a hundred times what they were, or a hundredth. */
export class UnitChangedError extends Error {
  override readonly name = 'UnitChangedError';
}

/** A close that is stored. */
export type StoredClose = Pick<Candle, 'openTime' | 'close'>;

/** Prices further apart may truly differ by a hundred: coins did within years. */
const nearMs = 10 * dayMs;

/**
 * Why bars that are to be stored have another unit than what is stored of their series: a stored close and the bar
 * nearest in time, at most ten days or three bars apart, differ by a factor of a hundred. Undefined when none does.
 *
 * `candles` are oldest first; of `stored` a few bars at the edges of the window are enough.
 */
export function whyUnitChangedFromStored(
  stored: readonly StoredClose[],
  candles: readonly StoredClose[],
  interval: Interval,
): string | undefined {
  const near = Math.max(nearMs, 3 * intervalMs[interval]);
  for (const one of stored) {
    const candle = nearest(candles, one.openTime);
    if (!candle || Math.abs(candle.openTime - one.openTime) > near) continue;
    if (isHundredfold(Number(one.close), Number(candle.close))) {
      return `close ${candle.close} at ${toIso(candle.openTime)} is a hundredfold of ${one.close}, stored for ${toIso(one.openTime)}, or its hundredth: the unit changed`;
    }
  }
  return undefined;
}

function nearest(candles: readonly StoredClose[], openTime: EpochMs): StoredClose | undefined {
  let best: StoredClose | undefined;
  for (const candle of candles) {
    if (!best || Math.abs(candle.openTime - openTime) < Math.abs(best.openTime - openTime)) best = candle;
  }
  return best;
}
