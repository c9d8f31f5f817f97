import type { SeriesRef } from '../data/domain/candle.js';
import type { AssetId, JobId, OwnerId, PipelineId, PortfolioId, SignalId, SignalRunId } from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';
import type { TradeCategory } from '../shared/trade-categories.js';
import type { OpinionWish } from './domain/signal-run.js';

export const generateSignalsWorkflow = 'generateSignals';
export type GenerateSignals = (input: GenerateSignalsInput) => Promise<SignalsSummary>;
export const settleSignalsWorkflow = 'settleSignals';
export type SettleSignals = () => Promise<SettlementReport>;
export const scheduledSignalsWorkflow = 'scheduledSignals';
export type ScheduledSignals = (category: TradeCategory) => Promise<ScheduledSignalRuns>;
/** Of the schedule, and of the workflow that it starts. */
export const signalScheduleId = (category: TradeCategory) => `signals-${category.replace('_', '-')}`;
export const signalRunWorkflow = 'signalRun';
export type SignalRunWorkflow = (input: SignalRunInput) => Promise<SignalRunSummary>;
export const signalRunWorkflowId = (runId: SignalRunId) => `signal-run:${runId}`;
export const signalRunPath = (id: string) => `/api/v1/signals/runs/${id}`;
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

/** What a run is about; everything else that it rests on is chosen once, when it is frozen. */
export interface FreezeRunInput {
  /** Business key: the same run is frozen once. */
  readonly runId: SignalRunId;
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId;
  readonly assets: readonly AssetId[];
  readonly categories: readonly TradeCategory[];
  readonly asOf: IsoInstant;
  readonly rehearsal: boolean;
  readonly opinions: OpinionWish;
}

export interface SignalRunInput extends FreezeRunInput {
  readonly jobId: JobId;
  /** For decisions about signals; a signal that expires earlier is to be answered earlier. */
  readonly answerWithinHours: number;
}

/** What a run needs to know of itself once it is frozen. */
export interface FrozenRunSummary {
  readonly parts: number;
  /** Whether the portfolio's policy puts any signals before a person. */
  readonly decides: boolean;
}

/** Some of a run's assets, all of its categories; parts are counted from 0. */
export interface RunPart {
  readonly runId: SignalRunId;
  readonly part: number;
}

/** What stands for the pairs of a part once it is judged, whichever run found it. */
export interface JudgedPart {
  /** Held-back ones, too. */
  readonly signalIds: readonly SignalId[];
  /** Pairs without a signal. */
  readonly withheld: number;
}

export interface ScheduledSignalRuns {
  readonly jobIds: readonly JobId[];
}

interface SignalRunSummary {
  readonly runId: SignalRunId;
  readonly signals: number;
  readonly withheld: number;
}

/** How many live signals a run settled, and how many it left open. */
export interface SettlementReport {
  readonly settled: number;
  readonly open: number;
}

/** Implemented by activities/signals.activities.ts. */
export interface SignalActivities {
  evaluateSignals(input: GenerateSignalsInput): Promise<SignalsSummary>;
  freezeSignalRun(input: FreezeRunInput): Promise<FrozenRunSummary>;
  /** One run for every portfolio that holds something, once for a category and a time. */
  requestScheduledSignals(input: { category: TradeCategory; scheduledTime: IsoInstant }): Promise<ScheduledSignalRuns>;
  judgeSignals(input: RunPart): Promise<JudgedPart>;
  settleSignals(): Promise<SettlementReport>;
}
