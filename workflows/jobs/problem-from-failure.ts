import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/common';
import type { JobProblem } from '../../src/jobs/jobs.contract.js';

/** Failure types whose message is written for people; the text of any other stays in the log and the Temporal UI. */
const spoken = new Set([
  'PricesMissing',
  'OptimizationInfeasible',
  'SourceUnavailable',
  'RateLimited',
  'DomainError',
  'DatabaseRefused',
  'Unavailable',
]);

/**
 * Why a job failed, for the person who asked for it.
 */
export function problemFrom(error: unknown): JobProblem {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.type && spoken.has(at.type)) {
      return { type: `/problems/${kebab(at.type)}`, title: words(at.type), detail: at.message };
    }
    if (at instanceof TimeoutFailure) {
      return { type: '/problems/timed-out', title: 'Timed out', detail: 'A step of the job did not end in time.' };
    }
    if (!(at instanceof ActivityFailure) && !(at instanceof ChildWorkflowFailure) && !at.cause) break;
  }
  return {
    type: 'about:blank',
    title: 'Internal error',
    detail: 'A step of the job failed because of an error on our side; the workflow history has it.',
  };
}

const kebab = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
const words = (name: string) => {
  const text = kebab(name).replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};
