/** Milliseconds since 1970-01-01T00:00Z. Domain code counts in these; the wire carries ISO 8601 with `Z`. */
export type EpochMs = number;
/** An instant on the wire: ISO 8601 in UTC, ending in `Z`. */
export type IsoInstant = string;

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const toIso = (ms: EpochMs): IsoInstant => new Date(ms).toISOString().replace('.000Z', 'Z');

/** 00:00 UTC of the day that an instant lies in. */
export const startOfUtcDay = (ms: EpochMs): EpochMs => Math.floor(ms / dayMs) * dayMs;

/** Calendar date in UTC, `YYYY-MM-DD`. */
export const utcDate = (ms: EpochMs): string => new Date(ms).toISOString().slice(0, 10);

const firstYear = 1900;
const lastYear = 9998;

/**
 * The instant that an as-of text names, or undefined when it names none.
 *
 * A date `D` means `D+1T00:00Z`, so that D's crypto and US bars are closed and included; anything else must be
 * ISO 8601 with a zone (`Z` or an offset). Years are 1900 to 9998: the wire has four digits for the day after, too.
 */
export function parseAsOf(text: string): EpochMs | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})(T([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(text);
  if (!parts) return undefined;
  const [, date = '', time] = parts;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // Date.parse rolls 2021-02-30 over into March
  if (Number.isNaN(midnight) || utcDate(midnight) !== date) return undefined;
  const year = Number(date.slice(0, 4));
  if (year < firstYear || year > lastYear) return undefined;
  if (time === undefined) return midnight + dayMs;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
