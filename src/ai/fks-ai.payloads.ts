import { z } from 'zod';
import { InvariantViolation } from '../shared/errors.js';
import { canonicalJson } from '../shared/canonical-json.js';
import type { OpinionQuestion } from './ai.contract.js';
import { timeHorizonOf, type Opinion, type OpinionDirection, type QuestionKind } from './domain/opinion.js';
import { plainLine } from './domain/plain-line.js';
import { asComplaints, asPromptData } from './domain/prompt-data.js';
import { redact } from './domain/redact.js';

const longestSymbol = 40;
const longestSummary = 2_000;
const longestItem = 400;
const mostItems = 10;
const longestModel = 100;

/** A request as fks_ai takes it. */
export interface FksAiRequest {
  readonly path: '/ai/enhance-signal' | '/ai/trading/analyze';
  readonly body: Readonly<Record<string, unknown>>;
}

const positive = z.number().positive();
const notNegative = z.number().min(0);
const macd = z.strictObject({ macd: z.number(), signal: z.number(), histogram: z.number() });
const rsi = z.number().min(0).max(100);

/** `macd` is an object: a bare number is ignored there. */
const checkRequest = z.strictObject({
  symbol: z.string().min(1).max(longestSymbol),
  base_signal: z.strictObject({ signal_type: z.enum(['BUY', 'SELL']), confidence: z.number().min(0).max(1) }),
  market_data: z.strictObject({
    price: positive,
    volume: notNegative.optional(),
    avg_volume: notNegative.optional(),
    rsi: rsi.optional(),
    macd: macd.optional(),
  }),
  use_full_agents: z.literal(false),
});

const opinionRequest = z.strictObject({
  symbol: z.string().min(1).max(longestSymbol),
  current_price: positive,
  rsi: rsi.optional(),
  macd: macd.optional(),
  ema_9: positive.optional(),
  ema_21: positive.optional(),
  ema_50: positive.optional(),
  volume_ratio: notNegative.optional(),
  atr: notNegative.optional(),
  recent_high: positive.optional(),
  recent_low: positive.optional(),
  support_levels: z.array(positive).max(20).optional(),
  resistance_levels: z.array(positive).max(20).optional(),
  time_horizon: z.enum(['scalp', 'swing', 'position']),
  market_sentiment: z.string().optional(),
  news_summary: z.string().optional(),
  max_risk_pct: z.number().min(0.005).max(0.05),
});

/**
 * The request of a question; what is not known is left out, never sent as a neutral number.
 *
 * @throws InvariantViolation naming the fields that no request may have
 */
export function requestOf(question: OpinionQuestion): FksAiRequest {
  return question.kind === 'check'
    ? { path: '/ai/enhance-signal', body: valid(checkRequest, checkBody(question)) }
    : { path: '/ai/trading/analyze', body: valid(opinionRequest, opinionBody(question)) };
}

type Of<K extends QuestionKind> = Extract<OpinionQuestion, { kind: K }>;

const checkBody = ({ symbol, direction, confidencePoints, market }: Of<'check'>) => ({
  symbol,
  base_signal: { signal_type: direction.toUpperCase(), confidence: confidencePoints / 100 },
  market_data: known({
    price: market.price,
    volume: market.volume,
    avg_volume: market.averageVolume,
    rsi: market.rsi,
    macd: market.macd,
  }),
  use_full_agents: false,
});

function opinionBody({ symbol, category, market, maxRiskFraction, sentiment, news, complaints }: Of<'opinion'>) {
  // the route has no field for what was wrong the last time: its free text is the one place that reaches the model
  const texts = [asPromptData('NEWS', news), asComplaints(complaints)].filter((text) => text !== null);
  return known({
    symbol,
    current_price: market.price,
    rsi: market.rsi,
    macd: market.macd,
    ema_9: market.ema9,
    ema_21: market.ema21,
    ema_50: market.ema50,
    volume_ratio: market.volumeRatio,
    atr: market.atr,
    recent_high: market.recentHigh,
    recent_low: market.recentLow,
    support_levels: market.supportLevels,
    resistance_levels: market.resistanceLevels,
    time_horizon: timeHorizonOf[category],
    market_sentiment: asPromptData('SENTIMENT', sentiment),
    news_summary: texts.length > 0 ? texts.join('\n\n') : null,
    max_risk_pct: maxRiskFraction,
  });
}

const known = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

function valid<T extends Record<string, unknown>>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const wrong = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new InvariantViolation(`no question for fks_ai: ${wrong.join('; ')}`);
}

const text = z.string();

