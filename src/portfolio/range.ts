import { dayMs, parseAsOf, type EpochMs } from '../shared/time.js';

const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** Instants at or after `from` and before `before`: a date begins at its 00:00 UTC and ends with its day. */
export function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }): {
  from: EpochMs | undefined;
  before: EpochMs | undefined;
} {
  const [begin, end] = [from, to].map((text) => (text === undefined ? undefined : parseAsOf(text)));
  // an as-of that is a date means the end of the day
  return {
    from: from !== undefined && begin !== undefined && isDate(from) ? begin - dayMs : begin,
    before: end,
  };
}
