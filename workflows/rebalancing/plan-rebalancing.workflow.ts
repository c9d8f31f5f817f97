import { proxyActivities } from '@temporalio/workflow';
import {
  planPath,
  type PlanRebalancing,
  type RebalancingActivities,
} from '../../src/rebalancing/rebalancing.contract.js';
import { writeOnce } from '../activity-options.js';
import { asJob } from '../jobs/as-job.js';

const { makeRebalancingPlan } = proxyActivities<RebalancingActivities>({
  ...writeOnce,
  startToCloseTimeout: '1 min',
  summary: 'the trades from holdings to targets',
});

/** The trades that bring a portfolio to its targets, or that it is better to wait. */
export const planRebalancing: PlanRebalancing = (input) =>
  asJob(input.jobId, async () => {
    const value = await makeRebalancingPlan(input);
    return { value, result: planPath(input.portfolioId, value.planId) };
  });
