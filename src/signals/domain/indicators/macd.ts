import { exponentialAverage, type FadingAverage } from './averages.js';
import { isOrdinary, type Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';

class Macd implements Kernel {
  private readonly fast: FadingAverage;
  private readonly slow: FadingAverage;
  private readonly signal: FadingAverage;

  constructor(fast: number, slow: number, signal: number) {
    this.fast = exponentialAverage(fast);
    this.slow = exponentialAverage(slow);
    this.signal = exponentialAverage(signal);
  }

  advance(columns: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    this.move(columns, from, to, lines);
  }

  advanceUnchecked(columns: Columns, to: number, lines: readonly Float64Array[]): boolean {
    return this.move(columns, 0, to, lines);
  }

  private move({ close }: Columns, from: number, to: number, lines: readonly Float64Array[]): boolean {
    const [line, signalLine, histogram] = [lines[0]!, lines[1]!, lines[2]!];
    const { fast, slow, signal } = this;
    let i = from;
    for (; i < to && !signal.isWarm; i++) {
      if (!isOrdinary(close[i]!)) return false;
      const macd = fast.push(close[i]!) - slow.push(close[i]!);
      if (Number.isNaN(macd)) continue;
      line[i] = macd;
      signalLine[i] = signal.push(macd);
      histogram[i] = macd - signalLine[i]!;
    }
    const [byFast, bySlow, bySignal] = [fast.weight, slow.weight, signal.weight];
    let quick = fast.average;
    let calm = slow.average;
    let smooth = signal.average;
    for (; i < to; i++) {
      const price = close[i]!;
      if (!isOrdinary(price)) return false;
      quick += (price - quick) * byFast;
      calm += (price - calm) * bySlow;
      const macd = quick - calm;
      smooth += (macd - smooth) * bySignal;
      line[i] = macd;
      signalLine[i] = smooth;
      histogram[i] = macd - smooth;
    }
    fast.average = quick;
    slow.average = calm;
    signal.average = smooth;
    return true;
  }
}

/**
 * Moving average convergence/divergence, in the closes' unit: the fast EMA less the slow one, their difference smoothed
 * by a third (`signal`), and what is between the two (`histogram`). Each EMA is seeded with the mean of its own first
 * values. Exactly 0 on equal closes.
 */
export const movingAverageConvergence = indicator({
  id: 'macd',
  name: 'Moving average convergence/divergence',
  source: 'Appel, The Moving Average Convergence Divergence Method, 1979; seeds as StockCharts ChartSchool, "MACD"',
  reads: ['close'],
  lines: ['macd', 'signal', 'histogram'],
  parameters: { fast: count(12), slow: count(26), signal: count(9) },
  complaint: ({ fast, slow }) =>
    fast < slow ? undefined : { field: 'fast', value: fast, message: `is not below slow, which is ${slow}` },
  warmUp: ({ slow, signal }) => ({ macd: slow, signal: slow + signal - 1, histogram: slow + signal - 1 }),
  start: ({ fast, slow, signal }) => new Macd(fast, slow, signal),
});
