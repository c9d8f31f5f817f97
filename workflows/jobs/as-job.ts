import {
  ApplicationFailure,
  CancellationScope,
  TemporalFailure,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import { problemFrom } from './problem-from-failure.js';
import type { JobActivities } from '../../src/jobs/jobs.contract.js';
import type { JobId } from '../../src/shared/ids.js';
import { writeOnce } from '../activity-options.js';

const { jobStarted, jobProgressed, jobSucceeded, jobFailed, jobCancelled } = proxyActivities<JobActivities>({
  ...writeOnce,
  summary: "the job's row and its events",
});

/** Tells how far the work is; the note also stands in the Temporal UI. */
export type ReportProgress = (done: number, total: number, note: string) => Promise<void>;

/** The value of the story, and the path of what it made. */
export interface JobOutcome<T> {
  value: T;
  result: string;
}

/** Runs a story as a job: its row says when it started, how far it is and how it ended. */
export async function asJob<T>(jobId: JobId, story: (progress: ReportProgress) => Promise<JobOutcome<T>>): Promise<T> {
  const { workflowId, runId } = workflowInfo();
  const progress: ReportProgress = async (done, total, note) => {
    setCurrentDetails(`**${done} of ${total}** ${note}`);
    await jobProgressed({ jobId, key: `progress:${done}`, progress: { done, total, note } });
  };
  try {
    if (!(await jobStarted({ jobId, workflowId, runId })).wanted) {
      throw ApplicationFailure.nonRetryable('the job had ended before its workflow started', 'JobWithdrawn');
    }
    log.info('job.started', { jobId });
    const { value, result } = await story(progress);
    // what was made is there: a cancellation that comes now is too late
    await CancellationScope.nonCancellable(() => jobSucceeded({ jobId, result }));
    log.info('job.succeeded', { jobId, result });
    return value;
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() => jobCancelled({ jobId }));
      log.info('job.cancelled', { jobId });
    } else if (error instanceof TemporalFailure) {
      // any other error is a defect: it fails the task, and the workflow goes on once it is mended
      const problem = problemFrom(error);
      await CancellationScope.nonCancellable(() => jobFailed({ jobId, problem }));
      log.warn('job.failed', { jobId, problem });
    }
    throw error;
  }
}
