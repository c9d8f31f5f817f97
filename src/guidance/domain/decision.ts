import type { Direction } from '../../signals/domain/signal.js';
import type { AssetId, OptimizationId, PipelineId, SignalId, SignalRunId } from '../../shared/ids.js';
import type { EpochMs, IsoInstant } from '../../shared/time.js';
import type { TradeCategory } from '../../shared/trade-categories.js';

export const decisionKinds = ['target_allocation', 'signal_trade'] as const;

export const decisionStates = ['awaiting_answer', 'approved', 'rejected', 'expired'] as const;
export type DecisionState = (typeof decisionStates)[number];

/** The workflow also knows the moment in which an answer is being written. */
export type LiveDecisionState = DecisionState | 'recording';

export const choices = ['approve', 'reject'] as const;
export type Choice = (typeof choices)[number];

/** What a person says to a proposal. */
export interface Answer {
  choice: Choice;
  note: string | null;
  /** Who answered, as the API knows it. */
  actor: string;
  /** Hash of what the person was shown; null from clients that do not send it. */
  proposalHash: string | null;
}

/** Target weights to be approved or rejected, in the order they are shown. */
interface AllocationProposal {
  optimizationId: OptimizationId;
  /** UTC date of the closes that the current weights are valued at; null when nothing was valued. */
  pricesOf: string | null;
  /** What was taken for granted, in words; empty when nothing was. */
  assumptions: string[];
  weights: { assetId: AssetId; currentWeight: number | null; targetWeight: number }[];
}

/** One trade to be approved or rejected: what its signal promises. */
export interface TradeProposal {
  signalId: SignalId;
  assetId: AssetId;
  category: TradeCategory;
  direction: Direction;
  /** Decimal texts in the quote currency of the signal's series. */
  entryPrice: string;
  takeProfit: string;
  stopLoss: string;
  /** Fraction of the portfolio's value. */
  positionSizePct: number;
  /** 0 to 1. */
  confidence: number;
  expiresAt: IsoInstant;
}

export type Proposal = AllocationProposal | TradeProposal;

export const isTrade = (proposal: Proposal): proposal is TradeProposal => 'signalId' in proposal;

/** What the proposal rests on; signals in the shape they were shown in. */
export interface DecisionEvidence {
  /** Null when no pipeline made it. */
  pipelineId: PipelineId | null;
  /** Of a run of signals; absent where there was none. */
  runId?: SignalRunId;
  signals: Record<string, unknown>[];
}

export const isSettled = (state: LiveDecisionState): boolean => {
  switch (state) {
    case 'awaiting_answer':
    case 'recording':
      return false;
    case 'approved':
    case 'rejected':
    case 'expired':
      return true;
  }
};

/** The state that an answer leads to. */
export const stateAfter = (choice: Choice): 'approved' | 'rejected' => (choice === 'approve' ? 'approved' : 'rejected');

/**
 * Why an answer cannot be taken now, in words; undefined when it can.
 *
 * `proposalHash` is the hash of the proposal as it stands, `now` and `answerBy` are wall-clock times.
 */
export function whyAnswerIsRefused(
  decision: { state: LiveDecisionState; proposalHash: string; answerBy: EpochMs },
  answer: Answer,
  now: EpochMs,
): string | undefined {
  switch (decision.state) {
    case 'recording':
      return 'another answer to this decision is being recorded';
    case 'approved':
    case 'rejected':
      return `the decision was ${decision.state} already`;
    case 'expired':
      return 'the decision has expired';
    case 'awaiting_answer':
      if (now >= decision.answerBy) return 'the time to answer is over';
      if (answer.proposalHash !== null && answer.proposalHash !== decision.proposalHash)
        return 'the proposal has changed since it was shown';
      return undefined;
  }
}
