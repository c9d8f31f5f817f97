import { z } from 'zod';
import { pageOf } from '../platform/http/page.js';
import { directions, signalRules, strengths, tradeCategories, trends } from './domain/signal.js';
import { toIso } from '../shared/time.js';
import type { SignalRow } from './signal.repository.js';

const number = z.number().nullable();

/** From the daily closes of bitcoin in US dollars to 2021-07-06. */
const signalExample = {
  id: '019a7c3e-5d1a-7c42-9a55-0f6c1b9f2d10',
  asset_id: 'BTC',
  category: 'swing',
  direction: 'sell',
  entry_price: 34235.19345116,
  take_profit: 30811.674106,
  stop_loss: 35946.9531237,
  take_profit_pct: 10,
  stop_loss_pct: 5,
  risk_reward_ratio: 2,
  position_size_pct: 0.2,
  strength: 'very_strong',
  confidence: 0.7,
  as_of: '2021-07-07T00:00:00Z',
  expires_at: '2021-08-04T00:00:00Z',
  rehearsal: true,
  simulated: false,
  rule_version: 1,
  portfolio_id: '019a7c3e-5c01-7b10-8f3e-4a7b2e61c0aa',
  pipeline_id: '019a7c3e-5c8e-7d6f-b1d2-6c0e4f7a9b33',
  evidence: {
    rule: 'trend_with_macd',
    reason: 'MACD -872.5 agrees with the trend: the 20-bar mean is below the 50-bar mean',
    rsi: 46.38297382763105,
    sma_20: 34347.3038013185,
    sma_50: 36184.63693479241,
    ema_12: 34416.409177422094,
    ema_26: 35288.885635810664,
    macd: -872.4764583885699,
    volatility: 0.873778087127004,
    price_position: 0.08151131778701978,
    trend: 'down',
    periods_per_year: 365,
    bars: 120,
    first_date: '2021-03-09',
    last_date: '2021-07-06',
    risk_fraction: 0.01,
  },
  series: { source: 'csv:cmc-usd', quote_currency: 'USD', adjustment: 'unknown' },
};

export const signalView = z
  .object({
    id: z.uuid(),
    asset_id: z.string(),
    category: z.enum(tradeCategories),
    direction: z.enum(directions),
    entry_price: z.number().describe('Close of the last closed bar, in the quote currency of the series'),
    take_profit: z.number(),
    stop_loss: z.number(),
    take_profit_pct: z.number().describe('Distance of the target from the entry, in percent'),
    stop_loss_pct: z.number().describe('Distance of the stop from the entry, in percent'),
    risk_reward_ratio: z.number(),
    position_size_pct: z.number().describe('Fraction of the portfolio: the risk budget over the stop, capped'),
    strength: z.enum(strengths),
    confidence: z.number().min(0).max(1),
    as_of: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    rehearsal: z.boolean().describe('True when the as-of lay in the past on purpose: no advice for today'),
    simulated: z.boolean().describe('True when the prices came from the market simulator'),
    rule_version: z.int(),
    portfolio_id: z.uuid(),
    pipeline_id: z.uuid(),
    evidence: z.object({
      rule: z.enum(signalRules),
      reason: z.string(),
      rsi: number,
      sma_20: number,
      sma_50: number,
      ema_12: number,
      ema_26: number,
      macd: number,
      volatility: number.describe('Annualised, a fraction'),
      price_position: number,
      trend: z.enum(trends),
      periods_per_year: z.int(),
      bars: z.int(),
      first_date: z.iso.date(),
      last_date: z.iso.date(),
      risk_fraction: z.number().describe('Share of the portfolio that a stop may cost'),
    }),
    series: z.object({ source: z.string(), quote_currency: z.string(), adjustment: z.string() }),
  })
  .meta({ id: 'Signal', example: signalExample });
export type SignalView = z.infer<typeof signalView>;

export const signalPage = pageOf(signalView).meta({ id: 'SignalPage' });

/** A stored signal as the wire shows it: prices as JSON numbers, confidence as a fraction. */
export function signalViewOf(signal: SignalRow): SignalView {
  const { evidence, series } = signal;
  return {
    id: signal.id,
    asset_id: signal.assetId,
    category: signal.category,
    direction: signal.direction,
    entry_price: Number(signal.entryPrice),
    take_profit: Number(signal.takeProfit),
    stop_loss: Number(signal.stopLoss),
    take_profit_pct: signal.takeProfitPct,
    stop_loss_pct: signal.stopLossPct,
    risk_reward_ratio: signal.riskRewardRatio,
    position_size_pct: signal.positionSizePct,
    strength: signal.strength,
    confidence: signal.confidencePoints / 100,
    as_of: toIso(signal.asOf.getTime()),
    expires_at: toIso(signal.expiresAt.getTime()),
    rehearsal: signal.rehearsal,
    simulated: signal.simulated,
    rule_version: signal.ruleVersion,
    portfolio_id: signal.portfolioId,
    pipeline_id: signal.runId,
    evidence: {
      rule: evidence.rule,
      reason: evidence.reason,
      rsi: evidence.rsi,
      sma_20: evidence.sma20,
      sma_50: evidence.sma50,
      ema_12: evidence.ema12,
      ema_26: evidence.ema26,
      macd: evidence.macd,
      volatility: evidence.volatility,
      price_position: evidence.pricePosition,
      trend: evidence.trend,
      periods_per_year: evidence.periodsPerYear,
      bars: evidence.bars,
      first_date: evidence.firstDate,
      last_date: evidence.lastDate,
      risk_fraction: evidence.riskFraction,
    },
    series: { source: series.source, quote_currency: series.quoteCurrency, adjustment: series.adjustment },
  };
}
