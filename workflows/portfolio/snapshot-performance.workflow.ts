import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { PortfolioActivities, SnapshotPerformance } from '../../src/portfolio/performance/performance.contract.js';
import { readAtLength } from '../activity-options.js';

const { snapshotPortfolioDays } = proxyActivities<PortfolioActivities>({
  ...readAtLength,
  summary: 'the days that transactions or prices changed',
});

/** Brings the days of a portfolio up to its ledger and to the stored prices. */
export const snapshotPerformance: SnapshotPerformance = async (input) => {
  const report = await snapshotPortfolioDays(input);
  setCurrentDetails(
    report.from === null
      ? `nothing changed; complete until ${report.completeUntil}`
      : `**${report.written} days** written from ${report.from} on; complete until ${report.completeUntil}`,
  );
  return report;
};
