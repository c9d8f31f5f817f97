import type { Chance, StackRow, TrialOutcome } from '../fault-row.js';
import { eraseTables } from '../final-tables.js';
import type { Lab } from '../lab.js';
import {
  jobsAtTheirEnd,
  lastEnd,
  makePortfolio,
  pipelineCall,
  pipelineRuns,
  pipelineRunsOnceListed,
  smallHoldings,
  unsuccessful,
} from '../scenario.js';

const jobsAsked = 20;
/** A request that waited for Temporal would take its deadline of 3 s. */
const fastMs = 2_000;
const patienceMs = 240_000;

async function trial(lab: Lab, chance: Chance): Promise<TrialOutcome> {
  await eraseTables(lab);
  const portfolioId = await makePortfolio(lab, 'temporal-outage', smallHoldings);
  const runsBefore = (await pipelineRuns(lab)).length;
  await lab.stopTemporal({ byKill: chance.next() < 0.5 });
  const stopped = Date.now();

  const complaints: string[] = [];
  const answers = [];
  for (let i = 1; i <= jobsAsked; i++) {
    const call = pipelineCall(portfolioId, `temporal-outage ${i}`);
    const answer = await lab.api.send('POST', '/api/v1/pipelines', call);
    answers.push(answer);
    if (answer.status !== 202) complaints.push(`request ${i}: ${answer.status} ${answer.text}`);
    // some clients lose patience and ask again
    if (chance.next() < 0.25) {
      const again = await lab.api.send('POST', '/api/v1/pipelines', call);
      if (again.text !== answer.text) complaints.push(`request ${i} again: ${again.status} ${again.text}`);
    }
    await lab.pause(chance.between(0, 60));
  }
  const slowest = Math.max(...answers.map(({ milliseconds }) => milliseconds));
  if (slowest > fastMs) complaints.push(`the slowest answer took ${slowest.toFixed(0)} ms`);
  await lab.pause(chance.between(0, 3_000));
  await lab.startTemporal();
  const back = Date.now();

  const jobs = await jobsAtTheirEnd(lab, patienceMs);
  const runs = (await pipelineRunsOnceListed(lab, runsBefore + jobsAsked)).length - runsBefore;
  const lost = unsuccessful(jobs);
  if (jobs.length !== jobsAsked || runs !== jobsAsked) {
    complaints.push(`${jobs.length} jobs and ${runs} runs for ${jobsAsked} requests`);
  }
  return {
    acknowledgedLost: Math.max(0, answers.filter(({ status }) => status === 202).length - jobs.length),
    duplicateEffects: Math.max(0, jobs.length - jobsAsked) + Math.max(0, runs - jobsAsked),
    jobsLost: lost.length,
    differences: null,
    complaints: [...complaints, ...lost],
    measured: {
      'slowest answer s': slowest / 1_000,
      'Temporal away s': (back - stopped) / 1_000,
      'from its return to the last success s': (lastEnd(jobs) - back) / 1_000,
    },
  };
}

export const temporalOutage: StackRow = {
  name: 'temporal-outage',
  fault: `Temporal is stopped (by SIGTERM or by kill -9), ${jobsAsked} pipelines are requested, some of them twice with the same Idempotency-Key, and Temporal is started again on its data`,
  promise: `${jobsAsked} times 202 in less than ${fastMs / 1_000} s, then ${jobsAsked} runs, not ${jobsAsked + 1}, and all jobs succeed`,
  trialsPerStack: 5,
  prepare: (lab) => Promise.resolve((chance) => trial(lab, chance)),
};
