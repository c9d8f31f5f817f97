import { proxyActivities } from '@temporalio/workflow';
import type { DataActivities, ScheduledCollections } from '../../src/data/data.contract.js';
import { writeOnce } from '../activity-options.js';
import { scheduledTime } from '../scheduled-time.js';

const { requestScheduledCollection } = proxyActivities<DataActivities>({
  ...writeOnce,
  summary: 'one collection an interval',
});

/** Requests what a schedule collects, as of the time that it names: "now" would depend on when it got through. */
export const scheduledCollections: ScheduledCollections = (schedule) =>
  requestScheduledCollection({ schedule, scheduledTime: scheduledTime() });
