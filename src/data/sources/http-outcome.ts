import { dayMs, secondMs, type EpochMs } from '../../shared/time.js';
import type { Asset, Venue } from '../domain/asset.js';
import type { SourceOutcome, SourceResponse } from './market-data-source.js';

export type FailedOutcome = Exclude<SourceOutcome<never>, { kind: 'ok' }>;
export type Answered = Extract<SourceResponse, { kind: 'response' }>;

export const badAnswer = (why: string): FailedOutcome => ({ kind: 'badAnswer', why });

/** Start of a body as a message may quote it. */
export const quoted = (body: string): string => JSON.stringify(body.slice(0, 60));

/** Binance bans an address for three days at most; a longer wish is a broken header. */
const longestWishMs = 3 * dayMs;
/** RFC 9110, 5.6.7: the one form of a date that may be sent. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** A provider's wish to be left alone until an instant; undefined for one that is over, by a clock that may differ. */
export const wishedUntil = (until: EpochMs, now: EpochMs): number | undefined =>
  until > now ? Math.min(until - now, longestWishMs) : undefined;

/**
 * Milliseconds that `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date): three days at most, and for `0` a
 * second, because who says "too many" is not asked again at once. Undefined when it is absent, over or makes no sense.
 */
export function retryAfterMs(header: string | undefined, now: EpochMs): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Math.max(1, Number(text)) * secondMs, longestWishMs);
  // the runtime would take "-5" and "1.5" for dates, too
  return httpDate.test(text) ? wishedUntil(Date.parse(text), now) : undefined;
}

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
