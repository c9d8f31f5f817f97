import type { CollectionReport } from '../data/data.contract.js';
import type { JobId, DecisionId, OptimizationId, OwnerId, PipelineId, PortfolioId, AssetId } from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';

export const runPipelineWorkflow = 'runPipeline';
export type RunPipeline = (input: RunPipelineInput) => Promise<PipelineResult>;
/** Where a pipeline's results are. */
export const pipelinePath = (id: string) => `/api/v1/pipelines/${id}`;
export const pipelineWorkflowId = (id: string) => `pipeline:${id}`;

export interface RunPipelineInput {
  pipelineId: PipelineId;
  jobId: JobId;
  ownerId: OwnerId;
  portfolioId: PortfolioId;
  assets: AssetId[];
  asOf: IsoInstant;
  /** True for an explicit past as-of: nothing of it is advice for today. */
  rehearsal: boolean;
  optimizationId: OptimizationId;
  decisionId: DecisionId;
  /** How long a person has to answer, from the moment the decision opens, in hours of wall-clock time. */
  answerWithinHours: number;
}

interface PipelineResult {
  pipelineId: PipelineId;
  decisionId: DecisionId;
}

export const scheduledPipelinesWorkflow = 'scheduledPipelines';
export type ScheduledPipelines = () => Promise<ScheduledRuns>;

export interface ScheduledRuns {
  /** Jobs of the runs that were requested now or by an earlier attempt. */
  jobIds: JobId[];
}

/** Implemented by activities/pipelines.activities.ts. */
export interface PipelineActivities {
  recordCollection(input: { pipelineId: PipelineId; report: CollectionReport }): Promise<void>;
  requestScheduledRuns(input: { scheduledTime: IsoInstant }): Promise<ScheduledRuns>;
}