/** Unknown members are dropped; none of these may be missing. */
const checkAnswer = z.object({
  enhanced: z.literal(true),
  confidence: z.number(),
  analysts_output: z.object({ technical: text, risk: text }),
  final_decision: text,
  enhancement_notes: text,
  timestamp: text,
});

const opinionAnswer = z.object({
  symbol: text,
  signal: z.enum(['BUY', 'SELL', 'HOLD']),
  confidence: z.number(),
  entry_price: z.number(),
  stop_loss: z.number(),
  take_profit: z.number(),
  position_size_pct: z.number(),
  risk_reward_ratio: z.number(),
  rationale: text,
  key_factors: z.array(text),
  risks: z.array(text),
  model: text,
  timestamp: text,
  analysis_time_ms: z.number(),
});

export type ReadAnswer<T> =
  { readonly kind: 'read'; readonly value: T } | { readonly kind: 'broken'; readonly why: string };

/** The body as it is kept: canonical JSON without secrets. */
export function answerToKeep(body: string): ReadAnswer<string> {
  try {
    return { kind: 'read', value: canonicalJson(redact(JSON.parse(body))) };
  } catch {
    return { kind: 'broken', why: 'no JSON' };
  }
}

/** What a kept answer says, or which members break the contract. Values are not judged here. */
export function opinionIn(
  kept: string,
  { kind, symbol }: Pick<OpinionQuestion, 'kind' | 'symbol'>,
): ReadAnswer<Opinion> {
  const value: unknown = JSON.parse(kept);
  return kind === 'check' ? checked(value, symbol) : advised(value);
}

function checked(value: unknown, symbol: string): ReadAnswer<Opinion> {
  const read = checkAnswer.safeParse(value);
  if (!read.success) return broken(read.error);
  const { confidence, analysts_output: analysts, final_decision: decision, enhancement_notes: notes } = read.data;
  const direction = directionIn(decision);
  if (!direction)
    return { kind: 'broken', why: `final_decision "${plainLine(decision, 40)}" is none of BUY, SELL, HOLD` };
  return {
    kind: 'read',
    value: {
      kind: 'check',
      symbol,
      direction,
      confidence,
      levels: null,
      riskRewardRatio: null,
      positionSizePct: null,
      rationale: rationaleOf(notes, [analysts.technical], [analysts.risk]),
      model: null,
    },
  };
}

function advised(value: unknown): ReadAnswer<Opinion> {
  const read = opinionAnswer.safeParse(value);
  if (!read.success) return broken(read.error);
  const { symbol, signal, confidence, rationale, key_factors: factors, risks, model, ...numbers } = read.data;
  const levels = { entry: numbers.entry_price, stopLoss: numbers.stop_loss, takeProfit: numbers.take_profit };
  // zeros stand for "none"
  const hasLevels = Object.values(levels).some((price) => price !== 0);
  return {
    kind: 'read',
    value: {
      kind: 'opinion',
      symbol: plainLine(symbol, longestSymbol),
      direction: signal.toLowerCase() as OpinionDirection,
      confidence,
      levels: hasLevels ? levels : null,
      riskRewardRatio: hasLevels ? numbers.risk_reward_ratio : null,
      positionSizePct: numbers.position_size_pct,
      rationale: rationaleOf(rationale, factors, risks),
      model: plainLine(model, longestModel),
    },
  };
}

const broken = ({ issues }: z.ZodError): ReadAnswer<never> => ({
  kind: 'broken',
  why: issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`)
    .join('; '),
});

/** An echo of the signal's type, in whatever case it was sent. */
function directionIn(decision: string): OpinionDirection | undefined {
  const word = decision.trim().toLowerCase();
  return word === 'buy' || word === 'sell' || word === 'hold' ? word : undefined;
}

const rationaleOf = (summary: string, factors: readonly string[], risks: readonly string[]) => ({
  summary: plainLine(summary, longestSummary),
  factors: items(factors),
  risks: items(risks),
});

const items = (texts: readonly string[]) =>
  texts
    .slice(0, mostItems)
    .map((item) => plainLine(item, longestItem))
    .filter(Boolean);

const healthAnswer = z.object({
  status: text,
  service: text,
  version: text.optional(),
  llm_provider: text.optional(),
  google_ai: z.looseObject({ configured: z.boolean() }).optional(),
  ollama: z.looseObject({ connected: z.boolean() }).optional(),
});
export type FksAiHealth = z.output<typeof healthAnswer>;

export function healthIn(body: string): ReadAnswer<FksAiHealth> {
  const kept = answerToKeep(body);
  if (kept.kind === 'broken') return kept;
  const read = healthAnswer.safeParse(JSON.parse(kept.value));
  return read.success ? { kind: 'read', value: read.data } : broken(read.error);
}
