import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';

/** Why a source could not be asked, when that is how asking it failed; undefined for any other failure. */
export function whyUnreached(error: unknown): string | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  if (cause instanceof TimeoutFailure) return 'no worker asked it in time';
  const isAway = cause instanceof ApplicationFailure && ['RateLimited', 'SourceUnavailable'].includes(cause.type ?? '');
  return isAway ? cause.message : undefined;
}
