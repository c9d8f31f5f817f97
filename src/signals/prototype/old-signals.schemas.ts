import { z } from 'zod';
import { opinionBases } from '../../ai/domain/effect.js';
import { oldSymbols, oldText } from '../../platform/http/old-parameters.js';
import { dayMs, utcDate } from '../../shared/time.js';
import { tradeCategories } from '../../shared/trade-categories.js';
import { directions, strengths, trends } from '../domain/signal.js';

const isCategory = (text: string) => (tradeCategories as readonly string[]).includes(text);
const names = tradeCategories.join(', ');

/** Upper and lower case are one; an empty text is none. */
const category = oldText
  .transform((text) => text.trim().toLowerCase())
  .refine((text) => text === '' || isCategory(text), `is no category: they are ${names}`)
  .transform((text) => (text === '' ? undefined : (text as (typeof tradeCategories)[number])))
  .optional();

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on', 't', 'y'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off', 'f', 'n'].map((word) => [word, false] as const),
]);
const oldBoolean = oldText
  .transform((text) => text.trim().toLowerCase())
  .refine((text) => truths.has(text), 'is neither true nor false')
  .transform((text) => truths.get(text)!);

const symbols = oldSymbols.optional().describe('Comma-separated; without them, of every asset');

export const generateQuery = z.object({
  category: category.describe(`One of ${names}; swing without it. Another one is refused`),
  symbols,
  ai_enhanced: oldBoolean.default(false).describe('With what the AI made of them, where it was asked'),
});
export type GenerateQuery = z.output<typeof generateQuery>;

export const signalsSummaryQuery = generateQuery.omit({ ai_enhanced: true });
export type SignalsSummaryQuery = z.output<typeof signalsSummaryQuery>;

/** What the web form sends for "no symbol". */
const absent = new Set(['', 'none', 'null', 'undefined']);

/** First instant of a day in either form, or of none for the empty text. */
function dayOf(text: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text) ?? [];
  const date = `${year}-${month}-${day}`;
  const ms = Date.parse(`${date}T00:00:00Z`);
  // JavaScript would roll the 30th of February over into March
  return Number.isNaN(ms) || utcDate(ms) !== date ? undefined : ms;
}

export const fromFilesQuery = z.object({
  date: oldText
    .transform((text) => text.trim())
    .refine((text) => text === '' || dayOf(text) !== undefined, 'is no date: YYYYMMDD or YYYY-MM-DD')
    .transform((text) => (text === '' ? undefined : { text, from: dayOf(text)!, before: dayOf(text)! + dayMs }))
    .optional()
    .describe('Day in UTC that signals are as of, YYYYMMDD or YYYY-MM-DD; without it, or empty, today'),
  category: category.describe(`One of ${names}; all without it. Another one is refused`),
  symbol: oldText
    .transform((text) => (absent.has(text.trim().toLowerCase()) ? undefined : text.trim()))
    .optional()
    .describe('In any spelling; empty, None, null and undefined mean all'),
  include_lot_size: oldBoolean.default(true),
});
export type FromFilesQuery = z.output<typeof fromFilesQuery>;

const briefFields = {
  symbol: z.string(),
  signal_type: z.enum(directions),
  category: z.enum(tradeCategories),
  entry_price: z.number(),
  take_profit: z.number(),
  stop_loss: z.number(),
  take_profit_pct: z.number(),
  stop_loss_pct: z.number(),
  risk_reward_ratio: z.number(),
  position_size_pct: z.number().describe('Fraction of the portfolio'),
  strength: z.enum(strengths),
  confidence: z.number().min(0).max(1),
  timestamp: z.iso.datetime().describe('The as-of'),
  is_valid: z.boolean(),
  simulated: z.boolean().describe('True when the prices came from the market simulator'),
};

export const generatedSignalsSchema = z
  .object({
    signals: z.array(z.object(briefFields)),
    count: z.int(),
    category: z.enum(tradeCategories),
    ai_enhanced: z.boolean().describe('Whether the AI changed any of them'),
  })
  .meta({ id: 'GeneratedSignals' });
export type GeneratedSignalsView = z.output<typeof generatedSignalsSchema>;

const lotSize = z.object({
  symbol: z.string(),
  entry_price: z.number(),
  risk_amount_usd: z.number().describe('What the stop costs'),
  position_size_usd: z.number(),
  position_size_tokens: z.number().nullable().describe('Of coins'),
  token_amount: z.number().nullable().describe('The same'),
  position_size_units: z.number().nullable().describe('Of everything else'),
  lot_size: z.number().nullable().describe('Lots, of currencies'),
  lot_type: z.string(),
  leverage: z.null(),
});

