import type { AiActivities } from '../src/ai/ai.contract.js';
import type { DataActivities, RetiredDataActivities } from '../src/data/data.contract.js';
import type { GuidanceActivities } from '../src/guidance/guidance.contract.js';
import type { JobActivities, ReconciliationActivities } from '../src/jobs/jobs.contract.js';
import type { OptimizationActivities } from '../src/optimization/optimization.contract.js';
import type { PipelineActivities } from '../src/pipelines/pipelines.contract.js';
import type { PortfolioActivities } from '../src/portfolio/performance/performance.contract.js';
import type { RebalancingActivities } from '../src/rebalancing/rebalancing.contract.js';
import type { RiskActivities } from '../src/risk/risk.contract.js';
import type { OpinionActivities } from '../src/signals/opinions/opinions.contract.js';
import type { SignalActivities } from '../src/signals/signals.contract.js';
import { AiActivitiesProvider } from './ai.activities.js';
import { DataActivitiesProvider } from './data.activities.js';
import { GuidanceActivitiesProvider } from './guidance.activities.js';
import { JobActivitiesProvider } from './jobs.activities.js';
import { OpinionActivitiesProvider } from './opinions.activities.js';
import { OptimizationActivitiesProvider } from './optimization.activities.js';
import { PipelineActivitiesProvider } from './pipelines.activities.js';
import { PortfolioActivitiesProvider } from './portfolio.activities.js';
import { RebalancingActivitiesProvider } from './rebalancing.activities.js';
import { ReconciliationActivitiesProvider } from './reconciliation.activities.js';
import { RiskActivitiesProvider } from './risk.activities.js';
import { SignalActivitiesProvider } from './signals.activities.js';

export type Activities = JobActivities &
  ReconciliationActivities &
  AiActivities &
  DataActivities &
  RetiredDataActivities &
  PortfolioActivities &
  RiskActivities &
  SignalActivities &
  OpinionActivities &
  OptimizationActivities &
  RebalancingActivities &
  GuidanceActivities &
  PipelineActivities;

export const activityProviders = [
  JobActivitiesProvider,
  ReconciliationActivitiesProvider,
  AiActivitiesProvider,
  DataActivitiesProvider,
  PortfolioActivitiesProvider,
  RiskActivitiesProvider,
  SignalActivitiesProvider,
  OpinionActivitiesProvider,
  OptimizationActivitiesProvider,
  RebalancingActivitiesProvider,
  GuidanceActivitiesProvider,
  PipelineActivitiesProvider,
] as const;

/** Activity name → method: the worker's table of contents, in the order of `activityProviders`. */
export const collectActivities = (
  jobs: JobActivitiesProvider,
  reconciliation: ReconciliationActivitiesProvider,
  ai: AiActivitiesProvider,
  data: DataActivitiesProvider,
  portfolio: PortfolioActivitiesProvider,
  risk: RiskActivitiesProvider,
  signals: SignalActivitiesProvider,
  opinions: OpinionActivitiesProvider,
  optimization: OptimizationActivitiesProvider,
  rebalancing: RebalancingActivitiesProvider,
  guidance: GuidanceActivitiesProvider,
  pipelines: PipelineActivitiesProvider,
): Activities => ({
  jobStarted: (input) => jobs.jobStarted(input),
  jobProgressed: (input) => jobs.jobProgressed(input),
  jobSucceeded: (input) => jobs.jobSucceeded(input),
  jobFailed: (input) => jobs.jobFailed(input),
  jobCancelled: (input) => jobs.jobCancelled(input),
  reconcileJobs: () => reconciliation.reconcileJobs(),
  askForOpinion: (input) => ai.askForOpinion(input),
  aiHealth: () => ai.aiHealth(),
  planCollection: (input) => data.planCollection(input),
  fetchBars: (input) => data.fetchBars(input),
  verifySeries: (input) => data.verifySeries(input),
  recordCollectionReport: (input) => data.recordCollectionReport(input),
  requestScheduledCollection: (input) => data.requestScheduledCollection(input),
  collectAsset: (input) => data.collectAsset(input),
  snapshotPortfolioDays: (input) => portfolio.snapshotPortfolioDays(input),
  startSnapshots: () => portfolio.startSnapshots(),
  makeRiskReport: (input) => risk.makeRiskReport(input),
  evaluateSignals: (input) => signals.evaluateSignals(input),
  freezeSignalRun: (input) => signals.freezeSignalRun(input),
  requestScheduledSignals: (input) => signals.requestScheduledSignals(input),
  judgeSignals: (input) => signals.judgeSignals(input),
  settleSignals: () => signals.settleSignals(),
  signalsToAskAbout: (input) => opinions.signalsToAskAbout(input),
  planOpinion: (input) => opinions.planOpinion(input),
  recordOpinion: (input) => opinions.recordOpinion(input),
  chooseSeries: (input) => optimization.chooseSeries(input),
  freezeMarketSnapshot: (input) => optimization.freezeMarketSnapshot(input),
  solve: (input) => optimization.solve(input),
  makeRebalancingPlan: (input) => rebalancing.makeRebalancingPlan(input),
  openDecision: (input) => guidance.openDecision(input),
  tradesToDecide: (input) => guidance.tradesToDecide(input),
  openTradeDecision: (input) => guidance.openTradeDecision(input),
  recordDecision: (input) => guidance.recordDecision(input),
  recordExpiry: (input) => guidance.recordExpiry(input),
  reconcileDecisions: () => guidance.reconcileDecisions(),
  recordCollection: (input) => pipelines.recordCollection(input),
  requestScheduledRuns: (input) => pipelines.requestScheduledRuns(input),
});
