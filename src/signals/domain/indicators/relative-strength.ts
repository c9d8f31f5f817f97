import { wilderAverage, type FadingAverage } from './averages.js';
import type { Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';
import { RollingMoments } from './rolling.js';

/** 100 − 100 / (1 + gains / losses) in a form without a pole; no change at all is the middle. */
const strength = (gain: number, loss: number): number => (gain + loss === 0 ? 50 : (100 * gain) / (gain + loss));

/** The change if it is positive, else 0, exactly; without a branch, which a processor could only guess. */
const gainOf = (change: number): number => (change + Math.abs(change)) / 2;

class Wilder implements Kernel {
  private previous = NaN;
  private readonly gains: FadingAverage;
  private readonly losses: FadingAverage;

  constructor(period: number) {
    this.gains = wilderAverage(period);
    this.losses = wilderAverage(period);
  }

  advance({ close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    const { gains, losses } = this;
    let { previous } = this;
    let i = from;
    for (; i < to && !gains.isWarm; i++) {
      const change = close[i]! - previous;
      previous = close[i]!;
      if (Number.isNaN(change)) continue;
      const gain = gainOf(change);
      value[i] = strength(gains.push(gain), losses.push(gain - change));
    }
    const { weight } = gains;
    let up = gains.average;
    let down = losses.average;
    for (; i < to; i++) {
      const price = close[i]!;
      const change = price - previous;
      previous = price;
      const gain = gainOf(change);
      up += (gain - up) * weight;
      down += (gain - change - down) * weight;
      value[i] = strength(up, down);
    }
    gains.average = up;
    losses.average = down;
    this.previous = previous;
  }
}

class Cutler implements Kernel {
  private previous = NaN;
  private readonly gains: RollingMoments;
  private readonly losses: RollingMoments;

  constructor(period: number) {
    this.gains = new RollingMoments(period);
    this.losses = new RollingMoments(period);
  }

  advance({ close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    const { gains, losses } = this;
    for (let i = from; i < to; i++) {
      const change = close[i]! - this.previous;
      this.previous = close[i]!;
      if (Number.isNaN(change)) continue;
      const gain = gainOf(change);
      gains.push(gain);
      losses.push(gain - change);
      value[i] = strength(gains.mean, losses.mean);
    }
  }
}

/**
 * Relative strength index of closes, 0 to 100, with Wilder's smoothing: the first averages of gains and losses are the
 * means of the first `period` changes. No change at all gives 50, gains alone give 100, losses alone give 0, which is a
 * value like any other.
 */
export const relativeStrength = indicator({
  id: 'rsi',
  name: 'Relative strength index',
  source: 'Wilder, New Concepts in Technical Trading Systems, 1978',
  reads: ['close'],
  lines: ['value'],
  parameters: { period: count(14) },
  warmUp: ({ period }) => ({ value: period + 1 }),
  start: ({ period }) => new Wilder(period),
});

/** The same with plain means of the last `period` gains and losses, so that it forgets what lies before them. */
export const cutlerRelativeStrength = indicator({
  id: 'rsi_cutler',
  name: "Cutler's relative strength index",
  source: "Cutler's variant of Wilder's index: simple means",
  reads: ['close'],
  lines: ['value'],
  parameters: { period: count(14) },
  warmUp: ({ period }) => ({ value: period + 1 }),
  start: ({ period }) => new Cutler(period),
});
