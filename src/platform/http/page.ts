import { z } from 'zod';
import { DomainError } from '../../shared/errors.js';

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** How many rows a page has at most, and no more than `most`. */
export const pageLimit = (most: number) =>
  z.coerce
    .number({ error: 'is no number' })
    .int('is no whole number')
    .min(1, 'is less than 1')
    .max(most, `is more than ${most}`);

/** Members of every list's query: spread them into the query's own object. */
export const pageQuery = {
  limit: pageLimit(500).default(50),
  cursor: z.string().min(1).max(512).optional(),
};

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

/** Opaque cursor: the sort key of the last row shown. */
export const encodeCursor = (key: string | number): string => Buffer.from(JSON.stringify(key)).toString('base64url');

const keyForms = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  integer: /^-?\d{1,15}$/,
  /** Epoch milliseconds and an id, for lists by time. */
  momentAndUuid: /^-?\d{1,15}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /** Epoch milliseconds, three words and a name: a bar of one series. */
  barOfSeries: /^-?\d{1,15}(\|\w{1,20}){3}\|.{1,200}$/,
  /** An asset's id and a word. */
  assetAndWord: /^[A-Z0-9][A-Z0-9.-]{0,15}\|\w{1,20}$/,
  symbol: /^[A-Z0-9][A-Z0-9.-]{0,15}$/,
};

/**
 * The sort key that a list's cursor stands for.
 *
 * @throws DomainError `invalid` naming the cursor when it is not one of ours
 */
export function decodeCursor(cursor: string, form: keyof typeof keyForms): string {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if ((typeof key === 'string' || typeof key === 'number') && keyForms[form].test(String(key))) return String(key);
  } catch {
    // falls through to the one refusal below
  }
  const message = 'is not a cursor of this list';
  throw new DomainError('invalid', `cursor: ${message}`, { errors: [{ field: 'cursor', value: cursor, message }] });
}

/** Cuts rows that were read with `limit + 1` to a page. */
export function pageFrom<Row, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
  key: (row: Row) => string | number,
): Page<View> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(view),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null,
  };
}
