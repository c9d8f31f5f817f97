import { dayMs, minuteMs, startOfUtcDay, type EpochMs } from '../../shared/time.js';
import type { AssetClass } from './asset.js';
import { intervalMs, type Interval } from './candle.js';
import { expectedOpens } from './exchange-calendar.js';

/**
 * Days of history that a collection without a first time wants. Daily: what signals and optimizations look back on,
 * with room for their warm-up; within a day: what a chart shows.
 */
const usualDays: Readonly<Record<Interval, number>> = {
  '1m': 2,
  '5m': 2,
  '15m': 2,
  '1h': 90,
  '4h': 90,
  '1d': 800,
  '1w': 800,
};

/** Bars in one part at most: some twenty requests of a provider with small pages, and little to lose with a worker. */
const mostBarsInPart = 20_000;
/** A trading day of New York has so many minutes, and a week five of them. */
const sessionMinutes = 390;
/** Holes nearer to each other than a page of bars are asked for in one piece. */
const pageOfBars = 1_000;

/** Days of history in one part at most; `mostBars` is what one question to the source may ask for. */
export function partDays(assetClass: AssetClass, interval: Interval, mostBars = mostBarsInPart): number {
  const step = intervalMs[interval];
  const bars = Math.min(mostBars, mostBarsInPart);
  if (assetClass === 'crypto' || step >= dayMs) return Math.max(1, Math.floor((bars * step) / dayMs));
  const barsOfSession = Math.ceil((sessionMinutes * minuteMs) / step);
  return Math.max(1, Math.floor((bars / barsOfSession) * (7 / 5)));
}

/** Bars, about, that a complete history has: what it costs to ask for it, without counting holidays. */
export function barsAbout({ assetClass, interval, from, asOf }: HistoryWanted): number {
  const step = intervalMs[interval];
  const span = Math.max(0, asOf - from);
  if (assetClass === 'crypto' || interval === '1w') return Math.ceil(span / step);
  const barsOfSession = step >= dayMs ? 1 : Math.ceil((sessionMinutes * minuteMs) / step);
  return Math.ceil((span / dayMs) * (5 / 7) * barsOfSession);
}

/** First open time that a collection as of `asOf` wants of the usual history, at 00:00 UTC. */
export const usualFrom = (interval: Interval, asOf: EpochMs): EpochMs =>
  startOfUtcDay(asOf - usualDays[interval] * dayMs);

/** Intervals that are made of another one's stored bars where sources offer that one. */
const madeOf: Readonly<Partial<Record<Interval, Interval>>> = { '4h': '1h', '1w': '1d' };

/** What is collected for the intervals that are wanted, in their order, each once; `isOffered` asks the sources. */
export const collectedFor = (wanted: readonly Interval[], isOffered: (interval: Interval) => boolean): Interval[] => [
  ...new Set(
    wanted.map((interval) => {
      const finer = madeOf[interval];
      return finer !== undefined && isOffered(finer) ? finer : interval;
    }),
  ),
];

/** Bars that open from `from` on and are over at or before `to`. */
export interface TimeWindow {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface HistoryWanted {
  readonly assetClass: AssetClass;
  readonly interval: Interval;
  readonly from: EpochMs;
  readonly asOf: EpochMs;
}

/** Open times, ascending. */
export type OpenTimes = Float64Array | readonly EpochMs[];

/** All of a history; nothing when the calendar expects no bar of it. */
export function wholeHistory(wanted: HistoryWanted): TimeWindow[] {
  const expected = expectedOf(wanted);
  return expected.length > 0 ? [windowOf(expected, [0, expected.length - 1], wanted)] : [];
}

/**
 * What is missing of a history by the asset's calendar, oldest first, given the open times that are stored.
 *
 * What lies after the last stored bar is always asked for, with that bar itself, so that a correction of it is seen.
 * A hole before it that the source has been asked for and answered (`answered`) is left: it has nothing there.
 */
export function missingHistory(
  wanted: HistoryWanted,
  stored: OpenTimes,
  answered: readonly TimeWindow[] = [],
): TimeWindow[] {
  const expected = expectedOf(wanted);
  const there = presence(expected, stored);
  const last = there.lastIndexOf(1);
  const step = intervalMs[wanted.interval];
  const isAnswered = (open: EpochMs) => answered.some(({ from, to }) => from <= open && open + step <= to);
  const asked = expected.flatMap((open, i) => (i >= last || (there[i] === 0 && !isAnswered(open)) ? [i] : []));
  return runsOf(asked).map((run) => windowOf(expected, run, wanted));
}

/** What the calendar expects of a history and is not stored, and nothing more. */
export function holesOf(wanted: HistoryWanted, stored: OpenTimes): TimeWindow[] {
  const expected = expectedOf(wanted);
  const there = presence(expected, stored);
  const missing = expected.flatMap((_, i) => (there[i] === 0 ? [i] : []));
  return runsOf(missing).map((run) => windowOf(expected, run, wanted));
}

/** For each expected open time whether it is stored, by one walk over both. */
function presence(expected: readonly EpochMs[], stored: OpenTimes): Uint8Array {
  const there = new Uint8Array(expected.length);
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    while (at < stored.length && stored[at]! < expected[i]!) at++;
    if (stored[at] === expected[i]) there[i] = 1;
  }
  return there;
}

/** First and last index of what is asked for in one piece. */
function runsOf(asked: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const i of asked) {
    const run = runs.at(-1);
    if (run && i - run[1] <= pageOfBars) run[1] = i;
    else runs.push([i, i]);
  }
  return runs;
}

const expectedOf = ({ assetClass, interval, from, asOf }: HistoryWanted) =>
  expectedOpens(assetClass, interval, from, asOf);

/** What ends with the history ends at its as-of: a bar that the calendar does not expect is welcome there. */
function windowOf(
  expected: readonly EpochMs[],
  [first, last]: readonly [number, number],
  { interval, asOf }: HistoryWanted,
): TimeWindow {
  const isEnd = last === expected.length - 1;
  return { from: expected[first]!, to: isEnd ? asOf : expected[last]! + intervalMs[interval] };
}

/** How what is stored compares with what the calendar expects. */
export interface Completeness {
  /** Expected from the first stored bar on, and not there; all that is expected when nothing is stored. */
  readonly missing: number;
  /** Expected before the first stored bar; null when nothing is stored. */
  readonly beforeFirst: number | null;
  /** Whether the last bar that is expected is there. */
  readonly isFresh: boolean;
}

/** Compares a stored history with the asset's calendar; what lies before its first bar is counted apart. */
export function completeness(wanted: HistoryWanted, stored: OpenTimes): Completeness {
  const expected = expectedOf(wanted);
  const [first] = stored;
  const begin = first === undefined ? 0 : expected.findIndex((open) => open >= first);
  const beforeFirst = begin < 0 ? expected.length : begin;
  const there = presence(expected, stored).subarray(beforeFirst);
  return {
    missing: there.filter((is) => is === 0).length,
    beforeFirst: first === undefined ? null : beforeFirst,
    isFresh: there.at(-1) === 1,
  };
}

/** So much of a history may be missing where nobody can be asked for it: an outage, a listing within the window. */
const tolerated = 0.01;

/**
 * Whether what is stored answers a question about a history without asking anybody: up to the last bar that is
 * expected, and with next to nothing missing.
 */
export function leavesNothingToAsk(wanted: HistoryWanted, stored: OpenTimes): boolean {
  const there = presence(expectedOf(wanted), stored);
  const missing = there.filter((is) => is === 0).length;
  return there.at(-1) === 1 && missing <= there.length * tolerated;
}
