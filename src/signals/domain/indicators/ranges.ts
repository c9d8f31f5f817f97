import type { Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';
import { RollingHighest, RollingMoments } from './rolling.js';

class Donchian implements Kernel {
  private readonly highs: RollingHighest;
  private readonly lows: RollingHighest;

  constructor(period: number) {
    this.highs = new RollingHighest(period);
    this.lows = new RollingHighest(period);
  }

  advance({ high, low }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const [lower, middle, upper] = [lines[0]!, lines[1]!, lines[2]!];
    for (let i = from; i < to; i++) {
      const top = this.highs.push(high[i]!);
      const bottom = -this.lows.push(-low[i]!);
      lower[i] = bottom;
      middle[i] = bottom + (top - bottom) / 2;
      upper[i] = top;
    }
  }
}

/**
 * Donchian channel, in the prices' unit: lowest low and highest high of the last `period` bars, this one included, and
 * the middle of them. A breakout is measured against the channel of the bar before.
 */
export const donchianChannel = indicator({
  id: 'donchian',
  name: 'Donchian channel',
  source: "Donchian's four-week rule, 1960",
  reads: ['high', 'low'],
  lines: ['lower', 'middle', 'upper'],
  parameters: { period: count(20) },
  warmUp: ({ period }) => ({ lower: period, middle: period, upper: period }),
  start: ({ period }) => new Donchian(period),
});

class Stochastic implements Kernel {
  private readonly highs: RollingHighest;
  private readonly lows: RollingHighest;
  private readonly smooth: RollingMoments;
  private readonly signal: RollingMoments;

  constructor(period: number, smoothing: number, signal: number) {
    this.highs = new RollingHighest(period);
    this.lows = new RollingHighest(period);
    this.smooth = new RollingMoments(smoothing);
    this.signal = new RollingMoments(signal);
  }

  advance({ high, low, close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const [k, d] = [lines[0]!, lines[1]!];
    const { smooth, signal } = this;
    for (let i = from; i < to; i++) {
      const top = this.highs.push(high[i]!);
      const bottom = -this.lows.push(-low[i]!);
      if (Number.isNaN(top)) continue;
      smooth.push(top === bottom ? 50 : (100 * (close[i]! - bottom)) / (top - bottom));
      if (Number.isNaN(smooth.mean)) continue;
      signal.push(smooth.mean);
      k[i] = smooth.mean;
      d[i] = signal.mean;
    }
  }
}

/**
 * Stochastic oscillator, 0 to 100: where the close lies between the lowest low and the highest high of the last `period`
 * bars, smoothed by a mean of `smoothing` (1 is the fast one, 3 the slow one), and the mean of the last `signal` of
 * those. A range without any height is the middle, 50.
 */
export const stochasticOscillator = indicator({
  id: 'stochastic',
  name: 'Stochastic oscillator',
  source: 'Lane, Lane\'s Stochastics, 1984; names as StockCharts ChartSchool, "Stochastic Oscillator"',
  reads: ['high', 'low', 'close'],
  lines: ['k', 'd'],
  parameters: { period: count(14), smoothing: count(3), signal: count(3) },
  warmUp: ({ period, smoothing, signal }) => ({ k: period + smoothing - 1, d: period + smoothing + signal - 2 }),
  start: ({ period, smoothing, signal }) => new Stochastic(period, smoothing, signal),
});
