import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type {
  OptimizationActivities,
  OptimizationSummary,
  OptimizePortfolio,
  OptimizePortfolioInput,
} from '../../src/optimization/optimization.contract.js';
import { writeOnce } from '../activity-options.js';

// Repeating it is free: the snapshot's key decides which prices are frozen, and a second attempt finds them.
const { freezeMarketSnapshot } = proxyActivities<OptimizationActivities>({
  ...writeOnce,
  startToCloseTimeout: '1 min',
  summary: 'closes on common dates, frozen under one hash',
});

// Not the class of expensive maths: these weights take milliseconds, and what may fail is the write.
const { solve } = proxyActivities<OptimizationActivities>({
  ...writeOnce,
  startToCloseTimeout: '1 min',
  summary: 'weights and their certificate',
});

/** Weights under the policy from prices that are frozen first; only ids travel, never a matrix. */
export const optimizePortfolio: OptimizePortfolio = async (
  input: OptimizePortfolioInput,
): Promise<OptimizationSummary> => {
  setCurrentDetails(`freezing prices of ${input.series.length} assets as of ${input.asOf}`);
  const snapshotId = await freezeMarketSnapshot({
    key: input.optimizationId,
    ownerId: input.ownerId,
    series: input.series,
    asOf: input.asOf,
    lookbackDays: input.lookbackDays,
    rehearsal: input.rehearsal,
  });
  setCurrentDetails(`solving on snapshot ${snapshotId}`);
  const summary = await solve({ ...input, snapshotId });
  setCurrentDetails(
    summary.outcome === 'infeasible'
      ? `**infeasible**: ${summary.reason ?? 'no reason given'}`
      : ['**solved**', ...summary.weights.map(({ assetId, weight }) => `- ${assetId} ${weight.toFixed(4)}`)].join('\n'),
  );
  return summary;
};
