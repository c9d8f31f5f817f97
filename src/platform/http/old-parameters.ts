import { z } from 'zod';
import { fieldsRefused } from '../../shared/errors.js';

// How the routes of the prototype read their parameters; its clients still call them.

/** Of a repeated parameter the last counts. */
export const oldText = z.union([z.string(), z.array(z.string()).transform((all) => all.at(-1) ?? '')]);

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** A finite number. */
export const oldNumber = oldText
  .refine((text) => plainNumber.test(text.trim()) && Number.isFinite(Number(text)), 'is not a finite number')
  .transform(Number);

/** A whole number, also written as `7.0`. */
export const oldInteger = (minimum: number, maximum: number) =>
  oldNumber.pipe(
    z
      .int('is not a whole number')
      .min(minimum, `must be ${minimum} at least`)
      .max(maximum, `must be ${maximum} at most`),
  );

/** Comma-separated symbols, upper-cased; empty elements and duplicates are dropped. */
export const oldSymbols = oldText.transform((text) => [
  ...new Set(
    text
      .split(',')
      .map((part) => part.trim().toUpperCase())
      .filter(Boolean),
  ),
]);

/**
 * JSON that travels as the text of a parameter.
 *
 * @throws DomainError `bad_request` naming the field and, within it, the member that is wrong
 */
export function jsonParameter<T>(field: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fieldsRefused('bad_request', [{ field, value: text.slice(0, 100), message: 'is not JSON' }]);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw fieldsRefused(
    'bad_request',
    read.error.issues.slice(0, 50).map(({ path, message }) => ({
      field: [field, ...path].join('.'),
      value: at(value, path),
      message,
    })),
  );
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (within, key) =>
      typeof within === 'object' && within !== null ? (within as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );

/** Weights of assets by symbol, as the old routes take them. */
export const oldAllocations = z
  .record(z.string().min(1).max(32), z.number('is not a number').min(0, 'is below 0').max(1, 'is above 1'))
  .refine((map) => Object.keys(map).length <= 500, 'names more than 500 assets');
