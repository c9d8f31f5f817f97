import { z } from 'zod';
import { instantText } from '../../platform/http/instant.js';
import { gainUnknowns } from '../domain/cost-conversion.js';
import { lotMethods } from '../domain/lots.js';

export const gainsQuery = z.strictObject({
  method: z.enum(lotMethods).default('fifo').describe('Which lots a sale takes'),
  from: instantText.optional().describe('Disposed of at or after; a date D means its 00:00 UTC'),
  to: instantText.optional().describe('Disposed of before; a date D means its end'),
});
export type GainsQuery = z.output<typeof gainsQuery>;

const decimal = z.string();

export const gainsSchema = z
  .object({
    portfolio_id: z.uuid(),
    method: z.enum(lotMethods),
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    realised: z.array(
      z.object({
        asset_id: z.string(),
        account_id: z.uuid(),
        acquired_at: z.iso.datetime(),
        disposed_at: z.iso.datetime(),
        quantity: decimal,
        proceeds: decimal.describe('After fees'),
        currency: z.string(),
        cost: decimal.nullable().describe('With fees; null where nobody knows it'),
        cost_currency: z.string(),
        exchange_rate: decimal
          .nullable()
          .describe(
            'Of `currency` for one unit of `cost_currency` when the lot was acquired; 1 where they are the same',
          ),
        gain: decimal.nullable().describe('In `currency`; null where `gain_unknown` says why'),
        gain_unknown: z.enum(gainUnknowns).nullable(),
        term: z.enum(['short', 'long']).describe('Long when held for more than a year'),
        transaction_id: z.uuid(),
        lot_id: z.uuid().describe('The transaction that brought the units'),
      }),
    ),
    income: z.array(
      z.object({
        asset_id: z.string(),
        currency: z.string(),
        dividends: decimal,
        staking_rewards: decimal.describe('Worth of the units when they came'),
        staking_units: decimal,
        staking_units_of_unknown_worth: decimal,
      }),
    ),
    totals: z.array(
      z.object({
        currency: z.string(),
        proceeds: decimal,
        cost: decimal.describe('Of the sales whose gain is known, converted'),
        gain: decimal,
        short_term: decimal,
        long_term: decimal,
        unknown: z.int().describe('Sales of lots whose gain is unknown: they are in the proceeds alone'),
      }),
    ),
  })
  .meta({ id: 'Gains' });
export type GainsView = z.output<typeof gainsSchema>;
