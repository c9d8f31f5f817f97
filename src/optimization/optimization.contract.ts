import type { SeriesRef } from '../data/domain/candle.js';
import type { AssetId, JobId, OptimizationId, OwnerId, PortfolioId, SnapshotId } from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';
import type { OptimizationRequest } from './domain/optimization-request.js';
import type { OptimizerId } from './domain/optimizers/registry.js';

export const optimizePortfolioWorkflow = 'optimizePortfolio';
export type OptimizePortfolio = (input: OptimizePortfolioInput) => Promise<OptimizationSummary>;
export const requestedOptimizationWorkflow = 'requestedOptimization';
export type RequestedOptimization = (input: RequestedOptimizationInput) => Promise<OptimizationSummary>;
export const optimizationWorkflowId = (id: string) => `optimization:${id}`;
export const optimizationPath = (id: string) => `/api/v1/optimizations/${id}`;

export interface PolicyVersionRef {
  readonly id: string;
  readonly version: number;
}

/** As the pipeline asks: the portfolio's limits as they are when it is solved, and nothing but an optimizer. */
export interface OptimizePortfolioInput {
  optimizationId: OptimizationId;
  ownerId: OwnerId;
  portfolioId: PortfolioId;
  series: SeriesRef[];
  optimizer: OptimizerId;
  /** Bars closed at this instant and at most `lookbackDays` old enter the snapshot. */
  asOf: IsoInstant;
  lookbackDays: number;
  rehearsal: boolean;
}

/** As a person asks: everything that decides the answer is fixed here. */
export interface RequestedOptimizationInput {
  readonly optimizationId: OptimizationId;
  readonly jobId: JobId;
  readonly ownerId: OwnerId;
  /** Null for assets that were named without a portfolio. */
  readonly portfolioId: PortfolioId | null;
  readonly assets: readonly AssetId[];
  readonly request: OptimizationRequest;
  /** Null for the limits that the service begins with. */
  readonly policy: PolicyVersionRef | null;
  readonly asOf: IsoInstant;
  readonly lookbackDays: number;
  readonly rehearsal: boolean;
  /** For audits: only what was stored by then. */
  readonly knownAt?: IsoInstant;
}

export interface ChooseSeriesInput {
  readonly ownerId: OwnerId;
  readonly assets: readonly AssetId[];
  readonly knownAt?: IsoInstant;
}

export interface FreezeSnapshotInput {
  /** Business key: the same key always names the same snapshot. */
  key: OptimizationId;
  ownerId: OwnerId;
  series: SeriesRef[];
  asOf: IsoInstant;
  lookbackDays: number;
  /** A rehearsal sees each bar as it was known at the as-of, a live run its newest revision. */
  rehearsal: boolean;
  /** Only bars that were stored by then. */
  readonly knownAt?: IsoInstant;
  /** What returns are measured in: its prices are frozen, too. */
  readonly numeraire?: AssetId;
}

export interface SolveInput {
  readonly optimizationId: OptimizationId;
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId | null;
  readonly snapshotId: SnapshotId;
  readonly asOf: IsoInstant;
  readonly rehearsal: boolean;
  readonly optimizer: OptimizerId;
  /** Without it, what is asked when nothing more is said than the optimizer. */
  readonly request?: OptimizationRequest;
  readonly knownAt?: IsoInstant;
  /** Without it, the version that the portfolio follows when it is solved. */
  readonly policy?: PolicyVersionRef | null;
}

export interface OptimizationSummary {
  optimizationId: OptimizationId;
  snapshotId: SnapshotId;
  outcome: 'solved' | 'infeasible';
  /** Why there are no weights, when infeasible. */
  reason?: string;
  weights: { assetId: AssetId; weight: number }[];
}

/** Implemented by activities/optimization.activities.ts. */
export interface OptimizationActivities {
  /** The one daily series of each asset that the owner gets. Fails in words for an asset without any. */
  chooseSeries(input: ChooseSeriesInput): Promise<SeriesRef[]>;
  freezeMarketSnapshot(input: FreezeSnapshotInput): Promise<SnapshotId>;
  /** Business key: the optimization's id; one that is stored is answered as it is. */
  solve(input: SolveInput): Promise<OptimizationSummary>;
}
