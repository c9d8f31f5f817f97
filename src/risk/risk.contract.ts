import type { AssetId, JobId, OwnerId, PortfolioId } from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';
import type { TradingRecord } from './domain/trading-record.js';

export const assessRiskWorkflow = 'assessRisk';
export type AssessRisk = (input: AssessRiskInput) => Promise<RiskSummary>;
export const riskWorkflowId = (id: string) => `risk:${id}`;
export const riskReportPath = (id: string) => `/api/v1/risk-reports/${id}`;

/** Raised when a formula changes, not for a new measure: reports of an earlier version are then made anew. */
export const riskReportVersion = 3;

/** What a report is about; weights are shares of what has a price. */
export interface RiskRequest {
  readonly weights: Readonly<Record<AssetId, number>>;
  /** Held, but nobody knows at what price. */
  readonly unpriced: readonly AssetId[];
  /** Whether the weights are the default ones of an owner without any portfolio. */
  readonly notional: boolean;
  readonly numeraire: AssetId;
  readonly benchmark: AssetId;
  readonly lookbackDays: number;
  readonly riskFreeRate: number;
  readonly shocks: {
    readonly assets: Readonly<Record<AssetId, number>>;
    readonly classes: Readonly<Record<string, number>>;
  } | null;
  /** Null for the limits that the service begins with. */
  readonly policy: { readonly id: string; readonly version: number } | null;
  readonly seed: number;
  /** From the ledger; reports before version 3 have none. */
  readonly record?: TradingRecord;
}

export interface AssessRiskInput {
  readonly reportId: string;
  readonly jobId: JobId;
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId | null;
  /** Business key: one report for one question about one state of holdings, limits and prices. */
  readonly key: string;
  /** Daily bars that had ended by then count. */
  readonly asOf: IsoInstant;
  readonly knownAt: IsoInstant | null;
  readonly request: RiskRequest;
}

export interface RiskSummary {
  readonly reportId: string;
  readonly recommendation: string;
}

/** Implemented by activities/risk.activities.ts. */
export interface RiskActivities {
  /** Business key: the input's key; a report that is stored under it is answered as it is. */
  makeRiskReport(input: AssessRiskInput): Promise<RiskSummary>;
}
