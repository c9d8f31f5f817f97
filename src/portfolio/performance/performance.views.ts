import type { AssetId } from '../../shared/ids.js';
import { utcDate } from '../../shared/time.js';
import type { Performance } from '../domain/performance.js';
import { totalsOf } from '../domain/performance-totals.js';
import type { PerformanceView } from './performance.schemas.js';
import type { StoredDay } from './portfolio-days.repository.js';

export interface MeasuredDays {
  /** The first is the one before measuring begins. */
  readonly days: readonly StoredDay[];
  readonly assets: readonly AssetId[];
  readonly performance: Performance;
  /** Whether BTC has a price on every day. */
  readonly hasBtc: boolean;
}

type Measures = Pick<
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

export function measuresView({ days, assets, performance, hasBtc }: MeasuredDays): Measures {
  const { values, external, timeWeighted, contributions, gains, assetEffect, btcEffect, onlyBtc, btcReturn } =
    performance;
  const last = days.length - 1;
  const totals = totalsOf(
    performance,
    days.map(({ day }) => day),
  );
  const unpriced = unpricedDays(days.slice(1));
  const { moneyWeighted } = totals;
  return {
    from: utcDate(days[1]!.day),
    to: utcDate(days[last]!.day),
    days: totals.days,
    partial: unpriced.length > 0,
    unpriced,
    simulated: days.some(({ simulated }) => simulated),
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
    assets: assets.map((assetId, a) => ({
      asset_id: assetId,
      gain: gains[a]!,
      contribution: contributions[a]!,
      asset_effect: hasBtc ? assetEffect[a]! : null,
      btc_effect: hasBtc ? btcEffect[a]! : null,
    })),
    contributions_sum: contributions.reduce((sum, one) => sum + one, 0),
    series: days.slice(1).map(({ day }, i) => ({
      date: utcDate(day),
      value: values[i + 1]!,
      external_flow: external[i + 1]!,
      time_weighted_return: timeWeighted[i + 1]!,
      only_btc: hasBtc ? onlyBtc[i + 1]! : null,
      btc_return: hasBtc ? btcReturn[i + 1]! : null,
    })),
  };
}

/** By asset, with the first and the last of its days. */
function unpricedDays(days: readonly StoredDay[]): PerformanceView['unpriced'] {
  const found = new Map<AssetId, { from: string; to: string; days: number }>();
  for (const { day, unpriced } of days) {
    for (const assetId of unpriced) {
      const known = found.get(assetId);
      const date = utcDate(day);
      found.set(assetId, { from: known?.from ?? date, to: date, days: (known?.days ?? 0) + 1 });
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([assetId, { from, to, days: count }]) => ({ asset_id: assetId, from, to, days: count }));
}
