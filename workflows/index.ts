export { collectPrices } from './data/collect-prices.workflow.js';
export { generateSignals } from './signals/generate-signals.workflow.js';
export { optimizePortfolio } from './optimization/optimize-portfolio.workflow.js';
export { guidedDecision } from './guidance/guided-decision.workflow.js';
export { reconcileDecisions } from './guidance/reconcile-decisions.workflow.js';
export { runPipeline } from './pipelines/run-pipeline.workflow.js';
export { scheduledPipelines } from './pipelines/scheduled-pipelines.workflow.js';
export { reconcileJobs } from './jobs/reconcile-jobs.workflow.js';
