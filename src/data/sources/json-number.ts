/**
 * A number of a JSON body as decimal text: the shortest that is the same double. Whatever else stands there (null, a
 * text, 1e999) becomes a text that is no number, so that the checks refuse it and name it.
 */
export const numberText = (value: unknown): string =>
  typeof value === 'number' ? String(value) : JSON.stringify(value ?? null);
