import { defineEntity, p } from '@mikro-orm/core';
import { tradeCategories, type TradeCategory } from '../shared/trade-categories.js';
import { directions, strengths, type SignalSeries } from './domain/signal.js';
import { type StoredEvidence } from './domain/evidence.js';
import type { HeldBack } from './domain/held-back.js';
import type { RunQuestion } from './domain/signal-run.js';
import type { AssetId } from '../shared/ids.js';

const SignalSchema = defineEntity({
  name: 'Signal',
  tableName: 'signal',
  uniques: [{ properties: ['runId', 'assetId', 'category'] }],
  checks: [
    { name: 'signal_prices_positive', expression: 'entry_price > 0 and take_profit > 0 and stop_loss > 0' },
    { name: 'signal_confidence_in_points', expression: 'confidence_points >= 0 and confidence_points <= 100' },
  ],
  indexes: [
    { properties: ['ownerId', 'portfolioId', 'id'] },
    { properties: ['portfolioId', 'category', 'assetId', 'asOf'] },
  ],
  properties: {
    id: p.uuid().primary(),
    /** The run that asked for the signal: the pipeline's id when it ran inside one. */
    runId: p.uuid(),
    ownerId: p.text(),
    portfolioId: p.uuid(),
    assetId: p.text(),
    category: p.enum(tradeCategories),
    direction: p.enum(directions),
    entryPrice: p.decimal().columnType('numeric'),
    takeProfit: p.decimal().columnType('numeric'),
    stopLoss: p.decimal().columnType('numeric'),
    takeProfitPct: p.float().columnType('double precision'),
    stopLossPct: p.float().columnType('double precision'),
    riskRewardRatio: p.float().columnType('double precision'),
    /** Fraction of the portfolio's value. */
    positionSizePct: p.float().columnType('double precision'),
    strength: p.enum(strengths),
    /** Hundredths, 0 to 100. */
    confidencePoints: p.integer(),
    evidence: p.json<StoredEvidence>(),
    series: p.json<SignalSeries>(),
    ruleVersion: p.integer(),
    rehearsal: p.boolean(),
    simulated: p.boolean(),
    /** What spoke against showing it; null when nothing did. It is settled all the same. */
    heldBack: p.json<readonly HeldBack[]>().nullable(),
    asOf: p.datetime().columnType('timestamptz'),
    expiresAt: p.datetime().columnType('timestamptz'),
    createdAt: p
      .datetime()
      .columnType('timestamptz')
      .onCreate(() => new Date()),
  },
});
export class Signal extends SignalSchema.class {}
SignalSchema.setClass(Signal);

/** One pair of asset and category for which the rules gave no signal. */
export interface WithheldSignal {
  readonly assetId: AssetId;
  readonly category: TradeCategory;
  readonly reason: string;
}

const SignalRunSchema = defineEntity({
  name: 'SignalRun',
  tableName: 'signal_run',
  properties: {
    /** Business key: a second run under the same id answers what the first one stored. */
    id: p.uuid().primary(),
    ownerId: p.text(),
    portfolioId: p.uuid(),
    asOf: p.datetime().columnType('timestamptz'),
    rehearsal: p.boolean(),
    /** Of a pipeline's run; what a run of its own withholds stands in its outcomes. */
    withheld: p.json<WithheldSignal[]>(),
    /** What a run of its own was asked and what it rests on, frozen; null for a pipeline's. */
    question: p.json<RunQuestion>().nullable(),
    /** The instant whose knowledge of prices counts, so that every part of the run reads the same bars. */
    knownAt: p.datetime().columnType('timestamptz').nullable(),
    createdAt: p
      .datetime()
      .columnType('timestamptz')
      .onCreate(() => new Date()),
  },
});
export class SignalRun extends SignalRunSchema.class {}
SignalRunSchema.setClass(SignalRun);

/** What the first run that asked found for an asset and a category at an as-of; every later run is told the same. */
const SignalOutcomeSchema = defineEntity({
  name: 'SignalOutcomeRow',
  tableName: 'signal_outcome',
  checks: [{ name: 'signal_outcome_signal_or_reason', expression: '(signal_id is null) <> (reason is null)' }],
  properties: {
    portfolioId: p.uuid().primary(),
    asOf: p.datetime().columnType('timestamptz').primary(),
    rehearsal: p.boolean().primary(),
    assetId: p.text().primary(),
    category: p.enum(tradeCategories).primary(),
    ownerId: p.text(),
    /** The run that found it. */
    runId: p.uuid(),
    signalId: p.uuid().nullable(),
    /** Why there is no signal. */
    reason: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz'),
  },
});
export class SignalOutcomeRow extends SignalOutcomeSchema.class {}
SignalOutcomeSchema.setClass(SignalOutcomeRow);
