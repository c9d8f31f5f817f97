import {
  ParentClosePolicy,
  condition,
  log,
  proxyActivities,
  setCurrentDetails,
  startChild,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { SignalId } from '../../src/shared/ids.js';
import {
  onTimeMs,
  opinionOnSignalWorkflow,
  opinionWorkflowId,
  type AskForOpinions,
  type OpinionActivities,
  type OpinionOnSignal,
} from '../../src/signals/opinions/opinions.contract.js';
import { readFreely } from '../activity-options.js';

const { signalsToAskAbout } = proxyActivities<OpinionActivities>({
  ...readFreely,
  summary: 'signals that are worth an opinion',
});

/** Children that are started at a time; how many questions are under way at a time is kept by the queue that they share. */
const startedAtOnce = 25;

/**
 * Starts the asking about each signal and waits for opinions for as long as a run may wait; those that come later are
 * added to their signals by workflows that live on.
 */
export const askForOpinions: AskForOpinions = async (input) => {
  const signalIds = await signalsToAskAbout(input);
  let ended = 0;
  for (let from = 0; from < signalIds.length; from += startedAtOnce) {
    const part = signalIds.slice(from, from + startedAtOnce);
    await Promise.all(part.map((signalId) => startAsking(signalId, () => (ended += 1))));
  }
  const asked = signalIds.length;
  await condition(() => ended === asked, onTimeMs, { summary: 'opinions in time' });
  setCurrentDetails(`**${ended} of ${asked}** opinions on ${input.signalIds.length} signals in time`);
  return { asked, ended };
};

async function startAsking(signalId: SignalId, onEnd: () => void): Promise<void> {
  try {
    const child = await startChild<OpinionOnSignal>(opinionOnSignalWorkflow, {
      workflowId: opinionWorkflowId(signalId),
      args: [{ signalId }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      // what broke, or was stopped by hand, left nothing behind
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: 'an opinion on one signal',
    });
    // one that fails shows it itself; the signal is served by its rules
    child.result().then(onEnd, (error: unknown) => {
      log.warn('an opinion was not recorded', { signalId, error });
      onEnd();
    });
  } catch (error) {
    // somebody asks, or has asked, already
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    onEnd();
  }
}
