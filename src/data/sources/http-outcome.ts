import { retryAfterMs } from '../../platform/outbound/retry-after.js';
import type { EpochMs } from '../../shared/time.js';
import type { Asset, Venue } from '../domain/asset.js';
import type { SourceOutcome, SourceResponse } from './market-data-source.js';

export type FailedOutcome = Exclude<SourceOutcome<never>, { kind: 'ok' }>;
export type Answered = Extract<SourceResponse, { kind: 'response' }>;

export const badAnswer = (why: string): FailedOutcome => ({ kind: 'badAnswer', why });

/** Start of a body as a message may quote it. */
export const quoted = (body: string): string => JSON.stringify(body.slice(0, 60));

/**
 * What every source means by the statuses that say "not now"; undefined when the answer itself has to be read.
 *
 * Looked at before the body: what comes with these statuses is often a page of some machine on the way.
 */
export function statusOutcome({ status, body, header }: Answered, now: EpochMs): FailedOutcome | undefined {
  if (status === 429) return { kind: 'rateLimited', retryAfterMs: retryAfterMs(header('retry-after'), now) };
  if (status === 408 || status >= 500) return { kind: 'unavailable', why: `status ${status}` };
  if (status === 403) return { kind: 'unavailable', why: `status 403, blocked on the way: ${quoted(body)}` };
  return undefined;
}

/** The JSON value of a body, or a bad answer that quotes its start (HTML with status 200, a cut body). */
export function jsonOf(body: string): { kind: 'json'; value: unknown } | FailedOutcome {
  try {
    return { kind: 'json', value: JSON.parse(body) };
  } catch {
    return badAnswer(`no JSON: ${quoted(body)}`);
  }
}

/** How a venue spells the asset, or the outcome when it has none. */
export const spellingAt = (venue: Venue, { venues }: Pick<Asset, 'venues'>): string | FailedOutcome =>
  venues[venue] ?? { kind: 'unknownAsset' };
