import { biases } from '../bias/domain/bias-test.js';
import { severities } from '../bias/domain/find-biases.js';
import { biasResponses } from '../policies/domain/policy-limits.js';
import { z } from 'zod';
import { pageOf } from '../platform/http/page.js';
import { intervals } from '../data/domain/candle.js';
import { tradeCategories } from '../shared/trade-categories.js';
import { directions, strengths, trends } from './domain/signal.js';
import { opinionBases, opinionModes } from '../ai/domain/effect.js';
import { opinionDirections, questionKinds } from '../ai/domain/opinion.js';
import { opinionModes as opinionSettings } from '../policies/domain/policy-limits.js';
import { opinionOutcomes } from './domain/recorded-opinion.js';
import { sizeLimits } from './domain/evidence.js';
import { signalState, signalStates } from './domain/signal-state.js';
import { toIso, type EpochMs } from '../shared/time.js';
import { exitReasons, exitTellings } from './domain/settlement.js';
import type { SignalRow } from './signal.repository.js';
import type { SignalOpinionRow } from './opinions/signal-opinion.repository.js';
import type { SignalSettlement } from './settlements/signal-settlement.entity.js';

const number = z.number().nullable();

/** From the daily closes of bitcoin in US dollars to 2021-07-06. */
export const signalExample = {
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
  pipeline_id: null,
  run_id: '019a7c3e-5c8e-7d6f-b1d2-6c0e4f7a9b33',
  state: 'expired',
  held_back: null,
  bias_flags: [],
  evidence: {
    rule: 'trend_with_macd',
    reason: 'MACD -872.5 agrees with the trend: the 20-bar mean is below the 50-bar mean',
    findings: [
      {
        rule: 'rsi_reversal',
        version: 1,
        stance: 'none',
        reason: 'RSI 46.38',
        values: { rsi: 46.38297382763105 },
      },
      {
        rule: 'trend_with_macd',
        version: 1,
        stance: 'sell',
        reason: 'MACD -872.5 agrees with the trend: the 20-bar mean is below the 50-bar mean',
        values: {
          macd: -872.4764583885699,
          histogram: 120.25,
          fast_mean: 34347.3038013185,
          slow_mean: 36184.63693479241,
        },
      },
    ],
    trend: 'down',
    volatility: 0.873778087127004,
    range: 0.0585,
    range_from: 'closes',
    interval: '1d',
    periods_per_year: 365,
    bars: 120,
    first_bar: '2021-03-09T00:00:00Z',
    last_bar: '2021-07-06T00:00:00Z',
    bars_sha256: 'b848fdbaf5aad93ed48fcdf79820e040f6c5837f7cec30250ccffc894f21d22a',
    risk_fraction: 0.01,
    size_limited_by: 'risk',
    cost_rate: 0.0015,
    risk_reward_after_costs: 1.8302,
  },
  series: { source: 'csv:cmc-usd', quote_currency: 'USD', adjustment: 'unknown' },
  served: { arm: 'rules', confidence: 0.7, position_size_pct: 0.2, cancelled: false },
  opinion: {
    outcome: 'answered',
    asked: 'opinion',
    direction: 'buy',
    confidence: 0.6,
    model: 'gemini-2.5-flash',
    summary: 'Oversold after six weeks of falling; a bounce is more likely than another leg down.',
    answered_at: '2021-07-07T00:00:12Z',
    late: false,
    simulated: false,
    followed: { confidence: 0.58, position_size_pct: 0.14, cancelled: false },
    setting: 'by_record',
    mode: 'show',
    reasons: ['the opinion says buy with confidence 0.6; opinions are shown only'],
    recorded_at: '2021-07-07T00:00:13Z',
  },
  settlement: null,
};

const arm = {
  confidence: z.number().min(0).max(1),
  position_size_pct: z.number(),
  cancelled: z.boolean(),
};

