import { proxyActivities } from '@temporalio/workflow';
import type { PortfolioActivities, ScheduledSnapshots } from '../../src/portfolio/performance/performance.contract.js';
import { readFreely } from '../activity-options.js';

const { startSnapshots } = proxyActivities<PortfolioActivities>({
  ...readFreely,
  startToCloseTimeout: '5 min',
  summary: 'one snapshot for every portfolio',
});

/** Has the days of every portfolio brought up to date. */
export const scheduledSnapshots: ScheduledSnapshots = () => startSnapshots();
