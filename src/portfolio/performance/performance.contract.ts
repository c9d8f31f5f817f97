import type { OwnerId, PortfolioId } from '../../shared/ids.js';

export const snapshotPerformanceWorkflow = 'snapshotPerformance';
export const scheduledSnapshotsWorkflow = 'scheduledSnapshots';

/** One at a time for each portfolio: whoever wants another one joins it. */
export const snapshotWorkflowId = (portfolioId: string): string => `performance:${portfolioId}`;

export interface SnapshotInput {
  portfolioId: PortfolioId;
  ownerId: OwnerId;
}

/** What a snapshot wrote. */
export interface SnapshotReport {
  /** Days that the portfolio has. */
  days: number;
  /** Rows that were new or changed, and the first of their days; null when nothing changed. */
  written: number;
  from: string | null;
  /** The last day that was over. */
  completeUntil: string;
}

export interface ScheduledSnapshotsReport {
  started: number;
}

/** Implemented by activities/portfolio.activities.ts. */
export interface PortfolioActivities {
  /** Idempotent by (portfolio, day): what did not change is not written. */
  snapshotPortfolioDays(input: SnapshotInput): Promise<SnapshotReport>;
  /** Starts a snapshot of every portfolio that holds something, or joins the one that runs. */
  startSnapshots(): Promise<ScheduledSnapshotsReport>;
}

export type SnapshotPerformance = (input: SnapshotInput) => Promise<SnapshotReport>;
export type ScheduledSnapshots = () => Promise<ScheduledSnapshotsReport>;
