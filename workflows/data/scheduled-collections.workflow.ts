import { defineSearchAttributeKey } from '@temporalio/common';
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { DataActivities, ScheduledCollections } from '../../src/data/data.contract.js';
import { writeOnce } from '../activity-options.js';

const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

const { requestScheduledCollection } = proxyActivities<DataActivities>({
  ...writeOnce,
  summary: 'one collection an interval',
});

/** Requests what a schedule collects, as of the time that it names: "now" would depend on when it got through. */
export const scheduledCollections: ScheduledCollections = (schedule) => {
  const scheduled = workflowInfo().typedSearchAttributes.get(scheduledStartTime);
  const at = scheduled ?? workflowInfo().startTime;
  return requestScheduledCollection({ schedule, scheduledTime: at.toISOString() });
};
