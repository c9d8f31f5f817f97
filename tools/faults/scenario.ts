import type { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { brokenLink } from '../../src/audit/domain/hash-chain.js';
import { runPipelineWorkflow } from '../../src/pipelines/pipelines.contract.js';
import { sha256 } from '../../src/platform/crypto/sha256.js';
import { toIso } from '../../src/shared/time.js';
import { jsonOf } from './caller.js';
import { asOf, type Lab } from './lab.js';

/** The fewest assets that can fill a portfolio with BTC at most 60 % and every other asset at most 20 %. */
export const smallHoldings = { BTC: '0.5', ETH: '4', SPY: '20' };
/** Both markets, and enough assets that collecting them takes more than one round. */
export const sampleHoldings = { ...smallHoldings, SOL: '40', QQQ: '15', GLD: '25' };

const pollMs = 200;

export async function makePortfolio(lab: Lab, name: string, holdings: Record<string, string>): Promise<string> {
  const { id } = await lab.api.json<{ id: string }>(201, 'POST', '/api/v1/portfolios', { body: { name } });
  await lab.api.json(200, 'PUT', `/api/v1/portfolios/${id}/holdings`, { body: { holdings } });
  return id;
}

export const pipelineCall = (portfolioId: string, key: string) => ({
  body: { portfolio_id: portfolioId, as_of: asOf },
  key,
});

export async function requestPipeline(lab: Lab, portfolioId: string, key: string): Promise<string> {
  const answer = await lab.api.send('POST', '/api/v1/pipelines', pipelineCall(portfolioId, key));
  const { id } = jsonOf(answer, 202, 'POST /api/v1/pipelines') as { id: string };
  return id;
}

export interface JobRow {
  id: string;
  state: string;
  created_at: Date;
  finished_at: Date | null;
  result: string | null;
  problem: unknown;
  done: number | null;
}

const readJobs = (lab: Lab): Promise<JobRow[]> =>
  lab.sql<JobRow>(
    `select id, state, created_at, finished_at, result, problem, (progress->>'done')::int as done from job order by id`,
  );

/** All jobs of the database, once each has ended or `withinMs` are over. */
export async function jobsAtTheirEnd(lab: Lab, withinMs: number): Promise<JobRow[]> {
  for (const end = Date.now() + withinMs; ;) {
    const jobs = await readJobs(lab);
    if (Date.now() > end || jobs.every(({ finished_at: finishedAt }) => finishedAt !== null)) return jobs;
    await lab.pause(pollMs);
  }
}

/** When the last of the jobs ended; NaN while one has not, and without any. */
export const lastEnd = (jobs: readonly JobRow[]): number =>
  jobs.length === 0 ? Number.NaN : Math.max(...jobs.map(({ finished_at: end }) => Number(end ?? Number.NaN)));

/** What is wrong with jobs that should all have succeeded, in words. */
export const unsuccessful = (jobs: readonly JobRow[]): string[] =>
  jobs
    .filter(({ state }) => state !== 'succeeded')
    .map(({ id, state, done, problem }) => `job ${id} is ${state} after step ${done ?? 0}: ${JSON.stringify(problem)}`);

/** Workflow ids of all pipeline runs that Temporal has ever started, one entry a run. */
export function pipelineRuns(lab: Lab): Promise<string[]> {
  return lab.askTemporal(async (client) => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query: `WorkflowType = '${runPipelineWorkflow}'` })) {
      ids.push(workflowId);
    }
    return ids;
  });
}

/** As `pipelineRuns`, when at least `wanted` runs are listed: the list follows the starts with a small delay. */
export async function pipelineRunsOnceListed(lab: Lab, wanted: number): Promise<string[]> {
  for (const end = Date.now() + 15_000; ;) {
    const runs = await pipelineRuns(lab);
    if (runs.length >= wanted) {
      // a run too many may be listed last
      await lab.pause(1_000);
      return pipelineRuns(lab);
    }
    if (Date.now() > end) return runs;
    await lab.pause(pollMs);
  }
}

type AuditRow = Record<
  'stream' | 'event_key' | 'prev_hash' | 'hash' | 'owner_id' | 'subject' | 'actor' | 'kind',
  string
> &
  Pick<AuditEvent, 'sequence' | 'payload'> & { recorded_at: Date };

/** Where an audit stream is broken, in words; undefined when it is whole. */
export async function brokenAudit(lab: Lab, stream: string): Promise<string | undefined> {
  const rows = await lab.sql<AuditRow>('select * from audit_event where stream = $1 order by sequence', [stream]);
  const events = rows.map((row) => ({
    stream: row.stream,
    sequence: row.sequence,
    eventKey: row.event_key,
    prevHash: row.prev_hash,
    ownerId: row.owner_id,
    subject: row.subject,
    actor: row.actor,
    kind: row.kind,
    payload: row.payload,
    recordedAt: toIso(row.recorded_at.getTime()),
    hash: row.hash,
  }));
  const broken = brokenLink(events, sha256);
  return broken && `event ${broken.sequence} of ${stream} ${broken.reason}`;
}
