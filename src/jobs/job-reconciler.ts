import { Injectable, Logger } from '@nestjs/common';
import { WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import { TemporalClient } from '../platform/temporal/temporal-client.js';
import type { JobId } from '../shared/ids.js';
import { dayMs, minuteMs } from '../shared/time.js';
import type { Job } from './job.entity.js';
import { JobRepository } from './job.repository.js';
import type { ReconciliationReport } from './jobs.contract.js';

/** Younger jobs are still telling their own story. */
const ageMs = 2 * minuteMs;
const batch = 200;
const firstId = '00000000-0000-0000-0000-000000000000';
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
    for (let after = firstId; ;) {
      const unfinished = await this.jobs.unfinishedBefore(instant, after, batch);
      for (const job of unfinished) if (await this.repair(job)) repaired += 1;
      examined += unfinished.length;
      const last = unfinished.at(-1);
      if (unfinished.length < batch || last === undefined) break;
      after = last.id;
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
    try {
      const { status }: WorkflowExecutionDescription = await this.temporal.call((client) =>
        client.workflow.getHandle(job.workflowId).describe(),
      );
      return status.name === 'RUNNING' || status.name === 'PAUSED' ? undefined : status.name;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return (await this.jobs.isSent(job.id)) ? 'NOT_FOUND' : undefined;
    }
  }
}
