import { proxyActivities } from '@temporalio/workflow';
import {
  optimizationPath,
  type OptimizationActivities,
  type RequestedOptimization,
} from '../../src/optimization/optimization.contract.js';
import { readFreely, writeOnce } from '../activity-options.js';
import { asJob } from '../jobs/as-job.js';

const { chooseSeries } = proxyActivities<OptimizationActivities>({
  ...readFreely,
  summary: 'one daily series an asset',
});
// Repeating it is free: the snapshot's key decides which prices are frozen, and a second attempt finds them.
const { freezeMarketSnapshot } = proxyActivities<OptimizationActivities>({
  ...writeOnce,
  startToCloseTimeout: '1 min',
  summary: 'closes on common dates, frozen under one hash',
});
// Hundreds of assets and thousands of scenarios may take minutes; a thread of its own does it.
const { solve } = proxyActivities<OptimizationActivities>({
  ...writeOnce,
  startToCloseTimeout: '10 min',
  summary: 'weights and their certificate',
});

const steps = 3;

/** Weights that somebody asked for; that there are none within the limits is an answer, too. */
export const requestedOptimization: RequestedOptimization = (input) =>
  asJob(input.jobId, async (progress) => {
    const { optimizationId, ownerId, portfolioId, assets, asOf, lookbackDays, rehearsal, request, policy } = input;
    const known = input.knownAt === undefined ? {} : { knownAt: input.knownAt };
    await progress(0, steps, `choosing prices of ${assets.length} assets`);
    const series = await chooseSeries({ ownerId, assets, ...known });
    await progress(1, steps, `freezing prices as of ${asOf}`);
    const snapshotId = await freezeMarketSnapshot({
      key: optimizationId,
      ownerId,
      series,
      asOf,
      lookbackDays,
      rehearsal,
      numeraire: request.numeraire,
      ...known,
    });
    await progress(2, steps, 'solving');
    const value = await solve({
      optimizationId,
      ownerId,
      portfolioId,
      snapshotId,
      asOf,
      rehearsal,
      optimizer: request.optimizer,
      request,
      policy,
      ...known,
    });
    return { value, result: optimizationPath(optimizationId) };
  });
