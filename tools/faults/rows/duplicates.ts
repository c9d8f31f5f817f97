import { eraseTables } from '../final-tables.js';
import type { StackRow, TrialOutcome } from '../fault-row.js';
import type { Lab } from '../lab.js';
import {
  jobsAtTheirEnd,
  makePortfolio,
  pipelineCall,
  pipelineRunsOnceListed,
  pipelineRuns,
  smallHoldings,
  unsuccessful,
} from '../scenario.js';

const requests = 50;
const patienceMs = 60_000;

async function trial(lab: Lab): Promise<TrialOutcome> {
  await eraseTables(lab);
  const portfolioId = await makePortfolio(lab, 'duplicates', smallHoldings);
  const runsBefore = (await pipelineRuns(lab)).length;
  const call = pipelineCall(portfolioId, 'asked for many times');
  const send = () => lab.api.send('POST', '/api/v1/pipelines', call);
  const answers = await Promise.all(Array.from({ length: requests }, send));
  const other = await makePortfolio(lab, 'another body', smallHoldings);
  const refused = await lab.api.send('POST', '/api/v1/pipelines', pipelineCall(other, call.key));
  const repeated = await send();

  const complaints: string[] = [];
  const distinct = new Set([...answers, repeated].map(({ status, location, text }) => `${status} ${location} ${text}`));
  if (distinct.size !== 1)
    complaints.push(`${distinct.size} different answers: ${[...distinct].slice(0, 4).join(' | ')}`);
  if (answers[0]?.status !== 202) complaints.push(`the first answer is ${answers[0]?.status}, not 202`);
  if (refused.status !== 409) complaints.push(`the same key with another body: ${refused.status} ${refused.text}`);
  const jobs = await jobsAtTheirEnd(lab, patienceMs);
  const runs = (await pipelineRunsOnceListed(lab, runsBefore + 1)).length - runsBefore;
  const lost = unsuccessful(jobs);
  if (jobs.length !== 1 || runs !== 1) complaints.push(`${jobs.length} jobs and ${runs} runs for one key`);
  return {
    acknowledgedLost: jobs.length === 0 ? 1 : 0,
    duplicateEffects: Math.max(0, jobs.length - 1) + Math.max(0, runs - 1),
    jobsLost: lost.length,
    differences: null,
    complaints: [...complaints, ...lost],
    measured: { 'slowest answer s': Math.max(...answers.map(({ milliseconds }) => milliseconds)) / 1_000 },
  };
}

export const duplicates: StackRow = {
  name: 'duplicates',
  fault: `${requests} identical requests for a pipeline with one Idempotency-Key at the same time, then one with another body`,
  promise: 'one job and one run, equal answers byte for byte, and 409 for the other body',
  trialsPerStack: 25,
  prepare: (lab) => Promise.resolve(() => trial(lab)),
};
