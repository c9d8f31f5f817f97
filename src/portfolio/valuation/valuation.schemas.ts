import { z } from 'zod';
import { instantText } from '../../platform/http/instant.js';
import { lotMethods } from '../domain/lots.js';

const symbol = z.string().min(1).max(32);
const asOf = instantText
  .optional()
  .describe(
    'A date D means D+1T00:00Z; without it, now. What was executed before it counts, and bars that had ended by then',
  );
const asKnownAt = instantText.optional().describe('For audits: only what was stored by that instant');

export const valuationQuery = z.strictObject({
  as_of: asOf,
  as_known_at: asKnownAt,
  numeraire: symbol.optional().describe("Any asset or currency; without it, the portfolio's own"),
  account: z.string().min(1).max(100).optional().describe('Id or name of the only account that counts'),
  lot_method: z.enum(lotMethods).default('fifo').describe('Which lots sales took'),
});
export type ValuationQuery = z.output<typeof valuationQuery>;

export const conversionQuery = z.strictObject({
  from: symbol,
  to: symbol,
  amount: z
    .string()
    .max(64)
    .regex(/^\d+(\.\d+)?$/, 'is not a plain decimal number of 0 or more')
    .default('1'),
  as_of: asOf,
  as_known_at: asKnownAt,
});
export type ConversionQuery = z.output<typeof conversionQuery>;

export const datedPriceSchema = z.object({
  usd: z.string().describe('Of one unit, decimal text'),
  source: z.string().nullable().describe('Null for what is worth 1 by definition'),
  interval: z.string().nullable(),
  quote_currency: z.enum(['USD', 'USDT']).nullable(),
  adjustment: z.string().nullable(),
  time: z.iso.datetime().describe('When it was the price'),
  conversion: z
    .object({ rate: z.string(), kind: z.enum(['close', 'assumed']) })
    .nullable()
    .describe('How USDT became USD; `assumed` when no price of USDT is stored'),
  disputed_since: z.iso
    .datetime()
    .nullable()
    .describe('Later bars from here on are held back because sources disagree; this is the last trusted price'),
  simulated: z.boolean(),
});

export const valuationSchema = z
  .object({
    portfolio_id: z.uuid(),
    account_id: z.uuid().nullable().describe('The only account that counts, when one was asked for'),
    as_of: z.iso.datetime(),
    as_known_at: z.iso.datetime().nullable(),
    numeraire: z.string(),
    holdings: z.array(
      z.object({
        asset_id: z.string(),
        quantity: z.string(),
        price: z.string().nullable().describe('In the numeraire; null without a price'),
        value: z.string().nullable().describe('In the numeraire'),
        value_usd: z.string().nullable(),
        weight: z.number().nullable().describe('Share of the whole; null while any holding has no price'),
        weight_of_priced: z.number().nullable().describe('Share of what could be priced'),
        dated_price: datedPriceSchema
          .extend({
            split_factor: z
              .string()
              .describe('By what `usd` is multiplied for one unit as held then: the splits that the ledger records'),
          })
          .nullable(),
        unrealised: z
          .array(
            z.object({
              currency: z.string().describe('That of the account; costs of two currencies are never added up'),
              quantity: z.string(),
              cost: z.string().describe('Of the open lots, with fees'),
              value: z.string().nullable(),
              gain: z.string().nullable().describe('Null without a price of the asset or of the currency'),
            }),
          )
          .describe('By currency; an account has no lots of its own currency'),
        quantity_of_unknown_cost: z.string().describe('Units whose cost nobody knows: they are in no gain'),
        income: z
          .array(
            z.object({
              currency: z.string(),
              dividends: z.string(),
              staking_rewards: z.string().describe('Worth of the units when they came'),
              staking_units: z.string(),
              staking_units_of_unknown_worth: z.string(),
            }),
          )
          .describe('By currency, until the instant'),
      }),
    ),
    total: z.string().nullable().describe('In the numeraire; null when the numeraire has no price'),
    total_usd: z.string(),
    btc_share: z.number().nullable().describe('Null when the portfolio is worth nothing or not all of it is priced'),
    btc_share_of_priced: z
      .number()
      .nullable()
      .describe('Share of what could be priced; null when that is worth nothing'),
    partial: z.boolean().describe('True when holdings have no price: the totals leave them out'),
    unpriced: z.array(z.string()),
    stale: z.array(z.string()).describe('Holdings whose price is more than 7 days older than the as-of'),
    notes: z.array(z.string()).describe('What has to be known of these numbers, in words; mostly nothing'),
    simulated: z.boolean().describe('True when any price came from the market simulator'),
  })
  .meta({ id: 'Valuation' });
export type ValuationView = z.output<typeof valuationSchema>;

export const conversionSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    amount: z.string(),
    result: z.string().describe('Amount of `to`, decimal text of up to 24 significant digits'),
    rate: z.string().describe('How much of `to` one unit of `from` is worth'),
    as_of: z.iso.datetime(),
    from_price: datedPriceSchema.nullable().describe('Null where one asset or currency is converted into itself'),
    to_price: datedPriceSchema.nullable(),
    notes: z.array(z.string()).describe('What has to be known of these prices, in words; mostly nothing'),
  })
  .meta({ id: 'Conversion' });
export type ConversionView = z.output<typeof conversionSchema>;
