import { defineSearchAttributeKey } from '@temporalio/common';
import { defineUpdate } from '@temporalio/workflow';
import type {
  DecisionId,
  OptimizationId,
  OwnerId,
  PipelineId,
  PortfolioId,
  SignalId,
  SignalRunId,
} from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';
import type { Answer, DecisionState } from './domain/decision.js';

export const guidedDecisionWorkflow = 'guidedDecision';
export type GuidedDecision = (input: OpenedDecision) => Promise<DecisionState>;

/** A decision lives as long as its workflow: one run per decision, ever. */
export const decisionWorkflowId = (decisionId: DecisionId) => `decision:${decisionId}`;

export interface OpenDecisionInput {
  decisionId: DecisionId;
  ownerId: OwnerId;
  portfolioId: PortfolioId;
  pipelineId: PipelineId;
  optimizationId: OptimizationId;
  signalIds: SignalId[];
  asOf: IsoInstant;
  rehearsal: boolean;
  answerWithinHours: number;
}

/** The signal's id is the decision's, too: one decision about one signal. */
export interface OpenTradeDecisionInput {
  readonly signalId: SignalId;
  readonly ownerId: OwnerId;
  readonly answerWithinHours: number;
}

/** What the workflow has to know of a decision. */
export interface OpenedDecision {
  decisionId: DecisionId;
  portfolioId: PortfolioId;
  answerBy: IsoInstant;
  proposalHash: string;
  title: string;
}

/** Resolves once the answer is in the audit trail, so callers may treat success as recorded. */
export const answerDecision = defineUpdate<DecisionState, [Answer]>('answerDecision');

/** Typed search attribute: how a decision stands. */
export const decisionStateAttribute = defineSearchAttributeKey('decisionState', 'KEYWORD');

/** Failure type of an answer that the decision's state does not allow. */
export const answerRefused = 'AnswerRefused';

export const reconcileDecisionsWorkflow = 'reconcileDecisions';
export type ReconcileDecisions = () => Promise<DecisionsReconciled>;
export interface DecisionsReconciled {
  examined: number;
  expired: number;
}

/** Implemented by activities/guidance.activities.ts, called through a proxy from the workflows. */
export interface GuidanceActivities {
  openDecision(input: OpenDecisionInput): Promise<OpenedDecision>;
  /** The signals that a run found and that its policy puts before a person. */
  tradesToDecide(input: { runId: SignalRunId }): Promise<SignalId[]>;
  openTradeDecision(input: OpenTradeDecisionInput): Promise<OpenedDecision>;
  recordDecision(input: { decisionId: DecisionId; answer: Answer; updateId: string }): Promise<DecisionState>;
  recordExpiry(input: { decisionId: DecisionId }): Promise<DecisionState>;
  reconcileDecisions(): Promise<DecisionsReconciled>;
}
