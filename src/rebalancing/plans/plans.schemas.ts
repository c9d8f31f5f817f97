import { z } from 'zod';
import { decimalText, positiveDecimalText } from '../../platform/http/decimal-text.js';
import { instantText } from '../../platform/http/instant.js';
import { oldNumber, oldText } from '../../platform/http/old-parameters.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { plainText } from '../../platform/http/plain-text.js';
import { lotMethods } from '../../portfolio/domain/lots.js';
import { gainUnknowns } from '../../portfolio/domain/cost-conversion.js';

const symbol = z.string().min(1).max(32);
const fraction = z.number().min(0).max(1);
const few = <Value extends z.ZodType>(value: Value) =>
  z.record(symbol, value).refine((map) => Object.keys(map).length <= 500, 'names more than 500 assets');
const rate = decimalText.refine((text) => Number(text) <= 0.2, 'is above 0.2');

export const createPlanBody = z
  .strictObject({
    targets: few(fraction)
      .refine((map) => Object.values(map).reduce((sum, weight) => sum + weight, 0) <= 1 + 1e-9, 'add up to more than 1')
      .optional()
      .describe(
        'Shares of the portfolio without the kept cash; what they leave to 1 stays cash, what is not named is sold. All currencies are cash: none is traded',
      ),
    optimization_id: z.uuid().optional().describe('Takes the weights of a solved optimization as targets'),
    as_of: instantText.optional().describe('A date D means D+1T00:00Z; without it, now'),
    cash_kept: decimalText.default('0').describe('US dollars that stay cash'),
    turnover_limit: fraction.optional().describe('Largest share that may be bought or sold, whichever is more'),
    no_trade_band: fraction.default(0.01).describe('An asset this near to its target is left as it is'),
    lots: few(positiveDecimalText).default({}).describe('Smallest step of a trade by asset, units'),
    venues: z
      .array(
        z.strictObject({
          venue: plainText(60).min(1),
          assets: z.array(symbol).min(1).max(500),
          fee_rate: rate,
          spread_rate: rate.describe('What a trade loses against the middle price'),
          min_notional: decimalText.default('0').describe('Smallest value of an order, US dollars'),
        }),
      )
      .max(50)
      .default([])
      .describe('Costs by venue; assets that none names have usual retail costs'),
    lot_method: z.enum(lotMethods).default('fifo').describe('Which tax lots a sale takes first'),
    given_lots: few(
      z.array(z.strictObject({ transaction_id: z.uuid(), quantity: positiveDecimalText })).max(1_000),
    ).default({}),
    risk_aversion: z.number().positive().max(100).default(4),
    horizon_days: z.int().min(1).max(3650).default(90).describe('Over which waiting is compared with trading'),
  })
  .refine(
    (body) => (body.targets === undefined) !== (body.optimization_id === undefined),
    'needs either targets or optimization_id',
  )
  .meta({
    id: 'CreateRebalancingPlan',
    example: { targets: { BTC: 0.55, ETH: 0.2, SPY: 0.2 }, turnover_limit: 0.3, lots: { SPY: '1' } },
  });
export type CreatePlanBody = z.output<typeof createPlanBody>;

export const portfolioIdParam = z.uuid();
export const planIdParam = z.uuid();
export const plansQuery = z.strictObject(pageQuery);
export type PlansQuery = z.output<typeof plansQuery>;

