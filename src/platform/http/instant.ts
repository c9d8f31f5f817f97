import { z } from 'zod';
import { refusedFor } from '../../shared/errors.js';
import { parseAsOf, toIso, type EpochMs } from '../../shared/time.js';

const meansAnInstant = (text: z.ZodString) =>
  text.refine(
    (given) => parseAsOf(given) !== undefined,
    'is neither a date (YYYY-MM-DD) nor an ISO 8601 time with a zone',
  );

/** An instant as people write it: a date D means D+1T00:00Z, so that D's bars are closed (`parseAsOf`). */
export const instantText = meansAnInstant(
  z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'is not one text') })
    .max(40, 'has more than 40 characters'),
);

/** The same in a body. */
export const bodyInstant = meansAnInstant(z.string());

/** The instant that a query's `as_of` or `as_known_at` names; without one, now. @throws DomainError for the future */
export function instantOf(field: string, text: string | undefined, now: EpochMs): EpochMs {
  if (text === undefined) return now;
  const instant = parseAsOf(text)!;
  if (instant <= now) return instant;
  const message = `lies in the future: it means ${toIso(instant)}`;
  throw refusedFor([{ field, value: text, message }]);
}

/** As `instantOf`, of a parameter without which nothing is meant. */
export const instantIfGiven = (field: string, text: string | undefined, now: EpochMs): EpochMs | undefined =>
  text === undefined ? undefined : instantOf(field, text, now);
