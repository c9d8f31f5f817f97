import { wilderAverage, type FadingAverage } from './averages.js';
import type { Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';

/** The bar's range, reaching to the close before it. */
const trueRange = (high: number, low: number, previousClose: number): number =>
  Math.max(high, previousClose) - Math.min(low, previousClose);

class AverageTrueRange implements Kernel {
  private previousClose = NaN;
  private readonly average: FadingAverage;

  constructor(period: number) {
    this.average = wilderAverage(period);
  }

  advance({ high, low, close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    for (let i = from; i < to; i++) {
      const range = trueRange(high[i]!, low[i]!, this.previousClose);
      this.previousClose = close[i]!;
      if (!Number.isNaN(range)) value[i] = this.average.push(range);
    }
  }
}

/**
 * Average true range, in the prices' unit, with Wilder's smoothing. The first bar has no true range, because it has no
 * close before it (as TA-Lib; StockCharts takes that bar's own range instead).
 */
export const averageTrueRange = indicator({
  id: 'atr',
  name: 'Average true range',
  source: 'Wilder, New Concepts in Technical Trading Systems, 1978; starts as TA-Lib',
  reads: ['high', 'low', 'close'],
  lines: ['value'],
  parameters: { period: count(14) },
  warmUp: ({ period }) => ({ value: period + 1 }),
  start: ({ period }) => new AverageTrueRange(period),
});

class DirectionalMovement implements Kernel {
  private previousHigh = NaN;
  private previousLow = NaN;
  private previousClose = NaN;
  private readonly range: FadingAverage;
  private readonly up: FadingAverage;
  private readonly down: FadingAverage;
  private readonly index: FadingAverage;

  constructor(period: number) {
    this.range = wilderAverage(period);
    this.up = wilderAverage(period);
    this.down = wilderAverage(period);
    this.index = wilderAverage(period);
  }

  advance({ high, low, close }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const [adx, plus, minus] = [lines[0]!, lines[1]!, lines[2]!];
    for (let i = from; i < to; i++) {
      const rise = high[i]! - this.previousHigh;
      const fall = this.previousLow - low[i]!;
      const reach = trueRange(high[i]!, low[i]!, this.previousClose);
      this.previousHigh = high[i]!;
      this.previousLow = low[i]!;
      this.previousClose = close[i]!;
      if (Number.isNaN(reach)) continue;
      const range = this.range.push(reach);
      const up = this.up.push(rise > fall && rise > 0 ? rise : 0);
      const down = this.down.push(fall > rise && fall > 0 ? fall : 0);
      if (Number.isNaN(range)) continue;
      plus[i] = range === 0 ? 0 : (100 * up) / range;
      minus[i] = range === 0 ? 0 : (100 * down) / range;
      adx[i] = this.index.push(up + down === 0 ? 0 : (100 * Math.abs(up - down)) / (up + down));
    }
  }
}

/**
 * Average directional index and the two directional indicators, all 0 to 100. Sums of the first `period` movements are
 * smoothed from the next bar on, as Wilder and StockCharts do. Prices that do not move have no direction: all three are
 * 0, which says just that.
 */
export const averageDirectionalIndex = indicator({
  id: 'adx',
  name: 'Average directional index',
  source: 'Wilder, New Concepts in Technical Trading Systems, 1978; starts as StockCharts ChartSchool, "ADX"',
  reads: ['high', 'low', 'close'],
  lines: ['adx', 'plus_di', 'minus_di'],
  parameters: { period: count(14) },
  warmUp: ({ period }) => ({ adx: 2 * period, plus_di: period + 1, minus_di: period + 1 }),
  start: ({ period }) => new DirectionalMovement(period),
});
