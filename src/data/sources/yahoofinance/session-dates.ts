import { dayMs, startOfUtcDay, type EpochMs } from '../../../shared/time.js';

const weekMs = 7 * dayMs;
/** Weeks from 1900 to 2100: a stamp outside is a mistake and not remembered. */
const [firstWeek, lastWeek] = [Date.UTC(1900) / weekMs, Date.UTC(2100) / weekMs];

const zones = new Map<string, (ms: EpochMs) => EpochMs | undefined>();

/**
 * Maps an instant to 00:00 UTC of its date on the clock of a time zone; undefined for a zone that nobody knows.
 *
 * Asking the runtime's calendar for each of thousands of bars takes longer than reading them: within a week whose two
 * ends are equally far from UTC the distance is known.
 */
export function sessionDates(timeZone: string): ((ms: EpochMs) => EpochMs | undefined) | undefined {
  const known = zones.get(timeZone);
  if (known) return known;
  let format: Intl.DateTimeFormat;
  try {
    // the one locale that writes ISO 8601
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const clock = (ms: EpochMs) => Date.parse(`${format.format(ms).replace(' ', 'T')}Z`);
  const offsets = new Map<number, number>();
  const offsetAt = (week: number) => {
    const offset = offsets.get(week) ?? clock(week * weekMs) - week * weekMs;
    offsets.set(week, offset);
    return offset;
  };
  const dateOf = (ms: EpochMs): EpochMs | undefined => {
    if (!(Math.abs(ms) <= 8.64e15)) return undefined;
    const week = Math.floor(ms / weekMs);
    const isRemembered = week >= firstWeek && week < lastWeek && offsetAt(week) === offsetAt(week + 1);
    const shown = isRemembered ? ms + offsetAt(week) : clock(ms);
    return Number.isNaN(shown) ? undefined : startOfUtcDay(shown);
  };
  zones.set(timeZone, dateOf);
  return dateOf;
}
