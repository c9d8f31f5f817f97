import { defineSearchAttributeKey } from '@temporalio/common';
import type { JobId } from '../shared/ids.js';

/** Every kind of long work there is; a new one is added here and nowhere else. */
export const jobKinds = [
  'pipeline',
  'collection',
  'performance',
  'risk_report',
  'optimization',
  'rebalancing_plan',
  'signal_run',
] as const;
export type JobKind = (typeof jobKinds)[number];

export const jobStates = ['requested', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];
export const unfinishedStates = ['requested', 'running'] as const satisfies readonly JobState[];
const finalStates: readonly string[] = ['succeeded', 'failed', 'cancelled'] satisfies JobState[];

/** Whether a state is an end; the event that tells of an end has its state's name. */
export const isFinal = (stateOrEventKind: string): boolean => finalStates.includes(stateOrEventKind);

/** Typed search attributes of every job; a deployment registers them before the first start. */
export const jobKindAttribute = defineSearchAttributeKey('jobKind', 'KEYWORD');
export const portfolioIdAttribute = defineSearchAttributeKey('portfolioId', 'KEYWORD');

export interface JobProgress {
  done: number;
  total: number;
  note: string;
}

/** RFC 9457 members that tell why a job failed. */
export interface JobProblem {
  type: string;
  title: string;
  detail: string;
}

/** Implemented by activities/jobs.activities.ts; every one is idempotent by (job, event key). */
export interface JobActivities {
  /** `wanted` is false for a job that was cancelled before its workflow came to run. */
  jobStarted(input: { jobId: JobId; workflowId: string; runId: string }): Promise<{ wanted: boolean }>;
  jobProgressed(input: { jobId: JobId; key: string; progress: JobProgress }): Promise<void>;
  jobSucceeded(input: { jobId: JobId; result: string }): Promise<void>;
  jobFailed(input: { jobId: JobId; problem: JobProblem }): Promise<void>;
  jobCancelled(input: { jobId: JobId }): Promise<void>;
}

export const reconcileJobsWorkflow = 'reconcileJobs';
export type ReconcileJobs = () => Promise<ReconciliationReport>;
export interface ReconciliationReport {
  examined: number;
  repaired: number;
  /** Idempotency records that had served their time. */
  forgotten: number;
}
export interface ReconciliationActivities {
  reconcileJobs(): Promise<ReconciliationReport>;
}
