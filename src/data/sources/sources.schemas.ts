import { z } from 'zod';
import { pageOf } from '../../platform/http/page.js';
import { assetClasses } from '../domain/asset.js';
import { intervals, priceBases } from '../domain/candle.js';
import { sourceOutcomes } from './source-attempt.entity.js';

const window = z.object({
  window: z
    .enum(['second', 'minute', 'day', 'month'])
    .describe('Slides: so much in any span of this length; a month has 31 days'),
  limit: z.int(),
  used: z.int(),
  left: z.int(),
  renews_at: z.iso
    .datetime()
    .nullable()
    .describe('When the next part of what is used comes back, or the first that can be used if none is left'),
});

const sourceSchema = z
  .object({
    id: z.string(),
    family: z.string().describe('The name that FKS_SOURCES knows'),
    candles: z
      .partialRecord(z.enum(assetClasses), z.array(z.enum(intervals)))
      .describe('Intervals of its bars, by asset class'),
    bars: z.enum(['ohlc', 'close']).describe('`close`: it knows no open, high and low, and gives none'),
    quotes: z.array(z.enum(assetClasses)).describe('Asset classes whose latest price it tells'),
    basis: z.enum(priceBases),
    history: z.string(),
    history_days: z
      .partialRecord(z.enum(intervals), z.number())
      .describe('How many days back its bars reach, by interval; without an entry, to the listing'),
    corporate_actions: z.array(z.enum(['split', 'dividend'])).describe('What it tells beside the bars'),
    publication_lag_seconds: z.number().describe('From the end of a bar until it can be had'),
    key: z
      .object({
        variable: z.string(),
        is_set: z.boolean(),
        is_needed: z.boolean().describe('False where it answers without one, too, within narrower limits'),
      })
      .nullable()
      .describe('Null where no key exists; the key itself is shown nowhere'),
    state: z.enum(['ready', 'resting', 'missing_key']),
    resting: z
      .object({ until: z.iso.datetime(), why: z.string() })
      .nullable()
      .describe('It asked to wait, or failed too often in a row; then one question finds out whether that is over'),
    failures_in_a_row: z.int(),
    budget: z.array(window).describe('Shared by all processes; empty for what is on this machine'),
    last_ok_at: z.iso.datetime().nullable(),
    last_error_at: z.iso.datetime().nullable(),
    last_error: z.string().nullable(),
    last_24_hours: z
      .object({
        attempts: z.int(),
        outcomes: z.partialRecord(z.enum(sourceOutcomes), z.int()),
        p50_milliseconds: z.number().nullable(),
        p95_milliseconds: z.number().nullable(),
      })
      .describe('Of the attempts of collections; the times are of those that sent something or got bars'),
  })
  .meta({ id: 'MarketDataSource' });
export type SourceView = z.output<typeof sourceSchema>;

export const sourcePage = pageOf(sourceSchema).meta({ id: 'MarketDataSourcePage' });
