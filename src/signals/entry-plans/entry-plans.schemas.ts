import { z } from 'zod';
import { positiveDecimalText } from '../../platform/http/decimal-text.js';
import { instantText } from '../../platform/http/instant.js';
import { lotLimits, lotTypes } from '../domain/lot-size.js';
import { orderTypes } from '../domain/entry-plan.js';
import { riskFractionBounds } from '../domain/trade-plan.js';

const { min, max } = riskFractionBounds;

export const entryPlanQuery = z.strictObject({
  portfolio_id: z.uuid().optional().describe("Whose account carries it; without it, the signal's portfolio"),
  as_of: instantText
    .optional()
    .describe('From when on; without it now, of a rehearsal its as-of. A date D means D+1T00:00Z'),
  entry_price: positiveDecimalText.optional().describe('Where it is entered instead, in the quote currency'),
  stop_loss: positiveDecimalText.optional().describe('Another stop, in the quote currency'),
  risk_fraction: z
    .string()
    .regex(/^0?\.\d{1,6}$/, 'is not a decimal fraction')
    .transform(Number)
    .pipe(z.number().min(min, `must be ${min} at least`).max(max, `must be ${max} at most`))
    .optional()
    .describe("Share of the account that the stop may cost; without it, the signal's"),
});
export type EntryPlanQuery = z.output<typeof entryPlanQuery>;

const money = z.string().describe('US dollars, decimal text');

const lotSizeSchema = z.object({
  risk_budget_usd: money.describe('What the stop may cost'),
  risk_usd: money.describe('What the stop costs at this size'),
  quantity: z.string().describe('Units of the asset, decimal text'),
  position_usd: money,
  lots: z.string().describe('The quantity in lots of `lot_type`'),
  lot_type: z.enum(lotTypes),
  limited_by: z
    .enum(lotLimits)
    .describe(
      "`size`: the signal's own size; `minimum`: the account cannot carry the smallest order, and the size is 0",
    ),
});

export const entryPlanSchema = z
  .object({
    signal_id: z.uuid(),
    asset_id: z.string(),
    portfolio_id: z.uuid(),
    as_of: z.iso.datetime(),
    direction: z.enum(['buy', 'sell']),
    entry_price: z.string().describe('In the quote currency, decimal text'),
    stop_loss: z.string(),
    quote_currency: z.string(),
    current_price_usd: z.string().nullable(),
    order_type: z.enum(orderTypes).describe('`market` where trading never stops'),
    market: z.object({
      is_open: z.boolean(),
      opens_at: z.iso.datetime().nullable().describe('The next opening; null for what trades around the clock'),
      closes_at: z.iso.datetime().nullable(),
      wait: z.string().describe('Until a trade is possible, an ISO 8601 duration; `PT0S` while it is'),
    }),
    expires_at: z.iso.datetime(),
    lot_size: lotSizeSchema.nullable(),
    lot_size_missing: z.string().nullable().describe('Why there is no size'),
    notes: z.array(z.string()),
    rehearsal: z.boolean(),
    simulated: z.boolean(),
  })
  .meta({ id: 'EntryPlan' });
export type EntryPlanView = z.output<typeof entryPlanSchema>;
