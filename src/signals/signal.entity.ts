import { defineEntity, p } from '@mikro-orm/core';
import { tradeCategories, type TradeCategory } from '../shared/trade-categories.js';
import { directions, strengths, type SignalSeries } from './domain/signal.js';
import { type StoredEvidence } from './domain/evidence.js';
import type { AssetId } from '../shared/ids.js';

const SignalSchema = defineEntity({
  name: 'Signal',
  tableName: 'signal',
  uniques: [{ properties: ['runId', 'assetId', 'category'] }],
  checks: [
    { name: 'signal_prices_positive', expression: 'entry_price > 0 and take_profit > 0 and stop_loss > 0' },
    { name: 'signal_confidence_in_points', expression: 'confidence_points >= 0 and confidence_points <= 100' },
  ],
  indexes: [{ properties: ['ownerId', 'portfolioId', 'id'] }],
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
    withheld: p.json<WithheldSignal[]>(),
    createdAt: p
      .datetime()
      .columnType('timestamptz')
      .onCreate(() => new Date()),
  },
});
export class SignalRun extends SignalRunSchema.class {}
SignalRunSchema.setClass(SignalRun);