const entryPlanning = z.object({
  current_price: z.number().nullable().describe('US dollars'),
  entry_price: z.number(),
  next_trading_day: z.iso.datetime().describe('The next opening; of coins the next day'),
  market_open_time: z.iso.datetime().nullable().describe('The next opening; null around the clock'),
  entry_strategy: z.enum(['market', 'limit']),
  recommended_order_type: z.enum(['market', 'limit']),
  entry_note: z.string(),
  time_until_open: z.string().describe('As Python prints a duration'),
});

const fullFields = {
  ...briefFields,
  expected_duration_hours: z.number(),
  expiry: z.iso.datetime(),
  indicators: z.record(z.string(), z.union([z.number(), z.enum(trends)])),
  bias_flags: z.array(z.string()),
  ai_enhancements: z
    .object({
      ai_confidence: z.number().min(0).max(1),
      final_decision: z.enum(['BUY', 'SELL', 'HOLD']),
      analysis_summary: z.string().nullable(),
      bull_consensus: z.null().describe('fks_ai states no number for it'),
      bear_consensus: z.null(),
      consensus_strength: z.null(),
      debate_summary: z.null(),
    })
    .nullable()
    .describe('What the AI said of it; null where it was not asked, or gave nothing to use'),
};

const fullSignal = z.object(fullFields);
export type FullSignalView = z.output<typeof fullSignal>;

const filedSignal = z.object({
  id: z.uuid(),
  ...fullFields,
  signal_type: z.enum(['BUY', 'SELL']),
  confidence: z.number().min(0).max(100),
  lot_size: lotSize.optional().describe('Left out where the account has no value'),
  entry_planning: entryPlanning.optional(),
});
export type FiledSignalView = z.output<typeof filedSignal>;

export const enhancedSignalsSchema = z
  .object({
    signals: z.array(
      fullSignal.extend({
        ai_answered: z.boolean().describe('False: nobody was asked, nothing came in time, or nothing that can be used'),
        arm: z.enum(opinionBases).describe('Whose confidence and size these are'),
      }),
    ),
    count: z.int(),
    category: z.enum(tradeCategories),
    ai_enhanced: z.boolean().describe('Whether the AI answered on any of them'),
  })
  .meta({ id: 'EnhancedSignals' });
export type EnhancedSignalsView = z.output<typeof enhancedSignalsSchema>;

export const filedSignalsSchema = z
  .object({
    date: z.string(),
    signals: z.partialRecord(z.enum(tradeCategories), z.array(filedSignal)),
    summary: z
      .object({ total_signals: z.int(), buy_signals: z.int(), sell_signals: z.int(), avg_confidence: z.number() })
      .nullable()
      .describe('Of the signals shown, confidence in percent; null of none'),
    performance: z
      .object({
        win_rate: z.number().describe('Percent'),
        total_pnl: z
          .number()
          .nullable()
          .describe(
            'US dollars, of positions of the signals’ own size in the account of that day; null without a value',
          ),
        avg_return: z.number().describe('Percent of the position, after costs'),
        executed_count: z.int().describe('Signals that are settled'),
      })
      .nullable()
      .describe('What became of those shown that are settled; null of none'),
    lot_size_enabled: z.boolean(),
  })
  .meta({ id: 'FiledSignals' });
export type FiledSignalsView = z.output<typeof filedSignalsSchema>;

const counts = z.record(z.string(), z.int());

export const signalsSummarySchema = z
  .object({
    total: z.int(),
    by_type: counts,
    by_category: counts,
    by_strength: counts,
    avg_confidence: z.number().describe('0 to 1; 0 of none'),
    avg_risk_reward: z.number().describe('0 of none'),
  })
  .meta({ id: 'SignalsSummary' });
export type SignalsSummaryView = z.output<typeof signalsSummarySchema>;

const range = z.tuple([z.number(), z.number()]).describe('Percent of the entry');

export const signalCategoriesSchema = z
  .object({
    categories: z.array(
      z.object({
        category: z.enum(tradeCategories),
        description: z.string(),
        tp_range: range,
        sl_range: range,
        time_horizon_min_hours: z.number(),
        time_horizon_max_hours: z.number(),
        indicators: z.array(z.string()).describe('The rules that are asked'),
      }),
    ),
  })
  .meta({ id: 'SignalCategories' });
export type SignalCategoriesView = z.output<typeof signalCategoriesSchema>;
