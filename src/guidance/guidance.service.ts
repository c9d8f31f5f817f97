import { Injectable } from '@nestjs/common';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service.js';
import { sha256 } from '../platform/crypto/sha256.js';
import { decodeCursor, pageFrom, type Page } from '../platform/http/page.js';
import { TemporalClient } from '../platform/temporal/temporal-client.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { DomainError, fieldsRefused } from '../shared/errors.js';
import type { DecisionId, OwnerId } from '../shared/ids.js';
import type { Decision } from './decision.entity.js';
import { DecisionRepository, decisionStream, decisionSubject } from './decision.repository.js';
import { isSettled, whyAnswerIsRefused, type Answer } from './domain/decision.js';
import { reasonAskedFor } from './domain/reason-asked-for.js';
import { answerDecision, answerRefused, decisionWorkflowId } from './guidance.contract.js';
import type {
  AnswerBody,
  DecisionEventsQuery,
  DecisionEventView,
  DecisionsQuery,
  DecisionView,
} from './guidance.schemas.js';
import { decisionEventView, decisionView } from './guidance.views.js';

/** How often an answer that was accepted and then could not be written is given again. */
const mostAttempts = 3;

/** `pending`: no worker took the answer in time; the same request again finds out what became of it. */
export type AnswerOutcome = { kind: 'recorded' | 'pending'; decision: DecisionView };

@Injectable()
export class GuidanceService {
  constructor(
    private readonly decisions: DecisionRepository,
    private readonly audit: AuditService,
    private readonly temporal: TemporalClient,
  ) {}

  async list(ownerId: OwnerId, query: DecisionsQuery): Promise<Page<DecisionView>> {
    const before = query.cursor ? decodeCursor(query.cursor, 'uuid') : undefined;
    const filter = { state: query.state, portfolioId: query.portfolio_id, before };
    const rows = await this.decisions.list(ownerId, filter, query.limit + 1);
    return pageFrom(rows, query.limit, decisionView, ({ id }) => id);
  }

  async exists(ownerId: OwnerId, id: string): Promise<boolean> {
    return (await this.decisions.find(ownerId, id)) !== null;
  }

  async get(ownerId: OwnerId, id: string): Promise<DecisionView> {
    return decisionView(await this.found(ownerId, id));
  }

  async events(ownerId: OwnerId, id: string, { limit, cursor }: DecisionEventsQuery): Promise<Page<DecisionEventView>> {
    await this.found(ownerId, id);
    const after = cursor ? Number(decodeCursor(cursor, 'integer')) : 0;
    const rows = await this.audit.about(ownerId, decisionSubject(id), after, limit + 1);
    return pageFrom(rows, limit, decisionEventView, ({ sequence }) => sequence);
  }

  /**
   * Gives a person's answer to the waiting workflow. When this says `recorded`, the audit trail has it.
   *
   * The idempotency key, or else the answer itself, names the update: the same request again gets the same outcome.
   *
   * @throws DomainError `conflict` for an answer that the decision does not take; the refusal is an audit event too;
   *   `invalid` for an approval without the note that a bias asks for
   */
  async answer(ownerId: OwnerId, id: string, body: AnswerBody, key: string | undefined): Promise<AnswerOutcome> {
    const actor: string = ownerId;
    const answer: Answer = {
      choice: body.choice,
      note: body.note ?? null,
      actor,
      proposalHash: body.proposal_hash ?? null,
    };
    // the update's id covers the answer, so that a key used again with another answer is another update
    const updateId = `answer:${sha256(canonicalJson({ id, key: key ?? null, ...answer })).slice(0, 40)}`;
    const attemptKey = key === undefined ? uuidv7() : updateId;
    const decision = await this.found(ownerId, id);
    if (isSettled(decision.state)) return this.settled(decision, answer, updateId, attemptKey);
    const asked = answer.choice === 'approve' ? reasonAskedFor(decision.proposal, decision.evidence) : undefined;
    if (asked !== undefined && !answer.note?.trim()) {
      throw fieldsRefused('invalid', [{ field: 'note', message: `has to say why all the same: ${asked}` }]);
    }
    for (let attempt = 1; ; attempt++) {
      try {
        await this.temporal.call((client) =>
          client.workflow
            .getHandle(decisionWorkflowId(id as DecisionId))
            .executeUpdate(answerDecision, { args: [answer], updateId: `${updateId}:${attempt}` }),
        );
        return { kind: 'recorded', decision: await this.get(ownerId, id) };
      } catch (error) {
        // whatever the update said, the row knows whether it was recorded
        const now = await this.found(ownerId, id);
        if (isSettled(now.state)) return this.settled(now, answer, updateId, attemptKey);
        if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
          await this.temporal.ping();
          return { kind: 'pending', decision: decisionView(now) };
        }
        if (error instanceof WorkflowNotFoundError) {
          throw new DomainError('unavailable', 'the decision cannot take answers yet', { cause: error });
        }
        if (!(error instanceof WorkflowUpdateFailedError) || attempt === mostAttempts) throw error;
        if (error.cause instanceof ApplicationFailure && error.cause.type === answerRefused) {
          return this.refuse(now, answer, error.cause.message, attemptKey);
        }
        // accepted, and then it could not be written: the question is open again, and an update's id is used up
      }
    }
  }

  /** The same answer again is told as recorded, any other is refused. */
  private settled(
    decision: Decision,
    answer: Answer,
    updateId: string,
    attemptKey: string,
  ): Promise<AnswerOutcome> | AnswerOutcome {
    const isSame = decision.updateId?.startsWith(`${updateId}:`) ?? false;
    if (isSame) return { kind: 'recorded', decision: decisionView(decision) };
    return this.refuse(decision, answer, whyRefused(decision, answer), attemptKey);
  }

  private async refuse(decision: Decision, answer: Answer, why: string, attempt: string): Promise<never> {
    const { actor, choice, note } = answer;
    await this.audit.append({
      stream: decisionStream(decision.portfolioId),
      ownerId: decision.ownerId as OwnerId,
      subject: decisionSubject(decision.id),
      // a refused attempt is a fact of its own; sent again with its key, it is the same fact
      eventKey: `${decisionSubject(decision.id)}:refused:${attempt}`,
      actor,
      kind: 'answer_refused',
      payload: { choice, note, reason: why },
    });
    throw new DomainError('conflict', why);
  }

  private async found(ownerId: OwnerId, id: string): Promise<Decision> {
    const decision = await this.decisions.find(ownerId, id);
    if (!decision) throw new DomainError('not_found', `there is no decision ${id}`);
    return decision;
  }
}

const whyRefused = (decision: Decision, answer: Answer): string => {
  const { state, proposalHash, answerBy } = decision;
  const refusal = whyAnswerIsRefused({ state, proposalHash, answerBy: answerBy.getTime() }, answer, Date.now());
  return refusal ?? 'the decision does not take answers now';
};
