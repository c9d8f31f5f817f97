import { Injectable, Logger } from '@nestjs/common';
import { everyRow } from '../platform/database/every-row.js';
import { TemporalClient } from '../platform/temporal/temporal-client.js';
import type { JobId } from '../shared/ids.js';
import { dayMs, minuteMs } from '../shared/time.js';
import type { Job } from './job.entity.js';
import { JobRepository } from './job.repository.js';
import type { ReconciliationReport } from './jobs.contract.js';

/** Younger jobs are still telling their own story. */
const ageMs = 2 * minuteMs;
/** A repeated request gets its first answer this long. */
const answersLiveMs = 30 * dayMs;

/** Compares unfinished jobs with their workflows, and writes down the ends that no workflow code could tell. */
@Injectable()
export class JobReconciler {
  private readonly logger = new Logger(JobReconciler.name);

  constructor(
    private readonly jobs: JobRepository,
    private readonly temporal: TemporalClient,
  ) {}

  async reconcile(olderThanMs = ageMs): Promise<ReconciliationReport> {
    const instant = new Date(Date.now() - olderThanMs);
    let [examined, repaired] = [0, 0];
    for await (const job of everyRow((id, limit) => this.jobs.unfinishedBefore(instant, id, limit))) {
      examined += 1;
      if (await this.repair(job)) repaired += 1;
    }
    const forgotten = await this.jobs.forgetAnswersBefore(new Date(Date.now() - answersLiveMs));
    return { examined, repaired, forgotten };
  }

  private async repair(job: Job): Promise<boolean> {
    const id = job.id as JobId;
    const end = await this.endOf(job);
    if (end === undefined) return false;
    this.logger.warn({ jobId: job.id, workflowId: job.workflowId, end }, 'job.reconciled');
    if (end === 'CANCELLED') {
      return this.jobs.record(id, { key: 'cancelled', kind: 'cancelled', set: { state: 'cancelled' } });
    }
    const problem = {
      type: '/problems/workflow-ended',
      title: 'Workflow ended',
      detail: `The job's workflow ended (${end.toLowerCase().replace('_', ' ')}) without telling how the job went.`,
    };
    return this.jobs.record(id, {
      key: 'failed',
      kind: 'failed',
      payload: { ...problem },
      set: { state: 'failed', problem },
    });
  }

  /** How the workflow ended; undefined while it runs, and while its start still waits in the outbox. */
  private async endOf(job: Job): Promise<string | undefined> {
    const end = await this.temporal.endOf(job.workflowId);
    if (end === 'open') return undefined;
    if (end !== 'absent') return end;
    return (await this.jobs.isSent(job.id)) ? 'NOT_FOUND' : undefined;
  }
}
