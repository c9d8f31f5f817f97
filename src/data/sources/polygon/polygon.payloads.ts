import { z } from 'zod';
import type { EpochMs } from '../../../shared/time.js';
import type { RefusedRow } from '../../domain/candle.js';
import { numberText } from '../json-number.js';
import type { CorporateAction } from '../market-data-source.js';

/** What every answer carries; the text of an error stands in `error` or in `message`. */
export const envelope = z.object({
  status: z.string(),
  error: z.string().nullish(),
  message: z.string().nullish(),
});

/** A page of bars; each is read on its own. `results` is null or missing when there are none, and the counts may lie. */
export const aggregatesPage = z.object({
  ticker: z.string(),
  adjusted: z.boolean().nullish(),
  results: z.array(z.unknown()).nullish(),
  next_url: z.string().nullish(),
});

/** `t` in milliseconds; the prices are looked at by the checks, and an index has no volume. */
const aggregate = z.looseObject({ t: z.int() });

/** One bar as printed, whatever its stamp means. */
export interface Aggregate {
  readonly t: EpochMs;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string | null;
}

export function readAggregate(row: unknown, where: string): Aggregate | RefusedRow {
  const parsed = aggregate.safeParse(row);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { where, reason: `bar ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is none'}` };
  }
  const { t, o, h, l, c, v } = parsed.data;
  const volume = v === undefined || v === null ? null : numberText(v);
  return { t, open: numberText(o), high: numberText(h), low: numberText(l), close: numberText(c), volume };
}

export const splitsPage = z.object({ results: z.array(z.unknown()).nullish() });

const split = z.object({
  ticker: z.string(),
  execution_date: z.iso.date(),
  split_from: z.number().positive(),
  split_to: z.number().positive(),
});

/** One split, with whose it is, or why it is none. */
export function readSplit(row: unknown, where: string): { ticker: string; action: CorporateAction } | RefusedRow {
  const parsed = split.safeParse(row);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { where, reason: `split ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is none'}` };
  }
  const { ticker, execution_date: date, split_from: before, split_to: after } = parsed.data;
  return {
    ticker,
    action: {
      kind: 'split',
      exDate: Date.parse(`${date}T00:00:00Z`),
      numerator: numberText(after),
      denominator: numberText(before),
    },
  };
}

/** The bar of the session before: only here `t` is its end. */
export const previousClose = z.object({ t: z.int(), c: z.unknown() });

/** The last trade of a coin: its time in milliseconds. */
export const lastTrade = z.object({
  symbol: z.string(),
  last: z.object({ price: z.unknown(), timestamp: z.int().min(1).max(8.64e15) }),
});
