import { z } from 'zod';
import { adjustments, type Interval } from '../../domain/candle.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import type { RefusedRow } from '../../domain/candle.js';

/** The optional `folder.json` beside the files: what the prices of the folder are. */
export const folderDescription = z.strictObject({
  quote: z.enum(['USD', 'USDT']).default('USD'),
  adjustment: z.enum(adjustments).default('unknown'),
});

export const header = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;

export const isHeader = (fields: readonly string[]): boolean =>
  fields.length === header.length && header.every((name, i) => fields[i]?.toLowerCase() === name);

/** One row as an offered bar, or the reason why it is none; whether its numbers are believed is for the checks to say. */
export function offeredRow(fields: readonly string[], where: string, interval: Interval): OfferedCandle | RefusedRow {
  if (fields.length !== header.length) return { where, reason: `${fields.length} fields instead of ${header.length}` };
  const [date = '', open = '', high = '', low = '', close = '', volume = ''] = fields;
  const openTime = stampOf(date, interval);
  if (openTime === undefined)
    return { where, reason: `date "${date.slice(0, 40)}" is not a date of the form YYYY-MM-DD` };
  return { where, openTime, open, high, low, close, volume: isUnknownVolume(volume) ? null : volume };
}

/** A file with prices says 0, or nothing, where nobody counted: a day without any trade would have no price. */
const isUnknownVolume = (volume: string) => volume === '' || Number(volume) === 0;

/** A daily bar is stamped by its date; JavaScript would roll 2021-02-30 over into March. */
function stampOf(text: string, interval: Interval): number | undefined {
  const date = /^(\d{4}-\d{2}-\d{2})(?:T00:00(?::00(?:\.0+)?)?Z)?$/.exec(text)?.[1];
  if (interval !== '1d' || date === undefined) return undefined;
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? undefined : ms;
}
