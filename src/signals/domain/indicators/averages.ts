/**
 * Average that forgets: each later value moves it by `weight` of the distance. It starts as the plain mean of the first
 * `period` values. Rounding errors fade with the values that made them, so nothing drifts; equal values give exactly
 * their value.
 */
export class FadingAverage {
  /** What a warm average is now; kernels whose cost counts move it themselves, by `weight` as below. */
  average = 0;
  private seen = 0;

  constructor(
    private readonly period: number,
    readonly weight: number,
  ) {}

  get isWarm(): boolean {
    return this.seen === this.period;
  }

  /** The average with this value, NaN before `period` values. */
  push(value: number): number {
    if (this.seen < this.period) {
      this.seen++;
      this.average += (value - this.average) / this.seen;
      return this.seen < this.period ? NaN : this.average;
    }
    this.average += (value - this.average) * this.weight;
    return this.average;
  }
}

/** With factor 2 / (period + 1). */
export const exponentialAverage = (period: number): FadingAverage => new FadingAverage(period, 2 / (period + 1));

/** Wilder's smoothing, ((period - 1) × previous + value) / period: factor 1 / period. */
export const wilderAverage = (period: number): FadingAverage => new FadingAverage(period, 1 / period);
