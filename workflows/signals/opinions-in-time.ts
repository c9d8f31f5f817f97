import { executeChild } from '@temporalio/workflow';
import type { SignalId } from '../../src/shared/ids.js';
import {
  askForOpinionsWorkflow,
  opinionsWorkflowId,
  type AskForOpinions,
} from '../../src/signals/opinions/opinions.contract.js';

/** A workflow has no more than 2,000 children at a time. */
const signalsAtMost = 500;

/** Has opinions asked for on the signals of a run, and waits for those that come in time. */
export async function opinionsInTime(
  runId: string,
  signalIds: readonly SignalId[],
  { rehearsals }: { readonly rehearsals: boolean },
): Promise<void> {
  const parts = Array.from({ length: Math.ceil(signalIds.length / signalsAtMost) }, (_, i) =>
    signalIds.slice(i * signalsAtMost, (i + 1) * signalsAtMost),
  );
  await Promise.all(
    parts.map((part, i) =>
      executeChild<AskForOpinions>(askForOpinionsWorkflow, {
        workflowId: opinionsWorkflowId(parts.length === 1 ? runId : `${runId}:${i}`),
        args: [{ signalIds: part, rehearsals }],
        staticSummary: `opinions on ${part.length} signals`,
      }),
    ),
  );
}
