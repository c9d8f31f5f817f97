import { DomainError } from '../../shared/errors.js';
import { parseAsOf, toIso, type EpochMs } from '../../shared/time.js';

/** The instant that a query's `as_of` or `as_known_at` names; without one, now. @throws DomainError for the future */
export function instantOf(field: string, text: string | undefined, now: EpochMs): EpochMs {
  if (text === undefined) return now;
  const instant = parseAsOf(text)!;
  if (instant <= now) return instant;
  const message = `lies in the future: it means ${toIso(instant)}`;
  throw new DomainError('invalid', `${field} "${text}" ${message}`, { errors: [{ field, value: text, message }] });
}
