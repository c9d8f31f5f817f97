import { dayMs, secondMs, type EpochMs } from '../../shared/time.js';

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
