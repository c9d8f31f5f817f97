import { messageOf } from '../../local/project.mjs';
import type { Chance, StackRow, TrialOutcome } from '../fault-row.js';
import { eraseTables } from '../final-tables.js';
import type { Lab } from '../lab.js';
import {
  jobsAtTheirEnd,
  lastEnd,
  pipelineCall,
  pipelineRuns,
  pipelineRunsOnceListed,
  smallHoldings,
  unsuccessful,
} from '../scenario.js';

const clients = 4;
const loadMs = 4_000;
/** Between the steps of one client: a modest load, spread over the whole time. */
const stepPauseMs = 60;
const pipelinesPerClient = 2;
const patienceMs = 180_000;

/** What a client was promised: it must be there afterwards. */
interface Acknowledged {
  portfolios: { id: string; name: string; units: string }[];
  jobs: { id: string; portfolioId: string }[];
  retried: number;
  complaints: string[];
}

/** One client after the other step by step, so that its last acknowledged write is what must stand there. */
async function useTheService(lab: Lab, client: number, begin: number, said: Acknowledged): Promise<void> {
  const send = async (expected: number, method: string, path: string, call: { body: unknown; key?: string }) => {
    const answer = await lab.api.sendUntilTaken(method, path, call);
    said.retried += answer.sent - 1;
    if (answer.status !== expected) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    await lab.pause(stepPauseMs);
    return JSON.parse(answer.text) as { id: string };
  };
  let pipelines = 0;
  for (let step = 1; Date.now() < begin + loadMs; step++) {
    const name = `client ${client} portfolio ${step}`;
    // no zero at the end, which the service would not write back
    const units = `${client}.${step}1`;
    const { id } = await send(201, 'POST', '/api/v1/portfolios', { body: { name }, key: name });
    const portfolio = { id, name, units: '' };
    said.portfolios.push(portfolio);
    await send(200, 'PUT', `/api/v1/portfolios/${id}/holdings`, {
      body: { holdings: { ...smallHoldings, BTC: units } },
    });
    portfolio.units = units;
    // few, and spread over the load: a run is far more work than a write
    const due = begin + (loadMs * pipelines) / pipelinesPerClient;
    if (pipelines === pipelinesPerClient || Date.now() < due) continue;
    pipelines += 1;
    const job = await send(202, 'POST', '/api/v1/pipelines', pipelineCall(id, name));
    said.jobs.push({ id: job.id, portfolioId: id });
  }
}

async function trial(lab: Lab, chance: Chance): Promise<TrialOutcome> {
  await eraseTables(lab);
  const runsBefore = (await pipelineRuns(lab)).length;
  const said: Acknowledged = { portfolios: [], jobs: [], retried: 0, complaints: [] };
  const begin = Date.now();
  const load = Array.from({ length: clients }, (_, i) =>
    useTheService(lab, i + 1, begin, said).catch((error: unknown) => {
      lab.signal.throwIfAborted();
      said.complaints.push(messageOf(error));
    }),
  );
  await lab.pause(chance.between(0.1, 0.8) * loadMs);
  await lab.stopDatabaseImmediately();
  const stopped = Date.now();
  await lab.pause(chance.between(0, 1_500));
  await lab.restartDatabase();
  const back = Date.now();
  await Promise.all(load);

  const jobs = await jobsAtTheirEnd(lab, patienceMs);
  const runs = (await pipelineRunsOnceListed(lab, runsBefore + jobs.length)).length - runsBefore;
  const { lost, duplicates } = await compareWithPromises(lab, said);
  const failed = unsuccessful(jobs);
  if (runs !== jobs.length) said.complaints.push(`${runs} runs for ${jobs.length} jobs`);
  return {
    acknowledgedLost: lost.length,
    duplicateEffects: duplicates.length + Math.max(0, runs - jobs.length),
    jobsLost: failed.length,
    differences: null,
    complaints: [...said.complaints, ...lost, ...duplicates, ...failed],
    measured: {
      'acknowledged writes': said.portfolios.length * 2 + said.jobs.length,
      'requests sent again': said.retried,
      'PostgreSQL away s': (back - stopped) / 1_000,
      'from its return to the last success s': (lastEnd(jobs) - back) / 1_000,
    },
  };
}

/** Every promise against the rows: what is missing, and what is there more than once. */
async function compareWithPromises(lab: Lab, said: Acknowledged) {
  const portfolios = await lab.sql<{ id: string; name: string }>('select id, name from portfolio');
  const units = await lab.sql<{ id: string; units: string }>(
    `select portfolio_id as id, quantity::text as units from holding where asset_id = 'BTC'`,
  );
  const jobs = await lab.sql<{ id: string; portfolio_id: string }>('select id, portfolio_id from job');
  const lost: string[] = [];
  for (const { id, name, units: promised } of said.portfolios) {
    if (!portfolios.some((row) => row.id === id && row.name === name))
      lost.push(`portfolio ${id} "${name}" is missing`);
    const held = units.find((row) => row.id === id)?.units;
    if (promised !== '' && held !== promised) lost.push(`"${name}" holds ${held ?? 'nothing'}, not ${promised}`);
  }
  for (const { id } of said.jobs) if (!jobs.some((row) => row.id === id)) lost.push(`job ${id} is missing`);
  // each key was used for one name, and each portfolio for one pipeline at most
  const duplicates = [
    ...repeated(portfolios.map(({ name }) => name)).map((name) => `there is more than one "${name}"`),
    ...repeated(jobs.map((job) => job.portfolio_id)).map((id) => `portfolio ${id} has more than one job`),
  ];
  return { lost, duplicates };
}

const repeated = (values: string[]) => values.filter((value, i) => values.indexOf(value) !== i);

export const postgresRestart: StackRow = {
  name: 'postgres-restart',
  fault: `PostgreSQL is stopped like pg_ctl -m immediate at a random instant of a load of ${clients} clients, who write portfolios, holdings and pipelines and ask again after 503 or a lost connection, and is started again`,
  promise: 'no acknowledged write is missing, nothing is there twice for one key, and all accepted jobs succeed',
  trialsPerStack: 10,
  prepare: (lab) => Promise.resolve((chance) => trial(lab, chance)),
};
