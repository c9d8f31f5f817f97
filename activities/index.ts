import type { DataActivities, RetiredDataActivities } from '../src/data/data.contract.js';
import type { GuidanceActivities } from '../src/guidance/guidance.contract.js';
import type { JobActivities, ReconciliationActivities } from '../src/jobs/jobs.contract.js';
import type { OptimizationActivities } from '../src/optimization/optimization.contract.js';
import type { PipelineActivities } from '../src/pipelines/pipelines.contract.js';
import type { SignalActivities } from '../src/signals/signals.contract.js';
import { DataActivitiesProvider } from './data.activities.js';
import { GuidanceActivitiesProvider } from './guidance.activities.js';
import { JobActivitiesProvider } from './jobs.activities.js';
import { OptimizationActivitiesProvider } from './optimization.activities.js';
import { PipelineActivitiesProvider } from './pipelines.activities.js';
import { ReconciliationActivitiesProvider } from './reconciliation.activities.js';
import { SignalActivitiesProvider } from './signals.activities.js';

export type Activities = JobActivities &
  ReconciliationActivities &
  DataActivities &
  RetiredDataActivities &
  SignalActivities &
  OptimizationActivities &
  GuidanceActivities &
  PipelineActivities;

export const activityProviders = [
  JobActivitiesProvider,
  ReconciliationActivitiesProvider,
  DataActivitiesProvider,
  SignalActivitiesProvider,
  OptimizationActivitiesProvider,
  GuidanceActivitiesProvider,
  PipelineActivitiesProvider,
] as const;

/** Activity name → method: the worker's table of contents, in the order of `activityProviders`. */
export const collectActivities = (
  jobs: JobActivitiesProvider,
  reconciliation: ReconciliationActivitiesProvider,
  data: DataActivitiesProvider,
  signals: SignalActivitiesProvider,
  optimization: OptimizationActivitiesProvider,
  guidance: GuidanceActivitiesProvider,
  pipelines: PipelineActivitiesProvider,
): Activities => ({
  jobStarted: (input) => jobs.jobStarted(input),
  jobProgressed: (input) => jobs.jobProgressed(input),
  jobSucceeded: (input) => jobs.jobSucceeded(input),
  jobFailed: (input) => jobs.jobFailed(input),
  jobCancelled: (input) => jobs.jobCancelled(input),
  reconcileJobs: () => reconciliation.reconcileJobs(),
  planCollection: (input) => data.planCollection(input),
  fetchBars: (input) => data.fetchBars(input),
  verifySeries: (input) => data.verifySeries(input),
  recordCollectionReport: (input) => data.recordCollectionReport(input),
  requestScheduledCollection: (input) => data.requestScheduledCollection(input),
  collectAsset: (input) => data.collectAsset(input),
  evaluateSignals: (input) => signals.evaluateSignals(input),
  freezeMarketSnapshot: (input) => optimization.freezeMarketSnapshot(input),
  solve: (input) => optimization.solve(input),
  openDecision: (input) => guidance.openDecision(input),
  recordDecision: (input) => guidance.recordDecision(input),
  recordExpiry: (input) => guidance.recordExpiry(input),
  reconcileDecisions: () => guidance.reconcileDecisions(),
  recordCollection: (input) => pipelines.recordCollection(input),
  requestScheduledRuns: (input) => pipelines.requestScheduledRuns(input),
});
