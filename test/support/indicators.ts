import { seededRandom } from '../../src/risk/domain/random.js';
import type { Bar, BarColumns, BarField } from '../../src/signals/domain/indicators/bars.js';
import { minuteMs } from '../../src/shared/time.js';

export const fields: readonly BarField[] = ['openTime', 'high', 'low', 'close', 'volume'];

/**
 * A walk of whole bars about `level`, a minute each: low <= close <= high. It goes in ticks, so that prices repeat and
 * ties are met; some bars are flat and some without volume.
 */
export function seededBars(length: number, seed: number, level = 100): Required<BarColumns> {
  const random = seededRandom(seed);
  const column = (): Float64Array => new Float64Array(length);
  const bars = { openTime: column(), high: column(), low: column(), close: column(), volume: column() };
  const tick = level / 10_000;
  let price = level;
  for (let i = 0; i < length; i++) {
    const open = price;
    const pull = 0.005 * (1 - price / level);
    if (random.uniform() < 0.8) price = tick * Math.round((price / tick) * (1 + pull + (random.uniform() - 0.5) / 50));
    const isQuiet = random.uniform() < 0.1;
    bars.openTime[i] = i * minuteMs;
    bars.high[i] = Math.max(open, price) * (isQuiet ? 1 : 1 + random.uniform() / 100);
    bars.low[i] = Math.min(open, price) * (isQuiet ? 1 : 1 - random.uniform() / 100);
    bars.close[i] = price;
    bars.volume[i] = random.uniform() < 0.05 ? 0 : 1000 * random.uniform();
  }
  return bars;
}

export const slice = (bars: Required<BarColumns>, from: number, to?: number): Required<BarColumns> => ({
  openTime: bars.openTime.slice(from, to),
  high: bars.high.slice(from, to),
  low: bars.low.slice(from, to),
  close: bars.close.slice(from, to),
  volume: bars.volume.slice(from, to),
});

/** Bar `i` of the columns. */
export const barAt = ({ openTime, high, low, close, volume }: Required<BarColumns>, i: number): Bar => ({
  openTime: openTime[i]!,
  high: high[i]!,
  low: low[i]!,
  close: close[i]!,
  volume: volume[i]!,
});

export const closesOf = (...close: number[]): BarColumns => ({ close: Float64Array.from(close) });
/** The values after the warm-up. */
export const known = (line: Float64Array): number[] => [...line].filter((value) => !Number.isNaN(value));
/** What every value lies within of the published one. */
export function expectWithin(actual: readonly number[], published: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(published.length);
  published.forEach((value, i) => expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(tolerance));
}
