import { secondMs } from '../../shared/time.js';
import type { FailedOutcome } from './http-outcome.js';

/** What a report says of an outcome that gave nothing, beside its kind; undefined when that says all. */
export function detailOf(outcome: FailedOutcome): string | undefined {
  switch (outcome.kind) {
    case 'rateLimited':
      if (outcome.why !== undefined || outcome.retryAfterMs === undefined) return outcome.why;
      return `asks to wait ${Math.ceil(outcome.retryAfterMs / secondMs)} s`;
    case 'missingKey':
      return `${outcome.variable} is not set, or was refused`;
    case 'unavailable':
    case 'badAnswer':
    case 'notOffered':
      return outcome.why;
    case 'empty':
    case 'unknownAsset':
      return undefined;
  }
}
