import { z } from 'zod';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import type { RefusedRow } from '../../domain/candle.js';

/** Any object with `code` and `msg` is an error, whatever the status: also code 0. */
export const errorBody = z.object({ code: z.number(), msg: z.string() });

/** A page of bars; each is read on its own, so that one wrong row does not cost the others. */
export const klinesPage = z.array(z.unknown());

/** [open time, open, high, low, close, volume, close time, ...]: times in milliseconds, prices as texts. */
const kline = z.tuple([z.int(), z.string(), z.string(), z.string(), z.string(), z.string(), z.int()]).rest(z.unknown());

export const tickerPrice = z.object({ symbol: z.string(), price: z.string() });

/** One row of a page as an offered bar, or the reason why it is none. `where` names the row. */
export function offeredKline(row: unknown, where: string): OfferedCandle | RefusedRow {
  const parsed = kline.safeParse(row);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { where, reason: `kline ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not one'}` };
  }
  const [openTime, open, high, low, close, volume] = parsed.data;
  return { where, openTime, open, high, low, close, volume };
}
