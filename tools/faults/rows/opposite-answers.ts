import type { Chance, StackRow, TrialOutcome } from '../fault-row.js';
import { eraseTables } from '../final-tables.js';
import type { Lab } from '../lab.js';
import {
  brokenAudit,
  jobsAtTheirEnd,
  makePortfolio,
  requestPipeline,
  smallHoldings,
  unsuccessful,
} from '../scenario.js';

const patienceMs = 60_000;
const answerPatienceMs = 30_000;
/** How much later than the first the second answer is sent, at most. */
const skewMs = 25;

const stateAfter = { approve: 'approved', reject: 'rejected' } as const;
type Choice = keyof typeof stateAfter;

/** 202 says that nobody took the answer in time: the same request again tells what became of it. */
async function answer(lab: Lab, decisionId: string, choice: Choice, afterMs: number) {
  await lab.pause(afterMs);
  for (const end = Date.now() + answerPatienceMs; ;) {
    const got = await lab.api.send('POST', `/api/v1/decisions/${decisionId}/answer`, { body: { choice } });
    if (got.status !== 202 || Date.now() > end) return { choice, ...got };
  }
}

async function trial(lab: Lab, chance: Chance): Promise<TrialOutcome> {
  await eraseTables(lab);
  const portfolioId = await makePortfolio(lab, 'opposite answers', smallHoldings);
  await requestPipeline(lab, portfolioId, 'opposite answers');
  const [wrong] = unsuccessful(await jobsAtTheirEnd(lab, patienceMs));
  if (wrong) throw new Error(`there is no decision to answer: ${wrong}`);
  const [decision] = await lab.sql<{ id: string }>('select id from decision');
  if (!decision) throw new Error('the pipeline opened no decision');

  const [first, second]: [Choice, Choice] = chance.next() < 0.5 ? ['approve', 'reject'] : ['reject', 'approve'];
  const skew = chance.between(0, skewMs);
  const answers = await Promise.all([
    answer(lab, decision.id, first, 0),
    answer(lab, decision.id, second, chance.next() < 0.5 ? 0 : skew),
  ]);

  const complaints: string[] = [];
  const taken = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 409);
  if (taken.length !== 1 || refused.length !== 1) {
    complaints.push(
      `answered ${answers.map(({ choice, status, text }) => `${choice}: ${status} ${text}`).join(' | ')}`,
    );
  }
  const events = await lab.sql<{ kind: string }>('select kind from audit_event where subject = $1 order by sequence', [
    `decision:${decision.id}`,
  ]);
  const kinds = events.map(({ kind }) => kind);
  const winner = taken[0] && stateAfter[taken[0].choice];
  const settling = kinds.filter((kind) => kind === 'approved' || kind === 'rejected');
  if (kinds[0] !== 'proposed' || settling[0] !== winner || kinds.length !== 3 || !kinds.includes('answer_refused')) {
    complaints.push(`the audit trail has ${kinds.join(', ')}; the answer that was taken leads to ${winner}`);
  }
  const [row] = await lab.sql<{ state: string }>('select state from decision where id = $1', [decision.id]);
  if (row?.state !== winner)
    complaints.push(`the decision is ${row?.state}; the answer that was taken leads to ${winner}`);
  const broken = await brokenAudit(lab, `portfolio:${portfolioId}`);
  if (broken) complaints.push(broken);
  return {
    acknowledgedLost: taken.filter(({ choice }) => !settling.includes(stateAfter[choice])).length,
    duplicateEffects: Math.max(0, settling.length - 1),
    jobsLost: 0,
    differences: null,
    complaints,
    measured: { 'slowest answer s': Math.max(...answers.map(({ milliseconds }) => milliseconds)) / 1_000 },
  };
}

export const oppositeAnswers: StackRow = {
  name: 'opposite-answers',
  fault: `approval and rejection of one waiting decision sent at the same time, or up to ${skewMs} ms apart, in either order`,
  promise: 'one is recorded and the other refused with 409; the audit trail has both, and its hash chain is whole',
  trialsPerStack: 25,
  prepare: (lab) => Promise.resolve((chance) => trial(lab, chance)),
};
