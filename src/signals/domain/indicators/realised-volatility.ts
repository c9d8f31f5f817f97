import type { Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';
import { RollingMoments } from './rolling.js';

class RealisedVolatility implements Kernel {
  private previous = NaN;
  private readonly squares: RollingMoments;

  constructor(
    period: number,
    private readonly periodsPerYear: number,
  ) {
    this.squares = new RollingMoments(period);
  }

  advance({ close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    const { squares, periodsPerYear } = this;
    for (let i = from; i < to; i++) {
      const change = Math.log(close[i]! / this.previous);
      this.previous = close[i]!;
      if (Number.isNaN(change)) continue;
      squares.push(change * change);
      value[i] = Math.sqrt(periodsPerYear * squares.mean);
    }
  }
}

/**
 * Realised volatility, an annualised fraction: root of the mean squared log return of the last `period` returns times
 * the bars in a year (`periodsPerYear`). The mean return is not taken off, which is what tells it from _volatility_.
 */
export const realisedVolatility = indicator({
  id: 'realised_volatility',
  name: 'Realised volatility',
  source: 'Andersen, Bollerslev, Diebold & Labys, Modeling and Forecasting Realized Volatility, 2003',
  reads: ['close'],
  lines: ['value'],
  parameters: { period: count(20), periodsPerYear: { default: 365, min: 1, max: 600_000, integer: false } },
  warmUp: ({ period }) => ({ value: period + 1 }),
  start: ({ period, periodsPerYear }) => new RealisedVolatility(period, periodsPerYear),
});
