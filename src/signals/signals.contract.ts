import type { SeriesRef } from '../data/domain/candle.js';
import type { AssetId, OwnerId, PipelineId, PortfolioId, SignalId } from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';
import type { TradeCategory } from '../shared/trade-categories.js';

export const generateSignalsWorkflow = 'generateSignals';
export type GenerateSignals = (input: GenerateSignalsInput) => Promise<SignalsSummary>;
export const settleSignalsWorkflow = 'settleSignals';
export type SettleSignals = () => Promise<SettlementReport>;
export const signalsWorkflowId = (runId: string) => `signals:${runId}`;

export interface GenerateSignalsInput {
  /** Business key: the pipeline's id when it runs inside one. One signal an (run, asset, category). */
  runId: PipelineId;
  ownerId: OwnerId;
  portfolioId: PortfolioId;
  series: SeriesRef[];
  categories: TradeCategory[];
  asOf: IsoInstant;
  rehearsal: boolean;
}

export interface SignalsSummary {
  signalIds: SignalId[];
  /** Assets without a signal, each with the reason in words. */
  withheld: { assetId: AssetId; category: TradeCategory; reason: string }[];
}

/** How many live signals a run settled, and how many it left open. */
export interface SettlementReport {
  readonly settled: number;
  readonly open: number;
}

/** Implemented by activities/signals.activities.ts. */
export interface SignalActivities {
  evaluateSignals(input: GenerateSignalsInput): Promise<SignalsSummary>;
  settleSignals(): Promise<SettlementReport>;
}
