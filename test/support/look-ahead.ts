import { isClosed, intervalMs, type Candle, type Interval } from '../../src/data/domain/candle.js';
import type { Random } from '../../src/risk/domain/random.js';
import type { EpochMs } from '../../src/shared/time.js';

/** Bars that were over at an instant: what may be known then. */
export const cutAt = (bars: readonly Candle[], interval: Interval, asOf: EpochMs): Candle[] =>
  bars.filter(({ openTime }) => isClosed(openTime, interval, asOf));

/** The bars with absurd prices in every one that was not over at an instant, the one that was open then among them. */
export const poisonedAfter = (bars: readonly Candle[], interval: Interval, asOf: EpochMs): Candle[] =>
  bars.map((bar, i) => (isClosed(bar.openTime, interval, asOf) ? bar : absurd(bar, i)));

/** A price that no market had, far above or far below, with a range and a volume that would move every indicator. */
export function absurd({ openTime }: Candle, salt: number): Candle {
  const close = salt % 2 === 0 ? 1e9 + salt : 1 / (1e6 + salt);
  const text = (factor: number) => (close * factor).toFixed(12);
  return { openTime, open: text(2), high: text(1_000), low: text(0.001), close: text(1), volume: String(1e15 + salt) };
}

/** Instants at which a history has `warm` bars behind it: ends of bars and moments within one, in turn. */
export function instantsIn(
  bars: readonly Candle[],
  { interval, warm, count }: { readonly interval: Interval; readonly warm: number; readonly count: number },
  random: Random,
): EpochMs[] {
  return Array.from({ length: count }, (_, i) => {
    const at = warm + Math.floor(random.uniform() * (bars.length - warm));
    const end = bars[at]!.openTime + intervalMs[interval];
    return i % 2 === 0 ? end : end + Math.floor(random.uniform() * intervalMs[interval]);
  });
}
