import { z } from 'zod';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import type { RefusedRow } from '../../domain/candle.js';
import { numberText } from '../json-number.js';

export const ohlcvBody = z.object({
  symbol: z.string(),
  interval: z.string(),
  provider: z.string(),
  data: z.array(z.unknown()),
});

export const priceBody = z.object({
  symbol: z.string(),
  price: z.unknown(),
  /** Seconds: the open of the minute whose last price it is. */
  timestamp: z.int().min(1).max(8.64e12),
  provider: z.string(),
});

/** An error of the service; `detail` is a list when a parameter is wrong. */
export const errorBody = z.object({ detail: z.string() });

/** `ts` in seconds is the bar's open; the prices are looked at by the checks. */
const ohlcvRow = z.looseObject({ ts: z.int() });

export function offeredBar(row: unknown, where: string): OfferedCandle | RefusedRow {
  const parsed = ohlcvRow.safeParse(row);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { where, reason: `bar ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is none'}` };
  }
  const { ts, open, high, low, close, volume } = parsed.data;
  return {
    where,
    openTime: ts * 1_000,
    open: numberText(open),
    high: numberText(high),
    low: numberText(low),
    close: numberText(close),
    volume: volume === undefined || volume === null ? null : numberText(volume),
  };
}
