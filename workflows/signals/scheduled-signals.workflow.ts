import { defineSearchAttributeKey } from '@temporalio/common';
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ScheduledSignals, SignalActivities } from '../../src/signals/signals.contract.js';
import { writeOnce } from '../activity-options.js';

const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

const { requestScheduledSignals } = proxyActivities<SignalActivities>({
  ...writeOnce,
  summary: 'one run of signals for every portfolio',
});

/** Requests a category's signals for every portfolio, as of the time that the schedule names. */
export const scheduledSignals: ScheduledSignals = (category) => {
  const scheduled = workflowInfo().typedSearchAttributes.get(scheduledStartTime);
  const at = scheduled ?? workflowInfo().startTime;
  return requestScheduledSignals({ category, scheduledTime: at.toISOString() });
};
