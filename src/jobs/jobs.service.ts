import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { currentTraceHeaders } from '../platform/temporal/tracing.js';
import { TemporalClient } from '../platform/temporal/temporal-client.js';
import { decodeCursor, pageFrom, type Page } from '../platform/http/page.js';
import { DomainError } from '../shared/errors.js';
import type { JobId, OwnerId, PortfolioId } from '../shared/ids.js';
import { once, type IdempotentRequest, type StoredAnswer } from './idempotency.js';
import { Job } from './job.entity.js';
import { JobRepository, recordIn } from './job.repository.js';
import { isFinal, type JobKind } from './jobs.contract.js';
import { jobEventView, jobPath, jobView, type JobEventView, type JobView } from './jobs.views.js';
import type { JobsQuery } from './jobs.schemas.js';
import { OutboxRelay } from './outbox-relay.js';
import { WorkflowOutbox } from './workflow-outbox.entity.js';
import { WorkflowNotFoundError } from '@temporalio/client';

const pollMs = 100;

/** Long work that somebody asks for. */
export interface RequestedJob {
  id: JobId;
  kind: JobKind;
  ownerId: OwnerId;
  portfolioId: PortfolioId | null;
  workflowType: string;
  workflowId: string;
  /** One line for the Temporal UI. */
  summary: string;
  input: object;
}

@Injectable()
export class JobsService {
  constructor(
    private readonly em: EntityManager,
    private readonly jobs: JobRepository,
    private readonly relay: OutboxRelay,
    private readonly temporal: TemporalClient,
  ) {}

  /**
   * Accepts long work: what `prepare` writes, the job, its outbox line and the idempotency record are one transaction.
   *
   * The answer does not wait for Temporal; the relay starts the workflow at once, or when the server is back.
   */
  async request(
    request: IdempotentRequest,
    prepare: (em: EntityManager) => Promise<RequestedJob>,
  ): Promise<{ answer: StoredAnswer; repeated: boolean }> {
    const accepted = await once(this.em, request, async (tx) => this.accept(tx, await prepare(tx)));
    this.relay.wake();
    return accepted;
  }

  private async accept(em: EntityManager, wanted: RequestedJob): Promise<StoredAnswer> {
    const { id, kind, ownerId, portfolioId, workflowId, workflowType, summary } = wanted;
    const job = em.create(Job, {
      id,
      kind,
      ownerId,
      portfolioId,
      workflowId,
      state: 'requested',
      createdAt: new Date(),
    });
    em.create(WorkflowOutbox, {
      id: uuidv7(),
      jobId: id,
      jobKind: kind,
      ownerId,
      portfolioId,
      workflowType,
      workflowId,
      summary,
      input: { ...wanted.input },
      traceHeaders: currentTraceHeaders(),
      createdAt: new Date(),
      nextAttemptAt: new Date(),
    });
    await em.flush();
    await recordIn(em, id, { key: 'requested', kind: 'requested' });
    return { status: 202, location: jobPath(id), body: JSON.stringify(jobView(job)) };
  }

  async get(ownerId: OwnerId, id: string): Promise<JobView> {
    return jobView(await this.found(ownerId, id));
  }

  /**
   * The job that answers a question, once it has succeeded: one that is under way is joined, and one that somebody's
   * earlier attempt left failed or cancelled is followed by another. After `waitMs` it goes on without the caller.
   *
   * @throws DomainError `unavailable` naming the job, with `words` for one that goes on and one that came to nothing
   */
  async joined(
    question: Omit<IdempotentRequest, 'key' | 'body'> & { key: string },
    prepare: () => RequestedJob,
    { waitMs, words }: { waitMs: number; words: { underWay: string; failed: string } },
  ): Promise<JobView> {
    const { ownerId } = question;
    const end = performance.now() + waitMs;
    for (let { key } = question; ;) {
      const { answer, repeated } = await this.request({ ...question, key, body: null }, () =>
        Promise.resolve(prepare()),
      );
      const id = jobIdOf(answer);
      const job = await this.ended(ownerId, id, Math.max(0, end - performance.now()));
      if (job.state === 'succeeded') return job;
      if (!isFinal(job.state)) {
        throw new DomainError('unavailable', `${words.underWay} by ${jobPath(id)}; ask again`, {
          retryAfterSeconds: 2,
        });
      }
      if (!repeated) {
        const why = job.problem?.detail ?? 'it was cancelled';
        throw new DomainError('unavailable', `${words.failed} by ${jobPath(id)}: ${why}`);
      }
      key = `${question.key}:${id}`;
    }
  }

