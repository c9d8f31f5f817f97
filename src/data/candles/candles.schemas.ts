import { z } from 'zod';
import { pageQuery } from '../../platform/http/page.js';
import { parseAsOf } from '../../shared/time.js';
import { intervals } from '../domain/candle.js';

const instant = z
  .string()
  .refine((text) => parseAsOf(text) !== undefined, 'is neither a date (YYYY-MM-DD) nor an ISO 8601 time with a zone');

const windowQuery = {
  asset: z.string().min(1).max(32).describe('Any spelling that resolves: BTC, btc, BTC-USD, BTCUSDT'),
  interval: z.enum(intervals).default('1d'),
  from: instant.optional().describe('First bar by open time; a date means its 00:00 UTC'),
  to: instant.optional().describe('Bars that open before it; a date includes that day'),
  source: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Without it, the first source in the order of the asset that has bars'),
  as_of: instant
    .optional()
    .describe('The bars as they were to be had at that instant; without it, the newest revisions'),
};

export const candlesQuery = z.object({
  ...windowQuery,
  as_known_at: instant
    .optional()
    .describe('For audits: only what was stored by that instant, and disputes as they stood then'),
  ...pageQuery,
});
export type CandlesQuery = z.infer<typeof candlesQuery>;

export const differencesQuery = z.object({
  ...windowQuery,
  as_known_at: instant.describe('The first moment of knowledge'),
  and_known_at: instant.optional().describe('The second one; without it, now'),
  ...pageQuery,
});
export type DifferencesQuery = z.infer<typeof differencesQuery>;
