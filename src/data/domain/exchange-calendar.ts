import { InvariantViolation } from '../../shared/errors.js';
import { dayMs, hourMs, minuteMs, startOfUtcDay, type EpochMs } from '../../shared/time.js';
import type { AssetClass } from './asset.js';
import { intervalMs, type Interval } from './candle.js';

/** When an exchange trades on one day. */
export interface Session {
  readonly open: EpochMs;
  readonly close: EpochMs;
}

/** As `Date` counts weekdays. */
const [sunday, monday, tuesday, wednesday, thursday, friday, saturday] = [0, 1, 2, 3, 4, 5, 6] as const;

const date = (year: number, month: number, day: number): EpochMs => Date.UTC(year, month - 1, day);
const yearOf = (day: EpochMs) => new Date(day).getUTCFullYear();
const weekdayOf = (day: EpochMs) => new Date(day).getUTCDay();

/** The `n`th such weekday of a month; counted from its end when negative. */
function nthWeekday(n: number, weekday: number, year: number, month: number): EpochMs {
  if (n > 0) {
    const first = date(year, month, 1);
    return first + (((weekday - weekdayOf(first) + 7) % 7) + (n - 1) * 7) * dayMs;
  }
  const last = date(year, month + 1, 0);
  return last - (((weekdayOf(last) - weekday + 7) % 7) + (-n - 1) * 7) * dayMs;
}

/** Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher). */
function easterSunday(year: number): EpochMs {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const [i, k] = [Math.floor(c / 4), c % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return date(year, Math.floor(sum / 31), (sum % 31) + 1);
}

/** A fixed date that falls on a Saturday is kept on the Friday before, one on a Sunday on the Monday after. */
function observed(day: EpochMs): EpochMs {
  const weekday = weekdayOf(day);
  return day + (weekday === saturday ? -dayMs : weekday === sunday ? dayMs : 0);
}

/** NYSE rule 7.2: no Friday is given for a New Year's Day on a Saturday, because it would end the year's accounts. */
function newYear(year: number): EpochMs {
  const day = date(year, 1, 1);
  return weekdayOf(day) === sunday ? day + dayMs : day;
}

const thanksgiving = (year: number) => nthWeekday(4, thursday, year, 11);

/** Days of mourning, attacks and storms since 1990. */
const specialClosings = [
  '1994-04-27',
  '2001-09-11',
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  '2004-06-11',
  '2007-01-02',
  '2012-10-29',
  '2012-10-30',
  '2018-12-05',
  '2025-01-09',
].map((text) => Date.parse(`${text}T00:00:00Z`));

/** Short days that no rule gives. */
const specialHalfDays = ['1997-12-26', '1999-12-31', '2003-12-26'].map((text) => Date.parse(`${text}T00:00:00Z`));

function holidaysOf(year: number): EpochMs[] {
  return [
    newYear(year),
    ...(year >= 1998 ? [nthWeekday(3, monday, year, 1)] : []),
    nthWeekday(3, monday, year, 2),
    easterSunday(year) - 2 * dayMs,
    nthWeekday(-1, monday, year, 5),
    ...(year >= 2022 ? [observed(date(year, 6, 19))] : []),
    observed(date(year, 7, 4)),
    nthWeekday(1, monday, year, 9),
    thanksgiving(year),
    observed(date(year, 12, 25)),
    ...specialClosings.filter((day) => yearOf(day) === year),
  ];
}

/** Days on which New York closes early, with the hour of its clock. */
function shortDaysOf(year: number): [EpochMs, number][] {
  // until 1992 they ended at two
  const hour = year < 1993 ? 14 : 13;
  const christmasEve = date(year, 12, 24);
  const beforeFourth = date(year, 7, 3);
  const afterFourth = date(year, 7, 5);
  const short: EpochMs[] = specialHalfDays.filter((day) => yearOf(day) === year);
  if (year >= 1992) short.push(thanksgiving(year) + dayMs);
  if (weekdayOf(christmasEve) >= monday && weekdayOf(christmasEve) <= thursday) short.push(christmasEve);
  if (year >= 1995) {
    const isShortEve: readonly number[] =
      year >= 2013 ? [monday, tuesday, wednesday, thursday] : [monday, tuesday, thursday];
    if (isShortEve.includes(weekdayOf(beforeFourth))) short.push(beforeFourth);
    // before 2013 the Friday after a Thursday's holiday was short, not the Wednesday before it
    if (year < 2013 && weekdayOf(afterFourth) === friday) short.push(afterFourth);
  }
  return short.map((day) => [day, hour]);
}

const holidays = remembered((year) => new Set(holidaysOf(year)));
const shortDays = remembered((year) => new Map(shortDaysOf(year)));

function remembered<T>(ofYear: (year: number) => T): (day: EpochMs) => T {
  const known = new Map<number, T>();
  return (day) => {
    const year = yearOf(day);
    const found = known.get(year) ?? ofYear(year);
    known.set(year, found);
    return found;
  };
}

/** Whether New York's clock is an hour ahead on that day after its nightly change (US law of 1987 and of 2007). */
function isSummerTime(day: EpochMs): boolean {
  const year = yearOf(day);
  return year >= 2007
    ? day >= nthWeekday(2, sunday, year, 3) && day < nthWeekday(1, sunday, year, 11)
    : day >= nthWeekday(1, sunday, year, 4) && day < nthWeekday(-1, sunday, year, 10);
}

/**
 * Whether an asset of the class trades on the UTC date of `day`: coins every day, US stocks by the rules of the New York
 * Stock Exchange (right from 1990 on), cash never.
 */
export function isTradingDay(assetClass: AssetClass, day: EpochMs): boolean {
  if (assetClass === 'crypto') return true;
  if (assetClass === 'cash') return false;
  const weekday = weekdayOf(day);
  return weekday !== sunday && weekday !== saturday && !holidays(day).has(startOfUtcDay(day));
}

/**
 * New York's regular session on the UTC date of `day`, from half past nine to four, or to one on a short day, as
 * instants. Says nothing about whether the day is one of trading.
 */
export function session(day: EpochMs): Session {
  const start = startOfUtcDay(day);
  const midnight = start + (isSummerTime(start) ? 4 : 5) * hourMs;
  const closing = shortDays(start).get(start) ?? 16;
  return { open: midnight + 9 * hourMs + 30 * minuteMs, close: midnight + closing * hourMs };
}

/** Longer than any closing of the exchange since 1990. */
const longestBreakMs = 14 * dayMs;

/**
 * The session that runs at an instant, else the next one; null for coins, which trade around the clock. Stocks and funds
 * have New York's regular sessions; currencies one a week, from five in New York on Sunday to five on Friday.
 */
export function sessionAtOrAfter(assetClass: AssetClass, at: EpochMs): Session | null {
  if (assetClass === 'crypto') return null;
  const first = startOfUtcDay(at);
  for (let day = first; day <= first + longestBreakMs; day += dayMs) {
    const found = assetClass === 'cash' ? currencyWeek(day) : isTradingDay(assetClass, day) ? session(day) : null;
    if (found && found.close > at) return found;
  }
  throw new InvariantViolation(`no session of ${assetClass} begins within ${longestBreakMs / dayMs} days`);
}

/** The week of currencies that ends on a Friday; null for other days. */
function currencyWeek(day: EpochMs): Session | null {
  if (weekdayOf(day) !== friday) return null;
  return { open: fiveInNewYork(day - 5 * dayMs), close: fiveInNewYork(day) };
}

const fiveInNewYork = (day: EpochMs): EpochMs => startOfUtcDay(day) + (isSummerTime(day) ? 21 : 22) * hourMs;

/** 1970-01-05, a Monday: weeks are counted from it. */
export const firstMonday = 4 * dayMs;

/** Open times of all bars of one session: from its opening on, the last one may be cut short by its end. */
function sessionOpens(day: EpochMs, step: number): EpochMs[] {
  const { open, close } = session(day);
  return Array.from({ length: Math.ceil((close - open) / step) }, (_, i) => open + i * step);
}

/**
 * Open times, ascending, of the bars that a complete series has: they open at or after `from` and are over at or before
 * `to`.
 *
 * Coins have every bar of the grid, weeks begin on Monday at 00:00 UTC. US stocks have a daily bar a trading day, at its
 * 00:00 UTC and over 24 hours later, a weekly one for each week with a trading day, and within a day bars from the
 * session's opening on, where a last one that the closing cuts short counts as over after its full length, as everywhere.
 */
export function expectedOpens(assetClass: AssetClass, interval: Interval, from: EpochMs, to: EpochMs): EpochMs[] {
  const step = intervalMs[interval];
  const last = to - step;
  if (assetClass === 'cash' || !(from <= last)) return [];
  if (assetClass === 'crypto' || interval === '1w') {
    const origin = interval === '1w' ? firstMonday : 0;
    const opens = grid(origin, step, from, last);
    return assetClass === 'crypto' ? opens : opens.filter((week) => hasTradingDay(assetClass, week));
  }
  const days = grid(0, dayMs, startOfUtcDay(from), last).filter((day) => isTradingDay(assetClass, day));
  const opens = interval === '1d' ? days : days.flatMap((day) => sessionOpens(day, step));
  return opens.filter((open) => open >= from && open <= last);
}

function grid(origin: EpochMs, step: number, from: EpochMs, last: EpochMs): EpochMs[] {
  const first = origin + Math.ceil((from - origin) / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, i) => first + i * step);
}

const hasTradingDay = (assetClass: AssetClass, week: EpochMs) =>
  Array.from({ length: 7 }, (_, i) => week + i * dayMs).some((day) => isTradingDay(assetClass, day));

/** Open time of the newest bar that is over at `asOf`; undefined for what has no bars. */
export function lastExpectedOpen(assetClass: AssetClass, interval: Interval, asOf: EpochMs): EpochMs | undefined {
  const longest = assetClass === 'crypto' ? 0 : longestBreakMs;
  return expectedOpens(assetClass, interval, asOf - longest - 2 * intervalMs[interval], asOf).at(-1);
}
