import { defineSearchAttributeKey } from '@temporalio/common';
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { PipelineActivities, ScheduledPipelines } from '../../src/pipelines/pipelines.contract.js';
import { writeOnce } from '../activity-options.js';

const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

const { requestScheduledRuns } = proxyActivities<PipelineActivities>({
  ...writeOnce,
  summary: 'one pipeline for every portfolio',
});

/** Requests a run for every portfolio, as of the time that the schedule names: "now" would depend on when it got through. */
export const scheduledPipelines: ScheduledPipelines = () => {
  const scheduled = workflowInfo().typedSearchAttributes.get(scheduledStartTime);
  const at = scheduled ?? workflowInfo().startTime;
  return requestScheduledRuns({ scheduledTime: at.toISOString() });
};
