import { TypedSearchAttributes } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import {
  decisionWorkflowId,
  guidedDecisionWorkflow,
  type GuidedDecision,
  type OpenedDecision,
} from '../../src/guidance/guidance.contract.js';
import { portfolioIdAttribute } from '../../src/jobs/jobs.contract.js';

/** Starts what takes the answer to a decision; it outlives its parent, because it waits for a person, for days. */
export async function startDecision(opened: OpenedDecision): Promise<void> {
  await startChild<GuidedDecision>(guidedDecisionWorkflow, {
    workflowId: decisionWorkflowId(opened.decisionId),
    args: [opened],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    typedSearchAttributes: new TypedSearchAttributes([{ key: portfolioIdAttribute, value: opened.portfolioId }]),
    staticSummary: opened.title,
  });
}
