import { dayMs, type EpochMs } from '../../shared/time.js';
import type { AssetClass } from './assets.js';
import {
  askedSource,
  intervalMs,
  isClosed,
  isSimulatedSource,
  type Candle,
  type Interval,
  type SeriesRef,
} from './candle.js';

/** What a source really has; the API, the documentation and the choice of a source all read this. */
export interface SourceAbilities {
  readonly candles: readonly Interval[];
  readonly assetClasses: readonly AssetClass[];
  readonly quotes: boolean;
  /** How far back candles reach, in words. */
  readonly history: string;
  /** True when every answer holds all that the source has: asking for a part saves nothing. */
  readonly wholeHistory: boolean;
  /** From the end of a bar until the source publishes it. */
  readonly publicationLagMs: number;
}

/** Why a source is not asked for these bars, or undefined when it offers them. */
export function whyNotOffered(offers: SourceAbilities, assetClass: AssetClass, interval: Interval): string | undefined {
  if (!offers.assetClasses.includes(assetClass)) return `has no ${assetClass} prices`;
  return offers.candles.includes(interval) ? undefined : `has no bars of ${interval}`;
}

/** History that signals and optimizations look back on, with room for their warm-up. */
const historyDays = 800;
/** An exchange's longest usual break. */
const longestBreakMs = 7 * dayMs;

/** What is stored of a series between two instants. */
export interface Coverage {
  readonly rows: number;
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
  /** Longest distance between successive bars. */
  readonly longestGapMs: number;
}

/** First open time that a collection as of `asOf` wants. */
export const firstWanted = (asOf: EpochMs): EpochMs => Math.floor((asOf - historyDays * dayMs) / dayMs) * dayMs;

/**
 * First open time to ask a source for, given what is stored since `firstWanted(asOf)`.
 *
 * The last stored bar is asked for again, so that a correction of it is seen. What is stored counts only when it begins
 * at the start of the history wanted and has no hole longer than an exchange's break: otherwise all is asked for.
 */
export function firstMissing(stored: Coverage, interval: Interval, asOf: EpochMs): EpochMs {
  const wanted = firstWanted(asOf);
  const { first, last, longestGapMs } = stored;
  if (first === null || last === null) return wanted;
  const allowed = Math.max(longestBreakMs, intervalMs[interval]);
  return first - wanted <= allowed && longestGapMs <= allowed ? last : wanted;
}

/** A source whose last bar is this old at the as-of has stopped, or is a file that nobody goes on with. */
const staleAfterMs = 7 * dayMs;
/** Stocks: a weekend with holidays on both sides. */
const longestWeekendMs = 5 * dayMs;

/** End of the last bar that was over at `asOf`; undefined without any. Bars are oldest first. */
export function lastEnd(candles: readonly Candle[], interval: Interval, asOf: EpochMs): EpochMs | undefined {
  const last = candles.findLast(({ openTime }) => isClosed(openTime, interval, asOf));
  return last && last.openTime + intervalMs[interval];
}

/** Whether bars that end there are too old to be the market of `asOf`, so that another source is better asked. */
export const isStale = (end: EpochMs, asOf: EpochMs): boolean => end < asOf - staleAfterMs;

/**
 * Whether what is stored serves a question as of `asOf` without asking anybody: the history wanted, without a hole, up
 * to the last bar that was over. Coins trade every day; of stocks the last bar may end five days before.
 */
export function isComplete(stored: Coverage, assetClass: AssetClass, interval: Interval, asOf: EpochMs): boolean {
  const { last } = stored;
  if (last === null || firstMissing(stored, interval, asOf) !== last) return false;
  const step = intervalMs[interval];
  const sinceEnd = asOf - (last + step);
  return sinceEnd < step || (assetClass !== 'crypto' && sinceEnd <= longestWeekendMs);
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
