import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import type { JobId, OwnerId } from '../shared/ids.js';
import {
  isFinal,
  unfinishedStates,
  type JobKind,
  type JobProblem,
  type JobProgress,
  type JobState,
} from './jobs.contract.js';
import { Idempotency } from './idempotency.entity.js';
import type { IdempotentRequest } from './idempotency.js';
import { Job, JobEvent } from './job.entity.js';
import { WorkflowOutbox } from './workflow-outbox.entity.js';

type JobEventKind = 'requested' | 'started' | 'progress' | 'succeeded' | 'failed' | 'cancel_requested' | 'cancelled';

interface Change {
  /** Business key of the fact: saying it twice changes nothing. */
  key: string;
  kind: JobEventKind;
  payload?: Record<string, unknown>;
  /** New values of the job's row. */
  set?: { state?: JobState; progress?: JobProgress; runId?: string; result?: string; problem?: JobProblem };
}

export interface JobFilter {
  kind: JobKind | undefined;
  state: JobState | undefined;
  limit: number;
  before: string | undefined;
}

@Injectable()
export class JobRepository {
  constructor(private readonly em: EntityManager) {}

  find(ownerId: OwnerId, id: string): Promise<Job | null> {
    return this.em.findOne(Job, { id, ownerId });
  }

  /** Newest first; one more row than asked for tells whether there is a next page. */
  list(ownerId: OwnerId, { kind, state, limit, before }: JobFilter): Promise<Job[]> {
    const where = { ownerId, ...(kind && { kind }), ...(state && { state }), ...(before && { id: { $lt: before } }) };
    return this.em.find(Job, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
  }

  eventsAfter(jobId: string, sequence: number, limit: number): Promise<JobEvent[]> {
    return this.em.find(
      JobEvent,
      { jobId, sequence: { $gt: sequence } },
      { orderBy: { sequence: 'asc' }, limit, disableIdentityMap: true },
    );
  }

  /** Jobs from before an instant that have not ended, in the order of their ids, from after `id`. */
  unfinishedBefore(instant: Date, id: string, limit: number): Promise<Job[]> {
    return this.em.find(
      Job,
      { state: { $in: unfinishedStates }, createdAt: { $lt: instant }, id: { $gt: id } },
      { orderBy: { id: 'asc' }, limit, disableIdentityMap: true },
    );
  }

  async hasUnfinished(portfolioId: string): Promise<boolean> {
    return (await this.em.count(Job, { portfolioId, state: { $in: unfinishedStates } })) > 0;
  }

  /** Whether a job that was requested on the same path, with another key, has not ended. */
  async hasUnfinishedBeside({ ownerId, method, path, key }: Omit<IdempotentRequest, 'body'>): Promise<boolean> {
    // a job and the record of its request are written in one transaction, so their times lie close together
    const rows = await this.em.execute<unknown[]>(
      `select 1 as found from job where owner_id = ? and state in ('requested', 'running') and exists (
         select from idempotency as request
         where request.owner_id = ? and method = ? and path = ? and key <> ?
           and request.created_at between job.created_at - interval '1 minute' and job.created_at + interval '1 minute'
           and position(job.id::text in body) > 0) limit 1`,
      [ownerId, ownerId, method, path, key ?? ''],
    );
    return rows.length > 0;
  }

  async isUnfinished(jobId: string): Promise<boolean> {
    return (await this.em.count(Job, { id: jobId, state: { $in: unfinishedStates } })) > 0;
  }

  /** Removes idempotency records from before an instant; answers how many. */
  forgetAnswersBefore(instant: Date): Promise<number> {
    return this.em.nativeDelete(Idempotency, { createdAt: { $lt: instant } });
  }

  /** Whether the outbox has handed the job's workflow to Temporal. */
  async isSent(jobId: string): Promise<boolean> {
    const line = await this.em.findOne(WorkflowOutbox, { jobId }, { disableIdentityMap: true });
    return line?.sentAt != null;
  }

  /**
   * Records a fact about a job and what it changes, in one transaction.
   *
   * A fact that was recorded before, and anything about a job that has ended, changes nothing; the answer says whether
   * the fact is new.
   */
  record(jobId: JobId, change: Change): Promise<boolean> {
    return this.em.transactional((em) => recordIn(em, jobId, change));
  }
}

/** As `JobRepository.record`, inside the caller's transaction. */
export async function recordIn(em: EntityManager, jobId: string, change: Change): Promise<boolean> {
  const [job] = await em.execute<{ state: JobState; owner_id: string }[]>(
    'select state, owner_id from job where id = ? for update',
    [jobId],
  );
  if (!job || isFinal(job.state)) return false;
  const inserted = await em.execute<unknown[]>(
    `insert into job_event (job_id, sequence, owner_id, event_key, kind, payload, recorded_at)
     select ?, coalesce(max(sequence), 0) + 1, ?, ?, ?, ?::jsonb, clock_timestamp() from job_event where job_id = ?
     on conflict (job_id, event_key) do nothing returning sequence`,
    [jobId, job.owner_id, change.key, change.kind, JSON.stringify(change.payload ?? {}), jobId],
  );
  if (inserted.length === 0) return false;
  const { state, progress, runId, result, problem } = change.set ?? {};
  await em.execute(
    `update job set state = coalesce(?, state), progress = coalesce(?::jsonb, progress), run_id = coalesce(?, run_id),
       result = coalesce(?, result), problem = coalesce(?::jsonb, problem),
       started_at = case when ? = 'running' then coalesce(started_at, clock_timestamp()) else started_at end,
       finished_at = case when ? in ('succeeded', 'failed', 'cancelled') then clock_timestamp() else finished_at end
     where id = ?`,
    [
      state ?? null,
      progress ? JSON.stringify(progress) : null,
      runId ?? null,
      result ?? null,
      problem ? JSON.stringify(problem) : null,
      state ?? null,
      state ?? null,
      jobId,
    ],
  );
  return true;
}
