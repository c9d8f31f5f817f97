import { z } from 'zod';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, type Interval, type RefusedRow } from '../../domain/candle.js';
import type { EpochMs } from '../../../shared/time.js';

/** Any object with `code` and `msg` is an error, whatever the status: also code 0. */
export const errorBody = z.object({ code: z.number(), msg: z.string() });

/** A page of bars; each is read on its own, so that one wrong row does not cost the others. */
export const klinesPage = z.array(z.unknown());

/** [open time, open, high, low, close, volume, close time, ...]: times in milliseconds, prices as texts. */
const kline = z.tuple([z.int(), z.string(), z.string(), z.string(), z.string(), z.string(), z.int()]).rest(z.unknown());

export const tickerPrice = z.object({ symbol: z.string(), price: z.string() });

export interface Kline extends OfferedCandle {
  /** The last millisecond of the bar. */
  readonly closeTime: EpochMs;
}

/** One row of a page as an offered bar, or the reason why it is none. `where` names the row. */
export function offeredKline(row: unknown, where: string, interval: Interval): Kline | RefusedRow {
  const parsed = kline.safeParse(row);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { where, reason: `kline ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not one'}` };
  }
  const [openTime, open, high, low, close, volume, closeTime] = parsed.data;
  // one that an outage cut short ends earlier, none ends later
  if (closeTime >= openTime + intervalMs[interval]) {
    return { where, reason: `close time ${closeTime} is not within ${interval} of open time ${openTime}` };
  }
  return { where, openTime, open, high, low, close, volume, closeTime };
}
