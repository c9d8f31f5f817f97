import { restAskedFor, type Lesson } from '../../platform/outbound/circuit.js';
import type { SourceOutcome } from './market-data-source.js';
import { detailOf } from './outcome-detail.js';

/** What an outcome says about the source that gave it. */
export function lessonOf(outcome: SourceOutcome<unknown>): Lesson {
  switch (outcome.kind) {
    case 'ok':
    case 'empty':
      return { kind: 'answered' };
    case 'unavailable':
    case 'badAnswer':
      return { kind: 'failed', error: outcome.why };
    case 'rateLimited': {
      if (outcome.unsent) return { kind: 'nothing' };
      const restMs = restAskedFor(outcome.retryAfterMs);
      return { kind: 'limited', restMs, error: detailOf(outcome) ?? 'too many requests' };
    }
    // about the question or about our settings; often nothing was sent
    case 'unknownAsset':
    case 'notOffered':
    case 'missingKey':
      return { kind: 'nothing' };
  }
}
