import { proxyActivities } from '@temporalio/workflow';
import { riskReportPath, type AssessRisk, type RiskActivities } from '../../src/risk/risk.contract.js';
import { writeOnce } from '../activity-options.js';
import { asJob } from '../jobs/as-job.js';

const { makeRiskReport } = proxyActivities<RiskActivities>({
  ...writeOnce,
  startToCloseTimeout: '2 min',
  summary: 'measures, intervals, stress and what follows from them',
});

/** The risk of a portfolio's weights over the lookback. */
export const assessRisk: AssessRisk = (input) =>
  asJob(input.jobId, async () => {
    const value = await makeRiskReport(input);
    return { value, result: riskReportPath(value.reportId) };
  });
