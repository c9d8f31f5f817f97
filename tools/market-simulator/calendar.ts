import type { AssetClass } from '../../src/data/domain/assets.js';
import { dayMs, hourMs, minuteMs, type EpochMs } from '../../src/shared/time.js';

/** Days on which New York never trades, as month-day; the movable holidays are simplified away. */
const holidays = new Set(['01-01', '07-04', '12-25']);

/** Coins trade every day, stocks on weekdays that are no fixed holiday. */
export function isTradingDay(assetClass: AssetClass, day: EpochMs): boolean {
  if (assetClass === 'crypto') return true;
  const date = new Date(day);
  const weekday = date.getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.has(date.toISOString().slice(5, 10));
}

const newYorkHour = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hour: 'numeric',
  hourCycle: 'h23',
});

/** Half past nine to four in New York, as instants: 14:30 or, in summer, 13:30 UTC. */
export function session(day: EpochMs): { open: EpochMs; close: EpochMs } {
  const summer = day + 13 * hourMs + 30 * minuteMs;
  const open = newYorkHour.format(summer) === '09' || newYorkHour.format(summer) === '9' ? summer : summer + hourMs;
  return { open, close: open + 6.5 * hourMs };
}

/** The session that is running at `now`, or the next one. */
export function currentSession(now: EpochMs): { open: EpochMs; close: EpochMs } {
  for (let day = Math.floor(now / dayMs) * dayMs; ; day += dayMs) {
    if (isTradingDay('stock', day) && session(day).close > now) return session(day);
  }
}
