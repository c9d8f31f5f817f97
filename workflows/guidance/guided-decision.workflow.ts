import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  currentUpdateInfo,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  answerDecision,
  answerRefused,
  decisionStateAttribute,
  type GuidanceActivities,
  type GuidedDecision,
} from '../../src/guidance/guidance.contract.js';
import {
  isSettled,
  whyAnswerIsRefused,
  type Answer,
  type LiveDecisionState,
} from '../../src/guidance/domain/decision.js';
import { writeOnce } from '../activity-options.js';

const { recordDecision, recordExpiry } = proxyActivities<GuidanceActivities>({
  ...writeOnce,
  summary: 'settles the decision, with its audit event',
});

/** Waits for the user's answer to one proposal and makes sure that it ends up in the audit trail, whatever happens. */
export const guidedDecision: GuidedDecision = async ({ decisionId, answerBy, proposalHash, title }) => {
  let state: LiveDecisionState = 'awaiting_answer';
  const deadline = Date.parse(answerBy);
  const enter = (next: LiveDecisionState) => {
    state = next;
    setCurrentDetails(`**${next.replace('_', ' ')}**: ${title}\n\nanswer by ${answerBy}`);
    upsertSearchAttributes([{ key: decisionStateAttribute, value: next }]);
  };

  setHandler(
    answerDecision,
    async (answer) => {
      enter('recording'); // before the first await: a second answer sees it and is refused
      try {
        const settled = await recordDecision({ decisionId, answer, updateId: currentUpdateInfo()?.id ?? 'unknown' });
        enter(settled);
        return settled;
      } catch (error) {
        enter('awaiting_answer'); // nothing was recorded, so the question is still open
        throw error;
      }
    },
    {
      validator: (answer: Answer) => {
        const why = whyAnswerIsRefused({ state, proposalHash, answerBy: deadline }, answer, Date.now());
        if (why !== undefined) throw ApplicationFailure.nonRetryable(why, answerRefused);
      },
    },
  );
  enter('awaiting_answer');

  while (!isSettled(state)) {
    const answeredInTime = await condition(() => isSettled(state), Math.max(deadline - Date.now(), 1), {
      summary: 'time to answer',
    });
    if (answeredInTime || isSettled(state)) break;
    await condition(() => state !== 'recording'); // an answer being written when the timer fires wins
    if (isSettled(state)) break;
    enter('expired'); // closes the validator before the next await
    enter(await recordExpiry({ decisionId }));
  }

  await condition(allHandlersFinished); // otherwise the answer in flight would be lost
  return state;
};
