import { exponentialAverage, type FadingAverage } from './averages.js';
import type { Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';
import { RollingMoments } from './rolling.js';

class Simple implements Kernel {
  private readonly window: RollingMoments;

  constructor(period: number) {
    this.window = new RollingMoments(period);
  }

  advance({ close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    const { window } = this;
    for (let i = from; i < to; i++) {
      window.push(close[i]!);
      value[i] = window.mean;
    }
  }
}

/** Mean of the last `period` closes, in the closes' unit. */
export const simpleMovingAverage = indicator({
  id: 'sma',
  name: 'Simple moving average',
  source: 'arithmetic mean; worked example: StockCharts ChartSchool, "Moving Averages"',
  reads: ['close'],
  lines: ['value'],
  parameters: { period: count(20) },
  warmUp: ({ period }) => ({ value: period }),
  start: ({ period }) => new Simple(period),
});

class Exponential implements Kernel {
  private readonly average: FadingAverage;

  constructor(period: number) {
    this.average = exponentialAverage(period);
  }

  advance({ close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    const { average } = this;
    let i = from;
    while (i < to && !average.isWarm) value[i] = average.push(close[i++]!);
    const { weight } = average;
    let now = average.average;
    for (; i < to; i++) {
      now += (close[i]! - now) * weight;
      value[i] = now;
    }
    average.average = now;
  }
}

/**
 * Exponential moving average with factor 2 / (period + 1), in the closes' unit, seeded with the mean of the first
 * `period` closes. The seed still weighs 14 % (e^-2) after as many closes again.
 */
export const exponentialMovingAverage = indicator({
  id: 'ema',
  name: 'Exponential moving average',
  source: 'StockCharts ChartSchool, "Moving Averages": seeded with the simple mean',
  reads: ['close'],
  lines: ['value'],
  parameters: { period: count(20) },
  warmUp: ({ period }) => ({ value: period }),
  start: ({ period }) => new Exponential(period),
});
