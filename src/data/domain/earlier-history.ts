import { utcDate, type EpochMs } from '../../shared/time.js';
import type { SourceAttempt } from '../data.contract.js';
import type { Interval } from './candle.js';

/** What became of the earlier part of a history at one source that offers such bars. */
export interface AskedForEarlier {
  readonly source: string;
  /** Undefined when it was not asked. */
  readonly outcome: SourceAttempt['outcome'] | undefined;
  /** Days of such bars that it keeps, when they do not reach as far back as was wanted. */
  readonly keepsDays: number | undefined;
  /** First stored open time of its own bars within the window. */
  readonly first: EpochMs | undefined;
}

/**
 * Why a series does not reach as far back as was wanted, one reason a source:
 * `yahoofinance keeps 729 days of 1h; polygon was not asked`. Null when nobody is there to tell of.
 */
export function whyNotEarlier(
  asked: readonly AskedForEarlier[],
  series: { readonly interval: Interval; readonly chosen: string; readonly first: EpochMs | undefined },
): string | null {
  const own = asked.filter(({ source }) => source === series.chosen);
  const others = asked.filter(({ source }) => source !== series.chosen);
  return [...own, ...others].map((one) => `${one.source} ${whyOf(one, series)}`).join('; ') || null;
}

function whyOf(
  { source, outcome, keepsDays, first }: AskedForEarlier,
  series: { readonly interval: Interval; readonly chosen: string; readonly first: EpochMs | undefined },
): string {
  // which of two series a reader gets is decided by the order of the asset, not by its length
  if (source !== series.chosen && first !== undefined && first < (series.first ?? Infinity)) {
    return `has bars from ${utcDate(first)} on`;
  }
  if (keepsDays !== undefined) return `keeps ${keepsDays} days of ${series.interval}`;
  if (outcome === undefined) return 'was not asked';
  return outcome === 'ok' || outcome === 'empty' ? 'has no earlier bars' : `could not give them (${outcome})`;
}
