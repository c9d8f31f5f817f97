import { proxyActivities } from '@temporalio/workflow';
import type { ReconcileJobs, ReconciliationActivities } from '../../src/jobs/jobs.contract.js';
import { readFreely } from '../activity-options.js';

const { reconcileJobs: repair } = proxyActivities<ReconciliationActivities>({
  ...readFreely,
  startToCloseTimeout: '2 min',
  summary: 'rows whose workflow ended without telling',
});

/** Repairs job rows whose workflow was terminated, timed out or lost, none of which runs any of its code. */
export const reconcileJobs: ReconcileJobs = () => repair();
