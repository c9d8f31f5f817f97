import { dayMs, type EpochMs } from '../../shared/time.js';
import type { AssetClass } from './asset.js';
import { askedSource, intervalMs, isSimulatedSource, type Interval, type SeriesRef } from './candle.js';
import { lastExpectedOpen } from './exchange-calendar.js';

/** Where the last bar ends this long before the last one expected, the source has stopped, or nobody goes on with it. */
const staleAfterMs = (interval: Interval): number =>
  intervalMs[interval] < dayMs ? dayMs : Math.max(7 * dayMs, 2 * intervalMs[interval]);

/**
 * Whether a source's bars, the last of which opens at `lastOpen`, are the market of `asOf`. Of one whose are not another
 * is better asked, too. A bar late, or the last day before its publication, is no reason to.
 */
export function isCurrent(assetClass: AssetClass, interval: Interval, lastOpen: EpochMs, asOf: EpochMs): boolean {
  const expected = lastExpectedOpen(assetClass, interval, asOf);
  return expected === undefined || lastOpen >= expected - staleAfterMs(interval);
}

/** A stored series with its number of bars. */
interface Stored {
  readonly series: SeriesRef;
  readonly rows: number;
}

/**
 * The series that a reader gets who names none: the first source in `order`, then that source's simulated series, then
 * any other source by name. Of one source in several bases the one with the most bars; undefined when nothing is stored.
 */
export function preferredSeries<T extends Stored>(stored: readonly T[], order: readonly string[]): T | undefined {
  const rank = ({ series: { source } }: T) => {
    const at = order.indexOf(askedSource(source));
    if (at < 0) return 2 * order.length;
    return isSimulatedSource(source) ? order.length + at : at;
  };
  return stored.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.series.source < b.series.source ? -1 : a.series.source > b.series.source ? 1 : b.rows - a.rows),
  )[0];
}
