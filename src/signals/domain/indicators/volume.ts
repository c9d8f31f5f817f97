import { dayMs } from '../../../shared/time.js';
import { assertLater, type Columns } from './bars.js';
import { count, indicator, type Kernel } from './indicator.js';
import { RollingMoments, RunningSum } from './rolling.js';

class OnBalance implements Kernel {
  private previous = NaN;
  private readonly balance = new RunningSum();

  advance({ close, volume }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    for (let i = from; i < to; i++) {
      const change = close[i]! - this.previous;
      this.previous = close[i]!;
      if (!Number.isNaN(change)) value[i] = this.balance.add(Math.sign(change) * volume[i]!);
    }
  }
}

/**
 * On-balance volume, in units of the asset: the volume of bars that closed higher less that of bars that closed lower,
 * since the first bar, which is only compared with. Its level depends on where the series begins; its course does not.
 */
export const onBalanceVolume = indicator({
  id: 'obv',
  name: 'On-balance volume',
  source: "Granville, Granville's New Key to Stock Market Profits, 1963; starts as StockCharts ChartSchool",
  reads: ['close', 'volume'],
  lines: ['value'],
  parameters: {},
  warmUp: () => ({ value: 2 }),
  start: () => new OnBalance(),
});

const typicalPrice = ({ high, low, close }: Columns, i: number): number => (high[i]! + low[i]! + close[i]!) / 3;

class RollingVwap implements Kernel {
  private readonly turnover: RollingMoments;
  private readonly traded: RollingMoments;

  constructor(period: number) {
    this.turnover = new RollingMoments(period);
    this.traded = new RollingMoments(period);
  }

  advance(columns: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    const { turnover, traded } = this;
    for (let i = from; i < to; i++) {
      const volume = columns.volume[i]!;
      turnover.push(typicalPrice(columns, i) * volume);
      traded.push(volume);
      if (traded.mean > 0) value[i] = turnover.mean / traded.mean;
    }
  }
}

/**
 * Rolling volume-weighted average price, in the prices' unit: the typical prices (high + low + close) / 3 of the last
 * `period` bars by their volumes. Unknown where none of them was traded.
 */
export const rollingVwap = indicator({
  id: 'vwap',
  name: 'Rolling volume-weighted average price',
  source: 'Berkowitz, Logue & Noser, The Total Cost of Transactions on the NYSE, 1988, over a window',
  reads: ['high', 'low', 'close', 'volume'],
  lines: ['value'],
  parameters: { period: count(20) },
  undefinedWhen: 'nothing was traded in the window',
  warmUp: ({ period }) => ({ value: period }),
  start: ({ period }) => new RollingVwap(period),
});

class SessionVwap implements Kernel {
  private openTime = -Infinity;
  private turnover = new RunningSum();
  private traded = new RunningSum();

  advance(columns: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const value = lines[0]!;
    for (let i = from; i < to; i++) {
      const openTime = columns.openTime[i]!;
      assertLater(openTime, this.openTime);
      if (Math.floor(openTime / dayMs) !== Math.floor(this.openTime / dayMs)) {
        this.turnover = new RunningSum();
        this.traded = new RunningSum();
      }
      this.openTime = openTime;
      const turnover = this.turnover.add(typicalPrice(columns, i) * columns.volume[i]!);
      const traded = this.traded.add(columns.volume[i]!);
      if (traded > 0) value[i] = turnover / traded;
    }
  }
}

/**
 * Volume-weighted average price since the session began, in the prices' unit, of typical prices. A session is a UTC day,
 * which holds all regular hours of the exchanges in New York. Unknown until something was traded in it.
 */
export const sessionVwap = indicator({
  id: 'session_vwap',
  name: 'Session volume-weighted average price',
  source: 'Berkowitz, Logue & Noser, The Total Cost of Transactions on the NYSE, 1988',
  reads: ['openTime', 'high', 'low', 'close', 'volume'],
  lines: ['value'],
  parameters: {},
  undefinedWhen: 'nothing was traded in the session yet',
  warmUp: () => ({ value: 1 }),
  start: () => new SessionVwap(),
});

class VolumeSpike implements Kernel {
  private readonly before: RollingMoments;

  constructor(period: number) {
    this.before = new RollingMoments(period);
  }

  advance({ volume }: Columns, from: number, to: number, lines: readonly Float64Array[]): void {
    const ratio = lines[0]!;
    const { before } = this;
    for (let i = from; i < to; i++) {
      if (before.mean > 0) ratio[i] = volume[i]! / before.mean;
      before.push(volume[i]!);
    }
  }
}

/**
 * The bar's volume in multiples of the mean volume of the `period` bars before it; 0 when nothing was traded in the bar
 * itself, unknown when nothing was traded in those before.
 */
export const volumeSpike = indicator({
  id: 'volume_spike',
  name: 'Volume spike',
  source: 'relative volume: ratio to the mean of the bars before',
  reads: ['volume'],
  lines: ['ratio'],
  parameters: { period: count(20) },
  undefinedWhen: 'nothing was traded in the bars before',
  warmUp: ({ period }) => ({ ratio: period + 1 }),
  start: ({ period }) => new VolumeSpike(period),
});
