import type { SeriesRef } from '../data/domain/candle.js';
import type { AssetId, OptimizationId, OwnerId, PortfolioId, SnapshotId } from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';
import type { OptimizerId } from './domain/optimizers/registry.js';

export const optimizePortfolioWorkflow = 'optimizePortfolio';
export type OptimizePortfolio = (input: OptimizePortfolioInput) => Promise<OptimizationSummary>;
export const optimizationWorkflowId = (id: string) => `optimization:${id}`;

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

export interface FreezeSnapshotInput {
  /** Business key: the same key always names the same snapshot. */
  key: OptimizationId;
  ownerId: OwnerId;
  series: SeriesRef[];
  asOf: IsoInstant;
  lookbackDays: number;
  /** A rehearsal sees each bar as it was known at the as-of, a live run its newest revision. */
  rehearsal: boolean;
}

export interface SolveInput extends OptimizePortfolioInput {
  snapshotId: SnapshotId;
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
  freezeMarketSnapshot(input: FreezeSnapshotInput): Promise<SnapshotId>;
  solve(input: SolveInput): Promise<OptimizationSummary>;
}
