import type { AssetId } from '../../shared/ids.js';
import { minuteMs, type EpochMs } from '../../shared/time.js';
import type { CollectionSchedule } from '../data.contract.js';
import type { Asset } from './asset.js';
import { intervalMs, type Interval } from './candle.js';

/** What one scheduled collection is about. */
export interface DueCollection {
  readonly interval: Interval;
  readonly assets: readonly AssetId[];
}

type Enabled = Pick<Asset, 'id' | 'assetClass' | 'intervals'>;

/** What pairs are quoted in: its price makes their bars comparable with those in dollars. */
const tether = 'USDT' as AssetId;

/** 4h and 1w are made of 1h and 1d bars. */
const hourly: readonly Interval[] = ['1h', '4h'];
const daily: readonly Interval[] = ['1d', '1w'];
const withinTheHour: readonly Interval[] = ['1m', '5m', '15m'];

/**
 * What a schedule collects at its time, one collection an interval: of the enabled assets those whose intervals hold it.
 *
 * The schedule of every minute collects 5m and 15m bars only when one has just ended.
 */
export function dueCollections(
  schedule: CollectionSchedule,
  enabled: readonly Enabled[],
  scheduledTime: EpochMs,
): DueCollection[] {
  const wanting = (intervals: readonly Interval[], isOfClass: (asset: Enabled) => boolean = () => true) =>
    enabled.filter((asset) => isOfClass(asset) && asset.intervals.some((one) => intervals.includes(one)));
  const due = (interval: Interval, assets: readonly Enabled[]): DueCollection[] =>
    assets.length > 0 ? [{ interval, assets: assets.map(({ id }) => id) }] : [];
  switch (schedule) {
    case 'collect-daily-crypto': {
      const [coins] = due(
        '1d',
        wanting(daily, ({ assetClass }) => assetClass === 'crypto'),
      );
      return coins ? [{ ...coins, assets: [...new Set([...coins.assets, tether])] }] : [];
    }
    case 'collect-daily-us':
      return due(
        '1d',
        wanting(daily, ({ assetClass }) => assetClass === 'stock' || assetClass === 'etf'),
      );
    case 'collect-hourly':
      return due('1h', wanting(hourly));
    case 'collect-minute': {
      const minute = Math.floor(scheduledTime / minuteMs) * minuteMs;
      return withinTheHour
        .filter((interval) => minute % intervalMs[interval] === 0)
        .flatMap((interval) => due(interval, wanting([interval])));
    }
  }
}

/** Whether a collection that is still under way takes the place of the next one, which comes soon enough. */
export const isSparedWhileOneRuns = (schedule: CollectionSchedule): boolean =>
  schedule === 'collect-hourly' || schedule === 'collect-minute';
