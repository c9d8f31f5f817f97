import { dayMs, type EpochMs } from '../../shared/time.js';

/** Expected bars in a row that are not there. */
interface Gap {
  /** Open times of the first and the last one. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly bars: number;
}

export interface CalendarCoverage {
  /** Bars that a complete series has. */
  readonly expected: number;
  /** Expected bars that are not there. */
  readonly missing: number;
  /** Bars that the calendar does not know. */
  readonly unexpected: number;
  /** The longest gaps, oldest first. */
  readonly gaps: readonly Gap[];
  /** How many gaps there are, listed or not. */
  readonly gapCount: number;
  /** Expected bars after the last one that is there. */
  readonly behind: number;
}

/** Compares the open times that are stored with those that the calendar expects, both ascending; lists `limit` gaps. */
export function calendarCoverage(
  stored: ArrayLike<EpochMs>,
  expected: readonly EpochMs[],
  limit = Infinity,
): CalendarCoverage {
  const gaps: Gap[] = [];
  let [at, found] = [0, 0];
  let open: { from: EpochMs; to: EpochMs; bars: number } | undefined;
  for (const time of expected) {
    while (at < stored.length && stored[at]! < time) at++;
    if (stored[at] === time) {
      found += 1;
      if (open) gaps.push(open);
      open = undefined;
    } else open = { from: open?.from ?? time, to: time, bars: (open?.bars ?? 0) + 1 };
  }
  // what is missing at the end is late, and a gap none the less
  if (open) gaps.push(open);
  const longest = gaps.length <= limit ? gaps : gaps.toSorted((a, b) => b.bars - a.bars).slice(0, limit);
  return {
    expected: expected.length,
    missing: expected.length - found,
    unexpected: stored.length - found,
    gaps: longest.toSorted((a, b) => a.from - b.from),
    gapCount: gaps.length,
    behind: open?.bars ?? 0,
  };
}

/** New shares for old ones in the splits that companies make. */
const usualSplits = [2, 3, 4, 5, 7, 10, 15, 20];
/** How far from a split's factor the price may end up on its first day, as a fraction. */
const splitTolerance = 0.03;
/** A jump over a longer hole says nothing about one day. */
const longestStepMs = 7 * dayMs;

/** A bar with its prices as numbers or decimal texts. */
interface PricedBar {
  readonly openTime: EpochMs;
  readonly open: string | number | null;
  readonly close: string | number;
}

export interface SuspectedSplit {
  /** Open time of the first bar after the jump. */
  readonly openTime: EpochMs;
  /** Close before by open, or close, after: 4 for four new shares for one, 0.05 for one for twenty. */
  readonly factor: number;
}

/**
 * Where the price of a stock jumps from a close to the next open, or to the next close, as if it had been split, 2, 3, 4,
 * 5, 7, 10, 15 or 20 for one or the other way round, and no split is known of that session. Bars are oldest first;
 * `known` are session dates; `tolerance` is how far from a split's factor the price may be, as a fraction.
 */
export function suspectedSplits(
  bars: readonly PricedBar[],
  known: readonly EpochMs[],
  tolerance = splitTolerance,
): SuspectedSplit[] {
  const suspected: SuspectedSplit[] = [];
  for (let i = 1; i < bars.length; i++) {
    const [before, { openTime, open, close }] = [bars[i - 1]!, bars[i]!];
    if (openTime - before.openTime > longestStepMs) continue;
    // the open is nearer to the split: within its first day a price may move by more than the tolerance
    const factors = [open, close].flatMap((price) => (price === null ? [] : [Number(before.close) / Number(price)]));
    const factor = factors.find((one) => looksLikeSplit(one, tolerance));
    if (factor === undefined || known.some((day) => day <= openTime && openTime < day + dayMs)) continue;
    suspected.push({ openTime, factor });
  }
  return suspected;
}

const looksLikeSplit = (factor: number, tolerance: number): boolean => {
  const forward = factor > 1 ? factor : 1 / factor;
  return usualSplits.some((split) => Math.abs(forward / split - 1) <= tolerance);
};

/** How far sources lie apart. */
export interface Disagreement {
  /** Bars that two sources or more have. */
  readonly compared: number;
  /** The largest distance from the median, as a fraction of it; null without any to compare. */
  readonly largest: { readonly openTime: EpochMs; readonly deviation: number } | null;
}

/** Closes of one source in USD; the open times ascend. */
export interface SourceCloses {
  readonly openTimes: ArrayLike<EpochMs>;
  readonly usd: ArrayLike<number>;
}

/** How far the sources' closes of the same bars lie from their median. */
export function disagreementOf(sources: readonly SourceCloses[]): Disagreement {
  const votes = new Map<EpochMs, number[]>();
  for (const { openTimes, usd } of sources) {
    for (let i = 0; i < openTimes.length; i++) {
      const cast = votes.get(openTimes[i]!);
      if (cast) cast.push(usd[i]!);
      else votes.set(openTimes[i]!, [usd[i]!]);
    }
  }
  let compared = 0;
  let largest: Disagreement['largest'] = null;
  for (const [openTime, cast] of votes) {
    if (cast.length < 2) continue;
    compared += 1;
    const middle = median(cast);
    const deviation = Math.max(...cast.map((usd) => Math.abs(usd - middle) / middle));
    if (!largest || deviation > largest.deviation) largest = { openTime, deviation };
  }
  return { compared, largest };
}

/** The middle value, or the mean of the two in the middle; at least one value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}
