import { proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities, ScheduledPipelines } from '../../src/pipelines/pipelines.contract.js';
import { writeOnce } from '../activity-options.js';
import { scheduledTime } from '../scheduled-time.js';

const { requestScheduledRuns } = proxyActivities<PipelineActivities>({
  ...writeOnce,
  summary: 'one pipeline for every portfolio',
});

/** Requests a run for every portfolio, as of the time that the schedule names: "now" would depend on when it got through. */
export const scheduledPipelines: ScheduledPipelines = () => requestScheduledRuns({ scheduledTime: scheduledTime() });
