import { z } from 'zod';
import { pageQuery } from '../platform/http/page.js';
import { parseAsOf } from '../shared/time.js';
import { adjustments, intervals } from './domain/candle.js';

const instant = z
  .string()
  .refine((text) => parseAsOf(text) !== undefined, 'is neither a date (YYYY-MM-DD) nor an ISO 8601 time with a zone');

export const candlesQuery = z.object({
  asset: z.string().min(1).max(32).describe('Any spelling that resolves: BTC, btc, BTC-USD, BTCUSDT'),
  interval: z.enum(intervals).default('1d'),
  from: instant.optional().describe('First bar by open time; a date means its 00:00 UTC'),
  to: instant.optional().describe('Bars that open before it; a date includes that day'),
  source: z.string().min(1).max(200).optional().describe('Without it, the first configured source that has bars'),
  as_of: instant
    .optional()
    .describe('The bars as they were to be had at that instant; without it, the newest revisions'),
  ...pageQuery,
});
export type CandlesQuery = z.infer<typeof candlesQuery>;

const candleView = z
  .object({
    open_time: z.iso.datetime(),
    open: z.number(),
    high: z.number(),
    low: z.number(),
    close: z.number(),
    volume: z.number().nullable().describe('Null where the source gives none'),
  })
  .meta({ id: 'Candle' });

export const candlePage = z
  .object({
    items: z.array(candleView).describe('Oldest first'),
    next_cursor: z.string().nullable(),
    series: z
      .object({
        asset_id: z.string(),
        interval: z.enum(intervals),
        source: z.string(),
        quote_currency: z.enum(['USD', 'USDT']),
        adjustment: z.enum(adjustments),
      })
      .nullable()
      .describe('The one series that all bars belong to; null when none is stored'),
  })
  .meta({ id: 'CandlePage' });
export type CandlePage = z.infer<typeof candlePage>;
