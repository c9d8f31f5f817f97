import { z } from 'zod';
import { oldText } from '../platform/http/old-parameters.js';

export const analyzedSymbolParam = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9./-]{0,31}$/, 'is no symbol of an asset')
  .transform((symbol) => symbol.toUpperCase());

export const btcOptimizationQuery = z.object({
  allocations: oldText
    .default('{"BTC":0.5,"ETH":0.2,"SPY":0.3}')
    .describe('JSON object of symbol to share of the portfolio, 0 to 1'),
});
export type BtcOptimizationQuery = z.output<typeof btcOptimizationQuery>;

const aiAnswered = z.boolean().describe('False: no opinion is known, and nothing here is one');
const simulated = z.boolean().describe('True when the AI simulator answered');

export const aiHealthSchema = z
  .object({
    ai_service_healthy: z.boolean().describe('By /health of fks_ai alone'),
    agent_status: z.null().describe('fks_ai serves no status of agents'),
    service_url: z.string().nullable().describe('Null when fks_ai is not configured'),
    configured: z.boolean(),
    llm_provider: z.string().nullable(),
    simulated,
    error: z.string().optional(),
  })
  .meta({ id: 'AiHealth' });
export type AiHealthView = z.output<typeof aiHealthSchema>;

export const aiAnalysisSchema = z
  .object({
    symbol: z.string(),
    ai_answered: aiAnswered,
    confidence: z.number().min(0).max(1).nullable(),
    decision: z.enum(['BUY', 'SELL', 'HOLD']).nullable(),
    summary: z.string().describe("The model's reasons, or why there is no opinion"),
    bull_consensus: z.null().describe('fks_ai states no number for it'),
    bear_consensus: z.null().describe('fks_ai states no number for it'),
    model: z.string().nullable(),
    answered_at: z.iso.datetime().nullable(),
    simulated,
  })
  .meta({ id: 'AiAnalysis' });
export type AiAnalysisView = z.output<typeof aiAnalysisSchema>;

export const btcOptimizationSchema = z
  .object({
    current_allocation: z.number(),
    target_allocation: z.number(),
    action: z.enum(['HOLD', 'INCREASE_BTC', 'DECREASE_BTC']),
    difference: z.number().describe('Positive, but for HOLD, where it is target less current'),
    rationale: z.string(),
    ai_answered: aiAnswered,
    simulated,
  })
  .meta({ id: 'BtcOptimization' });
export type BtcOptimizationView = z.output<typeof btcOptimizationSchema>;
