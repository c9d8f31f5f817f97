import type { Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';
import { RollingMoments } from './rolling.js';

class Bollinger implements Kernel {
  private readonly window: RollingMoments;

  constructor(
    private readonly period: number,
    private readonly deviations: number,
  ) {
    this.window = new RollingMoments(period);
  }

  advance({ close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const [lower, middle, upper] = [lines[0]!, lines[1]!, lines[2]!];
    const { window, period, deviations } = this;
    for (let i = from; i < to; i++) {
      window.push(close[i]!);
      const width = deviations * Math.sqrt(window.squares / period);
      lower[i] = window.mean - width;
      middle[i] = window.mean;
      upper[i] = window.mean + width;
    }
  }
}

/**
 * Bollinger bands, in the closes' unit: the mean of the last `period` closes, and `deviations` population standard
 * deviations (divided by the period) below and above it. Equal closes give three equal lines.
 */
export const bollingerBands = indicator({
  id: 'bollinger',
  name: 'Bollinger bands',
  source: 'Bollinger, Bollinger on Bollinger Bands, 2001',
  reads: ['close'],
  lines: ['lower', 'middle', 'upper'],
  parameters: { period: count(20, 2), deviations: { default: 2, min: 0.1, max: 10, integer: false } },
  warmUp: ({ period }) => ({ lower: period, middle: period, upper: period }),
  start: ({ period, deviations }) => new Bollinger(period, deviations),
});
