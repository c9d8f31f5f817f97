import type { RecordedEvent } from '../audit/audit.service.js';
import { toIso } from '../shared/time.js';
import { isTrade, type DecisionEvidence, type Proposal } from './domain/decision.js';
import type { Decision } from './decision.entity.js';
import type { DecisionEventView, DecisionView } from './guidance.schemas.js';

/** A proposal as people and the audit trail see it. */
export const proposalView = (proposal: Proposal) =>
  isTrade(proposal)
    ? {
        signal_id: proposal.signalId,
        asset_id: proposal.assetId,
        category: proposal.category,
        direction: proposal.direction,
        entry_price: Number(proposal.entryPrice),
        take_profit: Number(proposal.takeProfit),
        stop_loss: Number(proposal.stopLoss),
        position_size_pct: proposal.positionSizePct,
        confidence: proposal.confidence,
        expires_at: proposal.expiresAt,
      }
    : {
        optimization_id: proposal.optimizationId,
        prices_of: proposal.pricesOf,
        assumptions: proposal.assumptions,
        weights: proposal.weights.map(({ assetId, currentWeight, targetWeight }) => ({
          asset_id: assetId,
          current_weight: currentWeight,
          target_weight: targetWeight,
        })),
      };

/** Its evidence, likewise. */
export const evidenceView = ({ pipelineId, runId, signals }: DecisionEvidence) => {
  return { pipeline_id: pipelineId, run_id: runId ?? null, signals };
};

export const decisionView = (row: Decision): DecisionView => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  portfolio_id: row.portfolioId,
  as_of: toIso(row.asOf.getTime()),
  rehearsal: row.rehearsal,
  simulated: row.simulated,
  proposal: { ...proposalView(row.proposal), hash: row.proposalHash },
  evidence: evidenceView(row.evidence),
  opened_at: toIso(row.openedAt.getTime()),
  answer_by: toIso(row.answerBy.getTime()),
  answer:
    row.choice && row.settledAt && row.answeredBy
      ? { choice: row.choice, note: row.note ?? null, actor: row.answeredBy, at: toIso(row.settledAt.getTime()) }
      : null,
});

export const decisionEventView = (event: RecordedEvent): DecisionEventView => ({
  sequence: event.sequence,
  kind: event.kind,
  actor: event.actor,
  payload: event.payload,
  recorded_at: event.recordedAt,
  prev_hash: event.prevHash,
  hash: event.hash,
});
