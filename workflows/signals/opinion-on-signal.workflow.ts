import {
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import { aiFaults, aiQueue, type AiActivities, type OpinionQuestion } from '../../src/ai/ai.contract.js';
import { complaintsAbout } from '../../src/ai/domain/check-opinion.js';
import {
  mostOpinions,
  type AskedOpinion,
  type OpinionActivities,
  type OpinionOnSignal,
  type OpinionPlan,
  type RecordOpinionInput,
} from '../../src/signals/opinions/opinions.contract.js';
import { toIso, type IsoInstant } from '../../src/shared/time.js';
import { askModel, writeOnce } from '../activity-options.js';

// Each is repeated for free: the plan is read, and the record is written once for a signal.
const { planOpinion, recordOpinion } = proxyActivities<OpinionActivities>({
  ...writeOnce,
  summary: 'what is asked about the signal, and what came of it',
});

/**
 * Gets one opinion on a stored signal and keeps what becomes of the signal by it. Transport trouble is the retry policy's,
 * for as long as an answer counts; an answer with faults is sent back with them, where the route can take them. Whatever
 * happens, the signal is served: by its rules alone before, and without an opinion afterwards.
 */
export const opinionOnSignal: OpinionOnSignal = async ({ signalId }) => {
  const plan = await planOpinion({ signalId });
  const asked: AskedOpinion[] = [];
  const ended: Ended =
    plan.kind === 'none' ? { outcome: 'unanswered', why: plan.why } : await askUntilItEnds(plan, asked);
  const recorded = await recordOpinion({ signalId, asked, ended });
  setCurrentDetails(
    [`**${recorded.outcome}**, served by ${recorded.arm}${recorded.late ? ', late' : ''}`, ...recorded.reasons].join(
      '\n\n',
    ),
  );
  return recorded;
};

type Ended = RecordOpinionInput['ended'];

/** What was asked is added to `asked` as it is. */
async function askUntilItEnds(
  { question, about, asOf, until }: Extract<OpinionPlan, { kind: 'ask' }>,
  asked: AskedOpinion[],
): Promise<Ended> {
  let complaints: string[] = [];
  for (let number = 1; number <= mostOpinions; number++) {
    const left = Date.parse(until) - Date.now();
    if (left <= 0) return { outcome: 'unanswered', why: `no opinion that can be used came before ${until}` };
    setCurrentDetails(`opinion ${number} of at most ${mostOpinions} on ${about.symbol}, until ${until}`);
    const input = { question: withComplaints(question, complaints), asOf, number };
    const at = toIso(Date.now());
    try {
      const answer = await asking(left, about.symbol)(input);
      if (answer.kind === 'notConfigured') return { outcome: 'unanswered', why: 'fks_ai is not configured' };
      complaints = complaintsAbout(answer.opinion, about);
      asked.push({ input, complaints, at });
      if (complaints.length === 0) return { outcome: 'answered', given: answer };
      // its rules say the same again, and take no complaints
      if (question.kind === 'check') break;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const { cause } = error;
      const isBroken = cause instanceof ApplicationFailure && cause.type === aiFaults.broken;
      const why = whyFailed(error, until);
      complaints = isBroken ? [why] : [];
      asked.push({ input, complaints, at });
      if (!isBroken) return { outcome: 'unanswered', why };
    }
  }
  const word = asked.length === 1 ? 'the opinion was' : `${asked.length} opinions were`;
  return { outcome: 'refused', why: `${word} refused, the last one for: ${complaints.join('; ')}` };
}

/** The last fault of the question, and that there was no time for another attempt where that is why it ended. */
function whyFailed(error: ActivityFailure, until: IsoInstant): string {
  let at: unknown = error.cause;
  while (at instanceof Error && !(at instanceof ApplicationFailure) && at.cause) at = at.cause;
  const said = at instanceof ApplicationFailure ? at.message : undefined;
  if (error.retryState !== 'TIMEOUT' && !(error.cause instanceof TimeoutFailure)) return said ?? error.message;
  return `none came before ${until}${said === undefined ? '' : `: ${said}`}`;
}

const asking = (left: number, symbol: string) =>
  proxyActivities<Pick<AiActivities, 'askForOpinion'>>({
    ...askModel,
    scheduleToCloseTimeout: left,
    taskQueue: aiQueue(workflowInfo().taskQueue),
    summary: symbol,
  }).askForOpinion;

const withComplaints = (question: OpinionQuestion, complaints: string[]): OpinionQuestion =>
  question.kind === 'check' ? question : { ...question, complaints };