const money = z.string().describe('US dollars, decimal text');
export const planSchema = z
  .object({
    id: z.uuid(),
    portfolio_id: z.uuid(),
    as_of: z.iso.datetime(),
    optimization_id: z.uuid().nullable(),
    decision: z.enum(['trade', 'wait']).describe('`wait`: doing nothing is better; the trades are what it would take'),
    reason: z.string(),
    cost_of_trading: z.number().describe('Fees and spread as a share of the value'),
    cost_of_waiting: z
      .number()
      .nullable()
      .describe('Expected loss of utility over the horizon as a share of the value; null when nothing was to estimate'),
    observations: z.int(),
    trades: z.array(
      z.object({
        asset_id: z.string(),
        side: z.enum(['buy', 'sell']),
        quantity: z.string(),
        price_usd: z.string(),
        value: money,
        fee: money,
        spread: money,
        venue: z.string(),
        sold: z
          .object({
            gain: money.describe('Sum of the known gains'),
            quantity_of_unknown_cost: z.string(),
            lots: z.array(
              z.object({
                transaction_id: z.uuid(),
                acquired_at: z.iso.datetime(),
                quantity: z.string(),
                proceeds: money,
                cost: money.nullable().describe('At the exchange rate of the day on which the lot was acquired'),
                cost_currency: z.string().describe('Of the account in which it was acquired'),
                usd_rate: z
                  .string()
                  .nullable()
                  .describe('US dollars for one unit of that currency then; null: not known'),
                gain: money.nullable(),
                gain_unknown: z
                  .enum(gainUnknowns)
                  .nullable()
                  .describe('Why there is no gain: the holding was only stated, or no exchange rate of then is stored'),
                term: z.enum(['short', 'long']),
              }),
            ),
          })
          .nullable(),
      }),
    ),
    left_alone: z.array(
      z.object({
        asset_id: z.string(),
        difference: money.describe('What it lacks (positive) or has too much (negative)'),
        why: z.enum(['within_band', 'below_one_lot', 'below_minimum', 'no_cash']),
      }),
    ),
    totals: z.object({
      value: money,
      sells: money,
      buys: money,
      fees: money,
      spread: money,
      remainder: money.describe('sells - buys - fees - spread: what the cash grows by'),
      cash_after: money,
      turnover: z.number(),
    }),
    weights: z
      .array(z.object({ asset_id: z.string(), before: z.number(), target: z.number(), after: z.number() }))
      .describe('All three are shares of the whole value, kept cash included'),
    limited_by_turnover: z.boolean(),
    policy: z.object({ id: z.uuid(), version: z.int(), broken_limits: z.array(z.string()) }),
    prices: z.array(
      z.object({
        asset_id: z.string(),
        usd: z.string(),
        source: z.string().nullable(),
        time: z.iso.datetime(),
        disputed_since: z.iso.datetime().nullable(),
      }),
    ),
    simulated: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'RebalancingPlan' });
export type PlanView = z.output<typeof planSchema>;
export const planPage = pageOf(planSchema).meta({ id: 'RebalancingPlanPage' });

export const oldPlanQuery = z.object({
  allocations: oldText.describe('JSON object of symbol to share of the portfolio, 0 to 1'),
  target_btc_pct: oldNumber.default(0.5),
  total_value_usd: oldNumber
    .refine((value) => value > 0, 'must be above 0')
    .optional()
    .describe("What the shares are of; without it, the default portfolio's value, else that of 1 BTC"),
});
export type OldPlanQuery = z.output<typeof oldPlanQuery>;

export const oldPlanSchema = z
  .object({
    target_btc_allocation: z.number(),
    current_btc_allocation: z.number(),
    actions: z.array(
      z.object({
        symbol: z.string(),
        action: z.enum(['buy', 'sell']),
        amount: z.number().describe('Units'),
        current_amount: z.number(),
      }),
    ),
    total_value_usd: z.number(),
    notional: z.boolean().describe('True when the total is made up: the value of 1 BTC'),
    partial: z
      .boolean()
      .describe('True when the total leaves out what the portfolio holds and nobody knows a price of'),
    cash_usd: z.number().describe('What the shares leave to 1: it is cash before the trades'),
    cash_remainder_usd: z
      .number()
      .describe('What the limits leave over: it is cash after the trades, cash_usd and all sales less all purchases'),
    unpriced: z.array(z.string()).describe('Symbols that nobody knows a price of; they keep their share'),
    note: z.string().nullable(),
  })
  .meta({ id: 'OldRebalancingPlan' });
export type OldPlanView = z.output<typeof oldPlanSchema>;
