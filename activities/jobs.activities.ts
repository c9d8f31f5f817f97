import { Injectable } from '@nestjs/common';
import { JobRepository } from '../src/jobs/job.repository.js';
import type { JobActivities } from '../src/jobs/jobs.contract.js';

type Input<Name extends keyof JobActivities> = Parameters<JobActivities[Name]>[0];

@Injectable()
export class JobActivitiesProvider implements JobActivities {
  constructor(private readonly jobs: JobRepository) {}

  async jobStarted({ jobId, workflowId, runId }: Input<'jobStarted'>): Promise<{ wanted: boolean }> {
    const payload = { workflow_id: workflowId, run_id: runId };
    await this.jobs.record(jobId, { key: 'started', kind: 'started', payload, set: { state: 'running', runId } });
    return { wanted: await this.jobs.isUnfinished(jobId) };
  }

  async jobProgressed({ jobId, key, progress }: Input<'jobProgressed'>): Promise<void> {
    await this.jobs.record(jobId, { key, kind: 'progress', payload: { ...progress }, set: { progress } });
  }

  async jobSucceeded({ jobId, result }: Input<'jobSucceeded'>): Promise<void> {
    const set = { state: 'succeeded', result } as const;
    await this.jobs.record(jobId, { key: 'succeeded', kind: 'succeeded', payload: { result }, set });
  }

  async jobFailed({ jobId, problem }: Input<'jobFailed'>): Promise<void> {
    const set = { state: 'failed', problem } as const;
    await this.jobs.record(jobId, { key: 'failed', kind: 'failed', payload: { ...problem }, set });
  }

  async jobCancelled({ jobId }: Input<'jobCancelled'>): Promise<void> {
    await this.jobs.record(jobId, { key: 'cancelled', kind: 'cancelled', set: { state: 'cancelled' } });
  }
}
