import { utcDate } from '../../shared/time.js';
import type { AssetPerformance, PerformanceSeries } from '../domain/performance.js';
import type { PerformanceTotals } from '../domain/performance-totals.js';
import { isSimulated, unpricedWithin, type PerformanceWindow } from '../domain/performance-window.js';
import type { PerformanceView } from './performance.schemas.js';
import type { YearInBrief } from './portfolio-years.repository.js';

export interface MeasuredWindow {
  /** Its row 0 is the day before measuring begins. */
  readonly window: PerformanceWindow<YearInBrief>;
  readonly series: PerformanceSeries;
  readonly totals: PerformanceTotals;
  readonly assets: readonly AssetPerformance[];
  /** Whether BTC has a price on every day. */
  readonly hasBtc: boolean;
}

export type Measures = Pick<
  PerformanceView,
  | 'from'
  | 'to'
  | 'days'
  | 'partial'
  | 'unpriced'
  | 'simulated'
  | 'totals'
  | 'only_btc'
  | 'assets'
  | 'contributions_sum'
  | 'series'
>;

export const nothingMeasured: Measures = {
  from: null,
  to: null,
  days: 0,
  partial: false,
  unpriced: [],
  simulated: false,
  totals: null,
  only_btc: null,
  assets: [],
  contributions_sum: null,
  series: [],
};

export function measuresView({ window, series, totals, assets, hasBtc }: MeasuredWindow): Measures {
  const { values, external, timeWeighted, onlyBtc, btcReturn } = series;
  const { times } = window;
  const last = times.length - 1;
  const unpriced = unpricedWithin(window);
  const { moneyWeighted } = totals;
  return {
    from: utcDate(times[1]!),
    to: utcDate(times[last]!),
    days: totals.days,
    partial: unpriced.length > 0,
    unpriced: unpriced.map(({ assetId, from, to, days }) => ({
      asset_id: assetId,
      from: utcDate(from),
      to: utcDate(to),
      days,
    })),
    simulated: isSimulated(window),
    totals: {
      value_begin: values[0]!,
      value_end: values[last]!,
      external_flow: totals.external,
      gain: totals.gain,
      time_weighted_return: totals.timeWeighted,
      annualised_time_weighted_return: totals.annualised,
      money_weighted_return:
        moneyWeighted.kind === 'rate'
          ? { yearly: moneyWeighted.yearly, reason: null }
          : { yearly: null, reason: moneyWeighted.reason },
    },
    only_btc: hasBtc
      ? {
          value: onlyBtc[last]!,
          gain: onlyBtc[last]! - values[0]! - totals.external,
          difference: values[last]! - onlyBtc[last]!,
          return: btcReturn[last]!,
        }
      : null,
    assets: assets.map(({ assetId, gain, contribution, assetEffect, btcEffect }) => ({
      asset_id: assetId,
      gain,
      contribution,
      asset_effect: hasBtc ? assetEffect : null,
      btc_effect: hasBtc ? btcEffect : null,
    })),
    contributions_sum: assets.reduce((sum, { contribution }) => sum + contribution, 0),
    series: times.slice(1).map((day, i) => ({
      date: utcDate(day),
      value: values[i + 1]!,
      external_flow: external[i + 1]!,
      time_weighted_return: timeWeighted[i + 1]!,
      only_btc: hasBtc ? onlyBtc[i + 1]! : null,
      btc_return: hasBtc ? btcReturn[i + 1]! : null,
    })),
  };
}
