import { proxyActivities } from '@temporalio/workflow';
import type { ScheduledSignals, SignalActivities } from '../../src/signals/signals.contract.js';
import { writeOnce } from '../activity-options.js';
import { scheduledTime } from '../scheduled-time.js';

const { requestScheduledSignals } = proxyActivities<SignalActivities>({
  ...writeOnce,
  summary: 'one run of signals for every portfolio',
});

/** Requests a category's signals for every portfolio, as of the time that the schedule names. */
export const scheduledSignals: ScheduledSignals = (category) =>
  requestScheduledSignals({ category, scheduledTime: scheduledTime() });
