import type { Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';

/** The last so many numbers, the newest first; NaN where there was none yet. */
class Latest {
  private readonly values: Float64Array;
  private at = 0;

  constructor(private readonly size: number) {
    this.values = new Float64Array(size).fill(NaN);
  }

  push(value: number): void {
    this.values[this.at] = value;
    this.at = (this.at + 1) % this.size;
  }

  back(bars: number): number {
    return this.values[(this.at - 1 - bars + 2 * this.size) % this.size]!;
  }

  /** Nearest value at or below the price, NaN for none. */
  below(price: number, nearest: number): number {
    for (const value of this.values) if (value <= price && !(value <= nearest)) nearest = value;
    return nearest;
  }

  /** Nearest value above the price, NaN for none. */
  above(price: number, nearest: number): number {
    for (const value of this.values) if (value > price && !(value >= nearest)) nearest = value;
    return nearest;
  }
}

class SupportResistance implements Kernel {
  private readonly highs: Latest;
  private readonly lows: Latest;
  private readonly peaks: Latest;
  private readonly troughs: Latest;

  constructor(
    private readonly wing: number,
    pivots: number,
  ) {
    this.highs = new Latest(2 * wing + 1);
    this.lows = new Latest(2 * wing + 1);
    this.peaks = new Latest(pivots);
    this.troughs = new Latest(pivots);
  }

  advance({ high, low, close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const [support, resistance] = [lines[0]!, lines[1]!];
    const { highs, lows, peaks, troughs, wing } = this;
    for (let i = from; i < to; i++) {
      // a trough is a peak of the mirrored price
      highs.push(high[i]!);
      lows.push(-low[i]!);
      if (isPeak(highs, wing)) peaks.push(highs.back(wing));
      if (isPeak(lows, wing)) troughs.push(-lows.back(wing));
      support[i] = troughs.below(close[i]!, peaks.below(close[i]!, NaN));
      resistance[i] = troughs.above(close[i]!, peaks.above(close[i]!, NaN));
    }
  }
}

/** Above the bars before it and not below those after it, so that of a plateau only the first bar counts. */
function isPeak(values: Latest, wing: number): boolean {
  const centre = values.back(wing);
  for (let bars = 0; bars < wing; bars++) if (!(values.back(bars) <= centre)) return false;
  for (let bars = wing + 1; bars <= 2 * wing; bars++) if (!(values.back(bars) < centre)) return false;
  return true;
}

/**
 * Nearest levels below (`support`) and above (`resistance`) the close, in the prices' unit, out of the last `pivots`
 * peaks and as many troughs. A bar is one when it stands out from `wing` bars on either side, and is known as one only
 * when those after it have closed; a peak that was passed becomes a support. Unknown where there is no such level.
 */
export const supportResistance = indicator({
  id: 'support_resistance',
  name: 'Support and resistance',
  source: 'pivot points: Williams, Trading Chaos, 1995 ("fractals"); change of roles: Edwards & Magee, 1948',
  reads: ['high', 'low', 'close'],
  lines: ['support', 'resistance'],
  parameters: { wing: { ...count(3), max: 100 }, pivots: { ...count(8), max: 100 } },
  undefinedWhen: 'no level lies on that side of the close',
  warmUp: ({ wing }) => ({ support: 2 * wing + 1, resistance: 2 * wing + 1 }),
  start: ({ wing, pivots }) => new SupportResistance(wing, pivots),
});
