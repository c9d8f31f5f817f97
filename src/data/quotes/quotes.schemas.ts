import { z } from 'zod';
import { oldText } from '../../platform/http/old-parameters.js';
import { pageOf } from '../../platform/http/page.js';
import { priceBases } from '../domain/candle.js';
import { sourceOutcomes } from '../sources/source-attempt.entity.js';

/** Assets of one question; what they cost is asked for one by one. */
const mostAssets = 50;

const listOf = (text: string) => [
  ...new Set(
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ),
];

export const quotesQuery = z.object({
  assets: z
    .string()
    .max(2_000)
    .transform(listOf)
    .refine((all) => all.length <= mostAssets, `names more than ${mostAssets} assets`)
    .optional()
    .describe('Comma-separated, in any spelling that resolves; without it, the enabled assets'),
});
export type QuotesQuery = z.output<typeof quotesQuery>;

export const pricesQuery = z.object({
  symbols: oldText
    .transform(listOf)
    .optional()
    .describe('Comma-separated; those that nobody knows are left out. Without it, the enabled assets'),
});
export type PricesQuery = z.output<typeof pricesQuery>;

const quoteSchema = z
  .object({
    asset_id: z.string(),
    price: z.number().nullable().describe('In the quote currency; null when nobody knows it, never zero'),
    quote_currency: z.enum(['USD', 'USDT']).nullable(),
    price_usd: z.number().nullable(),
    conversion: z
      .object({
        usd_per_usdt: z.number(),
        kind: z
          .enum(['quote', 'close', 'assumed'])
          .describe('`assumed`: nobody tells a price of USDT, and it is taken for one dollar'),
        source: z.string().nullable(),
        time: z.iso.datetime().nullable(),
      })
      .nullable()
      .describe('How USDT became USD; null for a price in USD'),
    time: z.iso.datetime().nullable().describe('When the price was true'),
    source: z.string().nullable(),
    source_kind: z
      .enum(['quote', 'close', 'definition'])
      .nullable()
      .describe('`close`: nobody could be asked, and this is the last stored close; `definition`: cash'),
    basis: z.enum(priceBases).nullable(),
    fetched_at: z.iso.datetime().nullable(),
    stale: z.boolean().nullable().describe('Older than 300 s of its market’s time; a closed market ages nothing'),
    market_open: z.boolean(),
    simulated: z.boolean().nullable().describe('Whether the market simulator made it'),
    problem: z.string().nullable().describe('Why there is no price'),
    attempts: z
      .array(z.object({ source: z.string(), outcome: z.enum(sourceOutcomes), detail: z.string().optional() }))
      .describe('The sources that were asked, in this order, and those that could not be'),
  })
  .meta({ id: 'Quote' });
export type QuoteView = z.output<typeof quoteSchema>;

export const quotePage = pageOf(quoteSchema).meta({ id: 'QuotePage' });

export const pricesSchema = z
  .array(
    z.object({
      symbol: z.string(),
      price_usd: z.number(),
      price_btc: z.number().nullable().describe('Null when the price of BTC is not known'),
      change_24h: z
        .number()
        .nullable()
        .describe(
          'Percent by which the price lies above the last daily close that had ended 24 hours before it; null when unknown',
        ),
    }),
  )
  .meta({ id: 'AssetPrices' });
export type PricesView = z.output<typeof pricesSchema>;