/** What was said of a signal, and what that may do. */
const opinionView = z.object({
  outcome: z
    .enum(opinionOutcomes)
    .describe('`refused`: every opinion that was given had faults; `unanswered`: none came in time'),
  asked: z.enum(questionKinds).describe('`check`: fixed rules of fks_ai, no model'),
  direction: z.enum(opinionDirections).nullable(),
  confidence: number.describe('Of the direction that it names, 0 to 1'),
  model: z.string().nullable(),
  summary: z.string().nullable().describe('Text of a model: data, not advice'),
  answered_at: z.iso.datetime().nullable(),
  late: z.boolean().describe('It came after the signal had been served by its rules for half a minute'),
  simulated: z.boolean().describe('True when the AI simulator answered'),
  followed: z.object(arm).describe('The AI arm: the signal with the opinion followed in full, whatever is served'),
  setting: z.enum(opinionSettings).describe('Of the policy in force when it was recorded'),
  mode: z.enum(opinionModes).describe('What that came to: `by_record` allows what earlier opinions were worth'),
  reasons: z.array(z.string()).describe('Why this is served'),
  recorded_at: z.iso.datetime(),
});

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
    pipeline_id: z.uuid().nullable().describe('The pipeline that asked for it; null when a run of its own did'),
    run_id: z.uuid().nullable().describe('The run that found it; null when a pipeline did'),
    state: z.enum(signalStates).describe('`expired` until its bars are looked at again'),
    held_back: z
      .array(z.object({ by: z.string(), reason: z.string() }))
      .nullable()
      .describe('What speaks against acting on it; null when nothing does'),
    bias_flags: z
      .array(
        z.object({
          bias: z.enum(biases),
          from: z.enum(['rule', 'finding']),
          severity: z.enum(severities),
          message: z.string(),
          suggestion: z.string(),
          response: z.enum(biasResponses),
        }),
      )
      .describe('Habits of who decides that touch it, and what the policy makes of each'),
    evidence: z.object({
      rule: z.string().describe('The rule that opened the signal'),
      reason: z.string(),
      findings: z
        .array(
          z.object({
            rule: z.string(),
            version: z.int(),
            stance: z.enum(['buy', 'sell', 'veto', 'none', 'unknown']),
            reason: z.string(),
            values: z.record(z.string(), number),
          }),
        )
        .describe('Of every rule that was asked: what agrees, what speaks against, what had nothing to say'),
      trend: z.enum(trends),
      volatility: number.describe('Annualised, a fraction'),
      range: z.number().describe('Average range of a bar, a fraction of the entry: levels follow it'),
      range_from: z.enum(['true_range', 'closes']),
      interval: z.enum(intervals),
      periods_per_year: z.number(),
      bars: z.int(),
      first_bar: z.iso.datetime(),
      last_bar: z.iso.datetime(),
      bars_sha256: z.string().describe('Of the series and the bars that were read'),
      risk_fraction: z.number().describe('Share of the portfolio that a stop may cost'),
      size_limited_by: z.enum(sizeLimits),
      cost_rate: z.number().describe('Of the value of each of the two trades'),
      risk_reward_after_costs: z.number(),
    }),
    series: z.object({ source: z.string(), quote_currency: z.string(), adjustment: z.string() }),
    served: z
      .object({ arm: z.enum(opinionBases), ...arm })
      .describe('What is served; the numbers above stay what the rules said'),
    opinion: opinionView.nullable().describe('Null while it is asked for, and when nobody is asked'),
    settlement: z
      .object({
        reason: z.enum(exitReasons),
        price: z.number(),
        exited_at: z.iso.datetime().describe('End of the bar in which it happened'),
        gap: z.boolean().describe('The market opened beyond the level'),
        told: z.enum(exitTellings).describe('`pessimistic`: one bar reached both levels, and the stop counts'),
        best_move: z.number().describe('Furthest for the trade, a fraction of the entry'),
        worst_move: z.number().describe('Furthest against it, a positive fraction'),
        return_usd: z.number().describe('Of the position, after the costs of both trades'),
        return_btc: z.number().nullable(),
        r_multiple: z.number().describe('The return in units of what the stop would have cost'),
      })
      .nullable()
      .describe('What became of it; null while it is open'),
  })
  .meta({ id: 'Signal', example: signalExample });
export type SignalView = z.infer<typeof signalView>;

/** With every opinion that was asked for. */
export const signalDetailView = signalView
  .extend({
    opinion_attempts: z
      .array(
        z.object({
          number: z.int(),
          exchange_id: z.uuid().nullable().describe('Of the answer, or else of the last call; null when none was sent'),
          key: z.string().nullable().describe('SHA-256 of what was asked'),
          complaints: z.array(z.string()).describe('Why it was not used'),
          at: z.iso.datetime(),
        }),
      )
      .nullable(),
    opinion_calls: z.int().nullable().describe('Calls that were sent for it'),
    opinion_milliseconds: z.int().nullable().describe('How long they took together'),
  })
  .meta({
    id: 'SignalDetail',
    example: {
      ...signalExample,
      opinion_attempts: [
        {
          number: 1,
          exchange_id: '019a7c3e-6000-7c42-9a55-0f6c1b9f2d10',
          key: 'b848fdbaf5aad93ed48fcdf79820e040f6c5837f7cec30250ccffc894f21d22a',
          complaints: [],
          at: '2021-07-07T00:00:01Z',
        },
      ],
      opinion_calls: 1,
      opinion_milliseconds: 11200,
    },
  });
export type SignalDetailView = z.infer<typeof signalDetailView>;

export const signalPage = pageOf(signalView).meta({ id: 'SignalPage' });

/** What stands beside a stored signal. */
interface Beside {
  readonly settlement: SignalSettlement | undefined;
  readonly opinion: SignalOpinionRow | undefined;
  readonly isPipelines: boolean;
  readonly now: EpochMs;
}

