import { z } from 'zod';

/** Everything comes as an object of objects of texts, errors as well. */
export const anyObject = z.record(z.string(), z.unknown());

/**
 * The members of an object by the words of their names: `open` of `1. open`, `last refreshed` of `3. Last Refreshed`.
 *
 * The numbers before them are no help: the same word has another one in another function, and had others before.
 */
export function byWords(value: unknown): ReadonlyMap<string, string> {
  const parsed = anyObject.safeParse(value);
  const members = parsed.success ? Object.entries(parsed.data) : [];
  return new Map(members.map(([name, text]) => [name.replace(/^\d+[a-z]?\.\s*/, '').toLowerCase(), textOf(text)]));
}

/** Numbers are texts on this wire: anything else becomes a text that is no number, so that the checks refuse it by name. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : `${JSON.stringify(value ?? null)}, no text`;

/** `2020-05-08 14:07:03`, `2024-09-05`, `2017-11-08 (end of day)`: on the clock that `Time Zone` names. */
export const refreshed = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}):(\d{2}):(\d{2}))?( \(end of day\))?$/;

/** Milliseconds since 1970 of a UTC date; undefined for what is none. */
export function dateOf(text: string): number | undefined {
  const parsed = z.iso.date().safeParse(text);
  return parsed.success ? Date.parse(`${parsed.data}T00:00:00Z`) : undefined;
}
