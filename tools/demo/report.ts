import type { Decision, DecisionEvent, Job, Optimization, Pipeline } from './api.js';
import type { StepRecord } from './steps.js';

/** What a run brought, as far as it came. */
export interface DemoResult {
  job?: Job;
  pipeline?: Pipeline;
  optimization?: Optimization;
  decision?: Decision;
  events?: DecisionEvent[];
}

/** The whole result as JSON; members that a failed run did not reach are null. */
export function reportOf(
  result: DemoResult,
  outcome: { data: string | null; steps: readonly StepRecord[]; failure: string | null },
) {
  const { job, pipeline, optimization, decision, events } = result;
  return {
    outcome: outcome.failure === null ? 'succeeded' : 'failed',
    failure: outcome.failure,
    data: outcome.data,
    simulated: pipeline?.simulated ?? null,
    rehearsal: pipeline?.rehearsal ?? null,
    as_of: pipeline?.as_of ?? null,
    job_id: job?.id ?? null,
    pipeline_id: pipeline?.id ?? null,
    portfolio_id: pipeline?.portfolio_id ?? null,
    assets: pipeline?.collection?.assets ?? null,
    signals: pipeline?.signals ?? null,
    weights: optimization?.weights ?? null,
    volatility: optimization?.volatility ?? null,
    certificate: optimization?.certificate ?? null,
    snapshot: optimization?.snapshot ?? null,
    decision: decision ? { ...decision, events: events ?? [] } : null,
    seconds: Object.fromEntries(outcome.steps.map(({ step, seconds }) => [step, seconds])),
  };
}
