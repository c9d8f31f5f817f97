import { proxyActivities } from '@temporalio/workflow';
import type { GuidanceActivities, ReconcileDecisions } from '../../src/guidance/guidance.contract.js';
import { readFreely } from '../activity-options.js';

const { reconcileDecisions: repair } = proxyActivities<GuidanceActivities>({
  ...readFreely,
  startToCloseTimeout: '2 min',
  summary: 'decisions whose workflow ended without settling them',
});

/** Settles decisions whose workflow was terminated or lost: nobody could answer them any more. */
export const reconcileDecisions: ReconcileDecisions = () => repair();
