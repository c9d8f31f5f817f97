import { DomainError } from '../../shared/errors.js';
import { dayMs, parseAsOf, type EpochMs } from '../../shared/time.js';

/** Open times of the bars that are meant, from `from` on and before `to`; without bounds where they are undefined. */
export interface TimeWindow {
  readonly from: EpochMs | undefined;
  readonly to: EpochMs | undefined;
}

interface WindowTexts {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The window that two instants or dates name; a date means its 00:00 UTC where a window begins, and is included where
 * one ends. The texts have been checked to be instants.
 *
 * @throws DomainError `invalid` naming `from` when nothing can lie between them
 */
export function windowOf({ from: first, to: last }: WindowTexts): TimeWindow {
  const [from, to] = [first === undefined ? undefined : startOf(first), last === undefined ? undefined : endOf(last)];
  if (from !== undefined && to !== undefined && from >= to) {
    const message = `is not before to, which is ${last}`;
    throw new DomainError('invalid', `from: ${message}`, { errors: [{ field: 'from', value: first, message }] });
  }
  return { from, to };
}

const endOf = (text: string) => parseAsOf(text)!;
const startOf = (text: string) => (text.length === 10 ? endOf(text) - dayMs : endOf(text));
