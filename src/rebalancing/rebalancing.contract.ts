import type { VenueCosts } from '../portfolio/domain/venue-costs.js';
import type { LotMethod } from '../portfolio/domain/lots.js';
import type { GivenLot } from '../portfolio/domain/transaction.js';
import type { AssetId, JobId, OptimizationId, OwnerId, PortfolioId } from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';

export const planRebalancingWorkflow = 'planRebalancing';
export type PlanRebalancing = (input: PlanRebalancingInput) => Promise<PlanSummary>;
export const rebalancingWorkflowId = (id: string) => `rebalancing:${id}`;
export const planPath = (portfolioId: PortfolioId, id: string) =>
  `/api/v1/portfolios/${portfolioId}/rebalancing-plans/${id}`;

/** What the plan is asked for; decimal texts, shares of the portfolio as numbers. */
export interface PlanRequest {
  /** Null when an optimization says them. */
  readonly targets: Readonly<Record<AssetId, number>> | null;
  readonly optimizationId: OptimizationId | null;
  readonly venues: Readonly<Record<AssetId, VenueCosts>>;
  readonly lots: Readonly<Record<AssetId, string>>;
  readonly cashKept: string;
  readonly turnoverLimit: number | null;
  readonly noTradeBand: number;
  readonly lotMethod: LotMethod;
  readonly givenLots: Readonly<Record<AssetId, readonly GivenLot[]>>;
  readonly riskAversion: number;
  readonly horizonDays: number;
}

export interface PlanRebalancingInput {
  readonly planId: string;
  readonly jobId: JobId;
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId;
  readonly asOf: IsoInstant;
  readonly request: PlanRequest;
}

export interface PlanSummary {
  readonly planId: string;
  readonly decision: 'trade' | 'wait';
  readonly trades: number;
}

/** Implemented by activities/rebalancing.activities.ts. */
export interface RebalancingActivities {
  /** Business key: the plan's id; a plan that is stored is answered as it is. */
  makeRebalancingPlan(input: PlanRebalancingInput): Promise<PlanSummary>;
}