  async list(ownerId: OwnerId, { kind, state, limit, cursor }: JobsQuery): Promise<Page<JobView>> {
    const before = cursor ? decodeCursor(cursor, 'uuid') : undefined;
    const rows = await this.jobs.list(ownerId, { kind, state, limit, before });
    return pageFrom(rows, limit, jobView, (job) => job.id);
  }

  /** Events after a sequence number, oldest first. */
  async events(ownerId: OwnerId, id: string, after: number, limit: number): Promise<Page<JobEventView>> {
    await this.found(ownerId, id);
    const rows = await this.jobs.eventsAfter(id, after, limit + 1);
    return pageFrom(rows, limit, jobEventView, (event) => event.sequence);
  }

  /** Whether a job about the portfolio has not ended yet. */
  hasUnfinished(portfolioId: string): Promise<boolean> {
    return this.jobs.hasUnfinished(portfolioId);
  }

  /** Whether work that was requested on the same path before, with another key, is still under way. */
  hasUnfinishedBeside(request: Omit<IdempotentRequest, 'body'>): Promise<boolean> {
    return this.jobs.hasUnfinishedBeside(request);
  }

  /** Asks a job to stop. A job whose workflow was not started yet is cancelled at once. */
  async cancel(ownerId: OwnerId, id: string): Promise<JobView> {
    const job = await this.found(ownerId, id);
    if (isFinal(job.state)) throw new DomainError('conflict', `the job has ${job.state} already`);
    const line = await this.em.transactional(async (tx) => {
      const [removed] = await tx.execute<{ attempts: number }[]>(
        'delete from workflow_outbox where job_id = ? and sent_at is null returning attempts',
        [id],
      );
      await recordIn(tx, id, { key: 'cancel_requested', kind: 'cancel_requested' });
      if (removed) await recordIn(tx, id, { key: 'cancelled', kind: 'cancelled', set: { state: 'cancelled' } });
      return removed;
    });
    if (!line) await this.cancelWorkflow(job.workflowId);
    else if (line.attempts > 0) await this.cancelIfStarted(job.workflowId);
    this.em.clear();
    return this.get(ownerId, id);
  }

  /** An attempt whose answer was lost may have started it; one that comes to run later finds the job ended by itself. */
  private async cancelIfStarted(workflowId: string): Promise<void> {
    try {
      await this.cancelWorkflow(workflowId);
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'unavailable') throw error;
    }
  }

  private async cancelWorkflow(workflowId: string): Promise<void> {
    try {
      await this.temporal.call((client) => client.workflow.getHandle(workflowId).cancel());
    } catch (error) {
      // it has ended in the meantime: its last word, or the reconciler's, is in the row
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  /** The job when it has ended, or as it is after `waitMs`. */
  private async ended(ownerId: OwnerId, id: string, waitMs: number): Promise<JobView> {
    for (const until = performance.now() + waitMs; ; await sleep(pollMs)) {
      this.em.clear();
      const job = await this.get(ownerId, id);
      if (isFinal(job.state) || performance.now() >= until) return job;
    }
  }

  private async found(ownerId: OwnerId, id: string): Promise<Job> {
    const job = await this.jobs.find(ownerId, id);
    if (!job) throw new DomainError('not_found', `there is no job ${id}`);
    return job;
  }
}

/** The job that a request was answered with. */
export const jobIdOf = ({ body }: StoredAnswer): JobId => (JSON.parse(body) as { id: JobId }).id;
