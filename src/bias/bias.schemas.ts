import { z } from 'zod';
import { instantText } from '../platform/http/instant.js';
import { biasResponses } from '../policies/domain/policy-limits.js';
import { tradeCategories } from '../shared/trade-categories.js';
import { biases } from './domain/bias-test.js';
import { overallWords, severities } from './domain/find-biases.js';

export const biasPortfolioIdParam = z.uuid();

export const biasQuery = z.strictObject({
  as_of: instantText
    .optional()
    .describe(
      'A date D means D+1T00:00Z; without it, now. Only trades before it and prices that were made by then count',
    ),
  as_known_at: instantText.optional().describe('For audits: only what was recorded and stored by that instant'),
});
export type BiasQuery = z.output<typeof biasQuery>;

const severity = z.enum(severities);
const response = z.enum(biasResponses).describe("What the portfolio's policy says is to be done");
const number = z.number().nullable();

const flagSchema = z.object({
  bias: z.enum(biases),
  from: z.enum(['rule', 'finding']),
  severity,
  message: z.string(),
  suggestion: z.string(),
  response,
});

const findingSchema = z.object({
  bias: z.enum(biases),
  verdict: z.enum(['none', 'suspected', 'not_enough_data']),
  severity: severity.nullable().describe('Null unless it is suspected'),
  response: response.nullable(),
  touches: z.enum(['buys', 'sells', 'trades']).describe('Which trades it speaks about'),
  test: z.string().nullable(),
  statistic: z.object({ name: z.string(), value: z.number() }).nullable(),
  p_value: number.describe('Null without enough data, and for what is a fact and no sample'),
  adjusted_p_value: number.describe('For the false discovery rate over all tests'),
  interval: z.object({ of: z.string(), level: z.number(), low: z.number(), high: z.number() }).nullable(),
  sample: z.object({ size: z.int(), of: z.string() }),
  effect: z
    .object({
      name: z.string(),
      value: z.number(),
      magnitude: z.enum(['negligible', 'small', 'medium', 'large']),
      words: z.string(),
    })
    .nullable(),
  values: z.record(z.string(), number).describe('Other numbers that belong to it'),
  missing: z.array(z.string()).describe('What there would have to be for an answer'),
  source: z.string().describe('Papers that bias and test are from'),
});

export const biasReportSchema = z
  .object({
    portfolio_id: z.uuid(),
    as_of: z.iso.datetime(),
    as_known_at: z.iso.datetime().nullable(),
    judged_from: z.iso.datetime().describe('Earlier trades only say what was held'),
    overall: z
      .enum(overallWords)
      .describe('Of what is suspected: any high AVOID_TRADING, any medium REDUCE_POSITION_SIZE, else CAUTION; none OK'),
    policy: z.object({ policy_id: z.uuid(), version: z.int(), medium: response, high: response }),
    false_discoveries: z
      .object({ method: z.literal('benjamini_yekutieli'), rate: z.number(), tests: z.int() })
      .describe(
        'At most this share of the biases that are called out is expected to be false, however the tests hang together',
      ),
    findings: z.array(findingSchema),
    recent_loss: number.describe(
      'Net realised loss of 30 days over the value, a positive fraction; null where unknown',
    ),
    win_streak: z.int().describe('Sales in a row, newest first, that made a gain'),
    notes: z.array(z.string()),
    simulated: z.boolean(),
  })
  .meta({ id: 'BiasReport' });
export type BiasReportView = z.output<typeof biasReportSchema>;
export type FindingView = z.output<typeof findingSchema>;

const positive = z.number().positive();
const notNegative = z.number().min(0);

/** The prototype's signal, or more: what is beside these members is not read. */
export const biasCheckBody = z
  .object({
    symbol: z.string().trim().min(1).max(32),
    signal_type: z
      .string()
      .trim()
      .toLowerCase()
      .pipe(z.enum(['buy', 'sell'])),
    category: z.string().trim().toLowerCase().pipe(z.enum(tradeCategories)),
    entry_price: positive,
    take_profit: positive,
    stop_loss: positive,
    take_profit_pct: notNegative,
    stop_loss_pct: notNegative.describe('Distance of the stop from the entry, in percent'),
    risk_reward_ratio: notNegative,
    position_size_pct: z.number().min(0).max(1).describe('Fraction of the portfolio'),
    timestamp: z
      .string()
      .max(40)
      .refine((text) => !Number.isNaN(Date.parse(text)), 'is no time'),
    strength: z.string().max(32),
    confidence: z.number().min(0).max(1),
  })
  .meta({
    id: 'BiasCheck',
    example: {
      symbol: 'BTC',
      signal_type: 'BUY',
      category: 'swing',
      entry_price: 60_000,
      take_profit: 66_000,
      stop_loss: 57_000,
      take_profit_pct: 10,
      stop_loss_pct: 5,
      risk_reward_ratio: 2,
      position_size_pct: 0.1,
      timestamp: '2026-11-25T08:00:00Z',
      strength: 'strong',
      confidence: 0.7,
    },
  });
export type BiasCheckBody = z.output<typeof biasCheckBody>;

export const biasCheckSchema = z
  .object({
    symbol: z.string(),
    bias_detected: z.boolean(),
    bias_type: z.string().nullable().describe("Of the severest flag, in the prototype's words where it had one"),
    ai_confidence: z.null().describe('fks_ai does not judge biases; see `ai_note`'),
    ai_note: z.string(),
    rule_based_flags: z.int(),
    flags: z.array(flagSchema),
    mitigation: z.object({
      suggestions: z.array(z.object({ type: z.string(), suggestion: z.string(), severity })),
      action_required: z.boolean().describe('The policy asks for a reason, or blocks'),
    }),
    recommendation: z.enum(overallWords),
    portfolio_id: z
      .uuid()
      .nullable()
      .describe('The default portfolio; null without any, and then only the size is judged'),
  })
  .meta({ id: 'BiasChecked' });
export type BiasCheckView = z.output<typeof biasCheckSchema>;
