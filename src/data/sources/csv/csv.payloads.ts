import { z } from 'zod';
import type { EpochMs } from '../../../shared/time.js';
import { adjustments, type Interval } from '../../domain/candle.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import type { RefusedRow } from '../../domain/candle.js';

/** The optional `folder.json` beside the files: what the prices of the folder are. */
export const folderDescription = z.strictObject({
  quote: z.enum(['USD', 'USDT']).default('USD'),
  adjustment: z.enum(adjustments).default('unknown'),
});

export const header = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Behind the others in files of simulated prices that this service gave out. */
export const simulatedColumn = 'simulated';

export const isHeader = (fields: readonly string[]): boolean =>
  fields.length === header.length && header.every((name, i) => fields[i]?.toLowerCase() === name);

/** One row as an offered bar, or the reason why it is none; whether its numbers are believed is for the checks to say. */
export function offeredRow(fields: readonly string[], where: string, interval: Interval): OfferedCandle | RefusedRow {
  if (fields.length !== header.length) return { where, reason: `${fields.length} fields instead of ${header.length}` };
  const [date = '', open = '', high = '', low = '', close = '', volume = ''] = fields;
  const openTime = interval === '1d' ? dateOf(date) : instantOf(date);
  if (openTime === undefined) {
    const form = interval === '1d' ? 'a date of the form YYYY-MM-DD' : 'a UTC time of the form YYYY-MM-DDTHH:MM:SSZ';
    return { where, reason: `date "${date.slice(0, 40)}" is not ${form}` };
  }
  return { where, openTime, open, high, low, close, volume: isUnknownVolume(volume) ? null : volume };
}

/** A file with prices says 0, or nothing, where nobody counted: a bar without any trade would have no price. */
const isUnknownVolume = (volume: string) => volume === '' || Number(volume) === 0;

/** A daily bar is stamped by its date. */
const dateOf = (text: string): EpochMs | undefined =>
  utcOf(/^(\d{4}-\d{2}-\d{2})(?:T00:00(?::00(?:\.0+)?)?Z)?$/.exec(text)?.[1], '00:00:00');

/** A shorter one by its beginning; a stamp without a zone is UTC, any other zone is refused. */
function instantOf(text: string): EpochMs | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.0+)?(?:Z|\+00:00)?$/.exec(text);
  return utcOf(parts?.[1], `${parts?.[2]}${parts?.[3] ?? ':00'}`);
}

/** JavaScript would roll 2021-02-30 over into March, and 24:00 into the next day. */
function utcOf(date: string | undefined, time: string): EpochMs | undefined {
  const ms = date === undefined ? NaN : Date.parse(`${date}T${time}Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString() !== `${date}T${time}.000Z` ? undefined : ms;
}
