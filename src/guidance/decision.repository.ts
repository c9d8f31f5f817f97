import { LockMode } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { AuditService } from '../audit/audit.service.js';
import { sha256 } from '../platform/crypto/sha256.js';
import { databaseClock } from '../platform/database/database-clock.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { DomainError, InvariantViolation } from '../shared/errors.js';
import type { DecisionId, OwnerId } from '../shared/ids.js';
import { hourMs, toIso } from '../shared/time.js';
import { Decision } from './decision.entity.js';
import { evidenceView, proposalView } from './guidance.views.js';
import { stateAfter, type Answer, type DecisionState } from './domain/decision.js';

/** A decision that is about to be put before a person. */
export interface NewDecision extends Pick<
  Decision,
  'id' | 'ownerId' | 'portfolioId' | 'kind' | 'proposal' | 'evidence' | 'asOf' | 'rehearsal' | 'simulated'
> {
  answerWithinHours: number;
  /** What ends the time to answer earlier. */
  answerBefore?: Date;
}

export const decisionStream = (portfolioId: string) => `portfolio:${portfolioId}`;
export const decisionSubject = (id: string) => `decision:${id}`;
const systemActor = 'system';

@Injectable()
export class DecisionRepository {
  constructor(
    private readonly em: EntityManager,
    private readonly audit: AuditService,
  ) {}

  find(ownerId: OwnerId, id: string): Promise<Decision | null> {
    return this.em.fork().findOne(Decision, { id, ownerId });
  }

  /** Newest first. */
  list(
    ownerId: OwnerId,
    filter: { state: DecisionState | undefined; portfolioId: string | undefined; before: string | undefined },
    limit: number,
  ): Promise<Decision[]> {
    const { state, portfolioId, before } = filter;
    const where = {
      ownerId,
      ...(state && { state }),
      ...(portfolioId && { portfolioId }),
      ...(before && { id: { $lt: before } }),
    };
    return this.em.find(Decision, where, { orderBy: { id: 'desc' }, limit, disableIdentityMap: true });
  }

  /** Decisions that were opened before an instant and still wait, in the order of their ids, from after `id`. */
  awaitingSince(opened: Date, id: string, limit: number): Promise<Decision[]> {
    return this.em.find(
      Decision,
      { state: 'awaiting_answer', openedAt: { $lt: opened }, id: { $gt: id } },
      { orderBy: { id: 'asc' }, limit, disableIdentityMap: true },
    );
  }

  /** Opens a decision and tells the audit trail what is proposed; opened before, it is answered as it stands. */
  open({ answerWithinHours, answerBefore, ...wanted }: NewDecision): Promise<Decision> {
    return this.em.transactional(async (em) => {
      const event = {
        stream: decisionStream(wanted.portfolioId),
        ownerId: wanted.ownerId as OwnerId,
        subject: decisionSubject(wanted.id),
        eventKey: `${decisionSubject(wanted.id)}:proposed`,
        actor: systemActor,
        kind: 'proposed',
      };
      const openedAt = await databaseClock(em);
      const usually = openedAt.getTime() + answerWithinHours * hourMs;
      const answerBy = new Date(Math.min(usually, answerBefore?.getTime() ?? Infinity));
      const shown = {
        kind: wanted.kind,
        as_of: toIso(wanted.asOf.getTime()),
        rehearsal: wanted.rehearsal,
        simulated: wanted.simulated,
        answer_by: toIso(answerBy.getTime()),
        proposal: proposalView(wanted.proposal),
        evidence: evidenceView(wanted.evidence),
      };
      const proposalHash = sha256(canonicalJson(shown));
      // the stream's lock also makes two attempts at the same decision wait for each other
      await this.audit.append({ ...event, payload: { ...shown, proposal_hash: proposalHash } }, em);
      const known = await em.findOne(Decision, { id: wanted.id });
      if (known) return known;
      const row = em.create(Decision, { ...wanted, state: 'awaiting_answer', proposalHash, openedAt, answerBy });
      await em.flush();
      return row;
    });
  }

  /**
   * Settles an open decision by an answer, with its audit event, in one transaction. The row is the judge.
   *
   * @throws DomainError `conflict` when the decision was settled before, unless by this very update
   */
  recordAnswer(id: DecisionId, answer: Answer, updateId: string): Promise<DecisionState> {
    const { choice, note, actor } = answer;
    const payload = { choice, note, update_id: updateId };
    return this.settle(id, stateAfter(choice), { actor, payload, updateId, choice, note });
  }

  recordExpiry(id: DecisionId): Promise<DecisionState> {
    return this.settle(id, 'expired', {
      actor: systemActor,
      payload: {},
      updateId: 'expiry',
      choice: null,
      note: null,
    });
  }

  private settle(
    id: DecisionId,
    state: 'approved' | 'rejected' | 'expired',
    by: {
      actor: string;
      payload: Record<string, unknown>;
      updateId: string;
      choice: Answer['choice'] | null;
      note: string | null;
    },
  ): Promise<DecisionState> {
    return this.em.transactional(async (em) => {
      const row = await em.findOne(Decision, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!row) throw new InvariantViolation(`decision ${id} was never opened`);
      if (row.state !== 'awaiting_answer') {
        // an expiry that comes after an answer has nothing to settle
        if (row.updateId === by.updateId || state === 'expired') return row.state;
        throw new DomainError('conflict', `the decision was ${row.state} already`);
      }
      const { recordedAt } = await this.audit.append(
        {
          stream: decisionStream(row.portfolioId),
          ownerId: row.ownerId as OwnerId,
          subject: decisionSubject(id),
          eventKey: `${decisionSubject(id)}:settled`,
          actor: by.actor,
          kind: state,
          payload: {
            ...by.payload,
            proposal_hash: row.proposalHash,
            rehearsal: row.rehearsal,
            simulated: row.simulated,
          },
        },
        em,
      );
      em.assign(row, {
        state,
        choice: by.choice,
        note: by.note,
        answeredBy: by.choice === null ? null : by.actor,
        updateId: by.updateId,
        settledAt: new Date(recordedAt),
      });
      return state;
    });
  }
}
