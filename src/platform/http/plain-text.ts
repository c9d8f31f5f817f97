import { z } from 'zod';

/** Control characters, but for tab and line breaks, and halves of surrogate pairs. */
const unstorable = /[^\P{Cc}\t\n\r]|\p{Cs}/u;

/** Text that people write and PostgreSQL stores: trimmed, well-formed Unicode, without control characters. */
export const plainText = (maximum: number) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'is no text') })
    .trim()
    .max(maximum, `has more than ${maximum} characters`)
    .refine((text) => !unstorable.test(text), 'has control characters or broken Unicode');