/** What a signal proposes: prices as JSON numbers, confidence as a fraction. */
export const tradeView = (signal: SignalRow) => ({
  entry_price: Number(signal.entryPrice),
  take_profit: Number(signal.takeProfit),
  stop_loss: Number(signal.stopLoss),
  take_profit_pct: signal.takeProfitPct,
  stop_loss_pct: signal.stopLossPct,
  risk_reward_ratio: signal.riskRewardRatio,
  position_size_pct: signal.positionSizePct,
  strength: signal.strength,
  confidence: signal.confidencePoints / 100,
});

/** A stored signal as the wire shows it: prices as JSON numbers, confidence as a fraction. */
export function signalViewOf(signal: SignalRow, { settlement, opinion, isPipelines, now }: Beside): SignalView {
  const { evidence, series, heldBack } = signal;
  return {
    id: signal.id,
    asset_id: signal.assetId,
    category: signal.category,
    direction: signal.direction,
    ...tradeView(signal),
    as_of: toIso(signal.asOf.getTime()),
    expires_at: toIso(signal.expiresAt.getTime()),
    rehearsal: signal.rehearsal,
    simulated: signal.simulated,
    rule_version: signal.ruleVersion,
    portfolio_id: signal.portfolioId,
    pipeline_id: isPipelines ? signal.runId : null,
    run_id: isPipelines ? null : signal.runId,
    state: signalState(
      { isHeldBack: Boolean(heldBack), isSettled: settlement !== undefined, expiresAt: signal.expiresAt.getTime() },
      now,
    ),
    held_back: heldBack ? heldBack.map(({ by, reason }) => ({ by, reason })) : null,
    bias_flags: (evidence.biasFlags ?? []).map((flag) => ({ ...flag })),
    evidence: {
      rule: evidence.rule,
      reason: evidence.reason,
      findings: evidence.findings.map(({ rule, version, stance, reason, values }) => {
        return { rule, version, stance, reason, values: { ...values } };
      }),
      trend: evidence.trend,
      volatility: evidence.volatility,
      range: evidence.range,
      range_from: evidence.rangeFrom,
      interval: evidence.interval,
      periods_per_year: evidence.periodsPerYear,
      bars: evidence.bars,
      first_bar: evidence.firstBar,
      last_bar: evidence.lastBar,
      bars_sha256: evidence.barsSha256,
      risk_fraction: evidence.riskFraction,
      size_limited_by: evidence.sizeLimitedBy,
      cost_rate: evidence.costRate,
      risk_reward_after_costs: evidence.riskRewardAfterCosts,
    },
    series: { source: series.source, quote_currency: series.quoteCurrency, adjustment: series.adjustment },
    served: servedOf(signal, opinion),
    opinion: opinion ? opinionViewOf(opinion) : null,
    settlement: settlement
      ? {
          reason: settlement.reason,
          price: Number(settlement.price),
          exited_at: toIso(settlement.exitedAt.getTime()),
          gap: settlement.gap,
          told: settlement.told,
          best_move: settlement.bestMove,
          worst_move: settlement.worstMove,
          return_usd: settlement.returnUsd,
          return_btc: settlement.returnBtc ?? null,
          r_multiple: settlement.rMultiple,
        }
      : null,
  };
}

/** Without an opinion the rules serve. */
const servedOf = (signal: SignalRow, opinion: SignalOpinionRow | undefined): SignalView['served'] => ({
  arm: opinion?.servedBasis ?? 'rules',
  confidence: (opinion?.servedConfidencePoints ?? signal.confidencePoints) / 100,
  position_size_pct: opinion?.servedSizeFraction ?? signal.positionSizePct,
  cancelled: opinion?.servedCancelled ?? false,
});

const opinionViewOf = (opinion: SignalOpinionRow): NonNullable<SignalView['opinion']> => ({
  outcome: opinion.outcome,
  asked: opinion.kind,
  direction: opinion.direction ?? null,
  confidence: opinion.confidence ?? null,
  model: opinion.model ?? null,
  summary: opinion.summary ?? null,
  answered_at: opinion.answeredAt ? toIso(opinion.answeredAt.getTime()) : null,
  late: opinion.late,
  simulated: opinion.simulated,
  followed: {
    confidence: opinion.aiConfidencePoints / 100,
    position_size_pct: opinion.aiSizeFraction,
    cancelled: opinion.aiCancelled,
  },
  setting: opinion.setting,
  mode: opinion.mode,
  reasons: [...opinion.reasons],
  recorded_at: toIso(opinion.recordedAt.getTime()),
});

export const signalDetailOf = (signal: SignalView, opinion: SignalOpinionRow | undefined): SignalDetailView => ({
  ...signal,
  opinion_attempts:
    opinion?.attempts.map(({ number, exchangeId, key, complaints, at }) => {
      return { number, exchange_id: exchangeId, key, complaints: [...complaints], at };
    }) ?? null,
  opinion_calls: opinion?.calls ?? null,
  opinion_milliseconds: opinion?.milliseconds ?? null,
});
