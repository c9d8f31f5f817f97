import { z } from 'zod';
import { toIso, type EpochMs } from '../../../shared/time.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import type { RefusedRow } from '../../domain/candle.js';
import { numberText } from '../json-number.js';

/** `error_code` 0 is good, whatever the HTTP status; some of its hosts print it as a text. */
export const envelope = z.object({
  status: z.object({
    error_code: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
    error_message: z.string().nullish(),
  }),
  data: z.unknown().optional(),
});

const coin = z.object({ id: z.int() }).loose();
export type Coin = z.output<typeof coin>;

/**
 * The coins of an answer, in whichever of its shapes: the coin itself, an array, or an object by id, slug or symbol of
 * coins or of arrays of coins. What is no coin is left out.
 */
export function coinsOf(data: unknown): Coin[] {
  if (typeof data !== 'object' || data === null) return [];
  const single = coin.safeParse(data);
  if (single.success) return [single.data];
  const values: unknown[] = Array.isArray(data) ? data : Object.values(data).flat();
  return values.map((value) => coin.safeParse(value)).flatMap(({ data: read }) => read ?? []);
}

/** The code and the id by which `quote` may name the dollar. */
export const dollar: readonly string[] = ['USD', '2781'];

const quotes = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Of the latest quotes; the price of a dead coin is null. */
export const latest = z.object({ quote: quotes });
export const history = z.object({ quotes: z.array(z.unknown()) });

const bar = z.object({ time_open: z.string(), time_close: z.string().nullable(), quote: quotes });

/** What `quote` says in one currency. */
export const inCurrency = (quote: z.output<typeof quotes>, currency: readonly string[]) =>
  currency.map((name) => quote[name]).find((one) => one !== undefined);

/** Where a bar stands. */
export interface BarPlace {
  readonly where: string;
  readonly step: number;
  /** Whether it is the first of its answer, and so may be the first of the coin. */
  readonly isFirst: boolean;
}

/**
 * One bar of the history, or the reason why it is none; undefined for the running one, which has no `time_close`.
 *
 * `time_high` and `time_low` are not read: they can be of another day. Nor is the volume kept: it is a sum
 * over all venues in the asked currency, and not in coins.
 */
export function offeredBar(
  row: unknown,
  { where, step, isFirst }: BarPlace,
  currency: readonly string[] = dollar,
): OfferedCandle | RefusedRow | undefined {
  const parsed = bar.safeParse(row);
  if (!parsed.success) return { where, reason: `is no bar: ${parsed.error.issues[0]?.path.join('.')} is wrong` };
  const { time_open, time_close, quote } = parsed.data;
  if (time_close === null) return undefined;
  const [opened, closed] = [instantOf(time_open), instantOf(time_close)];
  if (opened === undefined) return { where, reason: `time_open "${time_open.slice(0, 40)}" is no UTC instant` };
  const openTime = Math.floor(opened / step) * step;
  if (closed === undefined || Math.floor(closed / step) * step !== openTime) {
    return { where, reason: `time_close "${time_close.slice(0, 40)}" is not in the bar of ${toIso(openTime)}` };
  }
  const said = inCurrency(quote, currency);
  if (!said) return { where, reason: `is not in ${currency[0]} but in ${Object.keys(quote).join(', ').slice(0, 40)}` };
  const { open, high, low, close, volume } = said;
  if (!isVolume(volume)) return { where, reason: `volume ${numberText(volume).slice(0, 40)} is no volume` };
  const closeOnly = { where, openTime, open: null, high: null, low: null, close: numberText(close), volume: null };
  // the first bar of a coin begins in the middle of its day, without an open and without a volume; the three go together
  if (open === null && volume === 0 && isFirst) return closeOnly;
  return { ...closeOnly, open: numberText(open), high: numberText(high), low: numberText(low) };
}

/** It is not kept, but a row with a damaged one is damaged; old hours have none. */
const isVolume = (volume: unknown) =>
  volume === null || volume === undefined || (typeof volume === 'number' && volume >= 0);

/** An ISO instant in UTC as milliseconds; undefined for any other text. */
export function instantOf(text: string): EpochMs | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
