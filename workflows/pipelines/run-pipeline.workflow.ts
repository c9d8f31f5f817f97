import { ApplicationFailure, CancellationScope, executeChild, patched, proxyActivities } from '@temporalio/workflow';
import { collectPricesWorkflow, collectionWorkflowId, type CollectPrices } from '../../src/data/data.contract.js';
import type { GuidanceActivities } from '../../src/guidance/guidance.contract.js';
import {
  optimizationWorkflowId,
  optimizePortfolioWorkflow,
  type OptimizePortfolio,
} from '../../src/optimization/optimization.contract.js';
import { pipelinePath, type PipelineActivities, type RunPipeline } from '../../src/pipelines/pipelines.contract.js';
import { seriesToUse } from '../../src/pipelines/domain/series-to-use.js';
import {
  generateSignalsWorkflow,
  signalsWorkflowId,
  type GenerateSignals,
} from '../../src/signals/signals.contract.js';
import type { PipelineId, SignalId } from '../../src/shared/ids.js';
import { writeOnce } from '../activity-options.js';
import { startDecision } from '../guidance/start-decision.js';
import { asJob } from '../jobs/as-job.js';
import { opinionsInTime } from '../signals/opinions-in-time.js';

const { recordCollection } = proxyActivities<PipelineActivities>({
  ...writeOnce,
  summary: 'what was collected, and from where',
});
const { openDecision } = proxyActivities<GuidanceActivities>({
  ...writeOnce,
  summary: 'proposal and evidence, with their audit event',
});

const steps = 4;
const lookbackDays = 365;

/** From prices to a decision that waits: each step is the area's own workflow, and only ids travel. */
export const runPipeline: RunPipeline = (input) =>
  asJob(input.jobId, async (progress) => {
    const { pipelineId, ownerId, portfolioId, asOf, rehearsal, optimizationId, decisionId, assets } = input;

    await progress(0, steps, 'collecting prices');
    const report = await executeChild<CollectPrices>(collectPricesWorkflow, {
      workflowId: collectionWorkflowId(pipelineId),
      args: [{ collectionId: pipelineId, assets, intervals: ['1d'], from: null, asOf, jobId: null }],
      staticSummary: `prices of ${assets.length} assets`,
    });
    await recordCollection({ pipelineId, report });
    const chosen = seriesToUse(report);
    if (chosen.kind === 'missing') throw ApplicationFailure.nonRetryable(chosen.reason, chosen.type);
    const { series } = chosen;

    await progress(1, steps, 'looking for signals');
    const signals = await executeChild<GenerateSignals>(generateSignalsWorkflow, {
      workflowId: signalsWorkflowId(pipelineId),
      args: [{ runId: pipelineId, ownerId, portfolioId, series, categories: ['swing'], asOf, rehearsal }],
      staticSummary: `swing signals of ${series.length} assets`,
    });

    if (!rehearsal) await askForOpinions(pipelineId, signals.signalIds);

    await progress(2, steps, 'optimizing the weights');
    const optimization = await executeChild<OptimizePortfolio>(optimizePortfolioWorkflow, {
      workflowId: optimizationWorkflowId(optimizationId),
      args: [{ optimizationId, ownerId, portfolioId, series, optimizer: 'minVariance', asOf, lookbackDays, rehearsal }],
      staticSummary: 'minimum variance within the limits',
    });
    if (optimization.outcome === 'infeasible') {
      throw ApplicationFailure.nonRetryable(optimization.reason ?? 'the limits conflict', 'OptimizationInfeasible');
    }

    await progress(3, steps, 'opening the decision');
    const { signalIds } = signals;
    const { answerWithinHours } = input;
    // one step: a decision is never left open without the workflow that takes its answer
    await CancellationScope.nonCancellable(async () => {
      const opened = await openDecision({
        decisionId,
        ownerId,
        portfolioId,
        pipelineId,
        optimizationId,
        signalIds,
        asOf,
        rehearsal,
        answerWithinHours,
      });
      await startDecision(opened);
      await progress(steps, steps, 'the decision waits for an answer');
    });
    return { value: { pipelineId, decisionId }, result: pipelinePath(pipelineId) };
  });

/** A run from before opinions were asked for goes on without. */
async function askForOpinions(pipelineId: PipelineId, signalIds: readonly SignalId[]): Promise<void> {
  // replay-tested: 2026-11-25
  if (!patched('opinions')) return;
  await opinionsInTime(pipelineId, signalIds, { rehearsals: false });
}
