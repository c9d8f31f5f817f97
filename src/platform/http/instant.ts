import { z } from 'zod';
import { parseAsOf } from '../../shared/time.js';

/** An instant as people write it: a date D means D+1T00:00Z, so that D's bars are closed (`parseAsOf`). */
export const instantText = z
  .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'is not one text') })
  .max(40, 'has more than 40 characters')
  .refine((text) => parseAsOf(text) !== undefined, 'is neither a date (YYYY-MM-DD) nor an ISO 8601 time with a zone');
