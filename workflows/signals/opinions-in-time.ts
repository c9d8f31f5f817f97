import { ChildWorkflowFailure, executeChild, isCancellation, log } from '@temporalio/workflow';
import type { SignalId } from '../../src/shared/ids.js';
import {
  askForOpinionsWorkflow,
  opinionsWorkflowId,
  type AskForOpinions,
} from '../../src/signals/opinions/opinions.contract.js';

/** A workflow has no more than 2,000 children at a time. */
const signalsAtMost = 500;

/**
 * Has opinions asked for on the signals of a run, and waits for those that come in time. They are no condition of a run:
 * where they cannot be asked for, its signals are served by their rules.
 */
export async function opinionsInTime(
  runId: string,
  signalIds: readonly SignalId[],
  { rehearsals }: { readonly rehearsals: boolean },
): Promise<void> {
  const parts = Array.from({ length: Math.ceil(signalIds.length / signalsAtMost) }, (_, i) =>
    signalIds.slice(i * signalsAtMost, (i + 1) * signalsAtMost),
  );
  await Promise.all(
    parts.map(async (part, i) => {
      try {
        await executeChild<AskForOpinions>(askForOpinionsWorkflow, {
          workflowId: opinionsWorkflowId(parts.length === 1 ? runId : `${runId}:${i}`),
          args: [{ signalIds: part, rehearsals }],
          staticSummary: `opinions on ${part.length} signals`,
        });
      } catch (error) {
        // it shows its failure itself
        if (isCancellation(error) || !(error instanceof ChildWorkflowFailure)) throw error;
        log.warn('opinions were not asked for', { runId, error });
      }
    }),
  );
}
