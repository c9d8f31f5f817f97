import { canonicalJson } from '../../shared/canonical-json.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import type { Candle, SeriesRef } from './candle.js';
import { isSameDecimal, isSameOrAbsent } from './decimal-text.js';

/** A bar that two moments of knowledge do not have in common; null where one does not have it. */
export interface BarDifference {
  readonly openTime: EpochMs;
  readonly before: Candle | null;
  readonly after: Candle | null;
}

/**
 * What differs between the bars of one series as known at two moments, both oldest first. Numbers are compared, not
 * their texts.
 */
export function compareAsKnown(before: readonly Candle[], after: readonly Candle[]): BarDifference[] {
  const differences: BarDifference[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, young] = [before[i], after[j]];
    const openTime = Math.min(old?.openTime ?? Infinity, young?.openTime ?? Infinity);
    const [a, b] = [old?.openTime === openTime ? old : null, young?.openTime === openTime ? young : null];
    if (a) i += 1;
    if (b) j += 1;
    if (!a || !b || !isSameCandle(a, b)) differences.push({ openTime, before: a, after: b });
  }
  return differences;
}

const isSameCandle = (a: Candle, b: Candle): boolean =>
  isSameDecimal(a.close, b.close) &&
  (['open', 'high', 'low', 'volume'] as const).every((field) => isSameOrAbsent(a[field], b[field]));

/**
 * A series as text, so that the same bars have the same bytes whenever they are read: canonical JSON of the series' name
 * and its bars, oldest first, numbers as they were stored.
 */
export const seriesText = (series: SeriesRef, bars: readonly Candle[]): string =>
  canonicalJson({
    series,
    bars: bars.map(({ openTime, ...prices }) => ({ openTime: toIso(openTime), ...prices })),
  });
