import { InvariantViolation } from '../../../shared/errors.js';
import type { EpochMs } from '../../../shared/time.js';

/** What indicators read of a bar. */
export type BarField = 'openTime' | 'high' | 'low' | 'close' | 'volume';

/** One bar: prices in the quote currency, volume in units of the asset, null (or left out) where unknown. */
export type Bar = { readonly [Field in BarField]?: number | null };

/**
 * Bars as columns, oldest first, all of one length; NaN is unknown. A column that no indicator reads may be left out.
 * `openTime` is in milliseconds of UTC and only sessions need it.
 */
export type BarColumns = { readonly [Field in BarField]?: Float64Array };

/** Every column there; those that the indicator does not read are empty. */
export type Columns = Required<BarColumns>;

const none = new Float64Array(0);

/** Bars in rows as columns; a field that is unknown becomes NaN. */
export function barColumns(bars: readonly Bar[]): Columns {
  const column = (field: BarField): Float64Array => Float64Array.from(bars, (bar) => bar[field] ?? NaN);
  return {
    openTime: column('openTime'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

/** The columns that are read, which have to be there and of one length, and empty ones in place of the others. */
export function columnsFor(reads: readonly BarField[], bars: BarColumns): { columns: Columns; length: number } {
  let length: number | undefined;
  for (const field of reads) {
    const values = bars[field];
    if (values === undefined) throw new InvariantViolation(`an indicator that reads ${field} got bars without it`);
    length ??= values.length;
    if (values.length !== length) {
      throw new InvariantViolation(`${field} has ${values.length} bars, ${reads[0] ?? ''} has ${length}`);
    }
  }
  const column = (field: BarField): Float64Array => (reads.includes(field) ? (bars[field] ?? none) : none);
  return {
    columns: {
      openTime: column('openTime'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
      volume: column('volume'),
    },
    length: length ?? 0,
  };
}

/**
 * Whether any bar lacks a field that is read. Throws on what no bar may hold: a price that is not positive, a negative
 * volume, anything infinite, a close outside of the bar's range. `before` bars came earlier, for the message.
 */
export function checkBars(columns: Columns, reads: readonly BarField[], before: number): boolean {
  let lacks = false;
  for (const field of reads) {
    const values = columns[field];
    for (let i = ordinaryUntil(values, 0); i < values.length; i = ordinaryUntil(values, i + 1)) {
      const value = values[i]!;
      if (Number.isNaN(value)) lacks = true;
      else if (!isAllowed(field, value)) throw new InvariantViolation(`bar ${before + i}: ${field} is ${value}`);
    }
  }
  const { high, low, close } = columns;
  for (let i = 0; i < high.length && i < low.length; i++) {
    if (high[i]! < low[i]! || close[i]! > high[i]! || close[i]! < low[i]!) {
      throw new InvariantViolation(
        `bar ${before + i}: close ${close[i] ?? NaN} and low ${low[i]!} to high ${high[i]!} do not fit`,
      );
    }
  }
  return lacks;
}

/** Where the first number from `from` on stands that is not positive and finite. */
function ordinaryUntil(values: Float64Array, from: number): number {
  const { length } = values;
  let i = from;
  // four at once: the loop costs as much as the comparison
  while (
    i + 3 < length &&
    isOrdinary(values[i]!) &&
    isOrdinary(values[i + 1]!) &&
    isOrdinary(values[i + 2]!) &&
    isOrdinary(values[i + 3]!)
  ) {
    i += 4;
  }
  while (i < length && isOrdinary(values[i]!)) i++;
  return i;
}

/** Positive and finite. */
export const isOrdinary = (value: number): boolean => value > 0 && value < Infinity;

/** Only called with what is not a positive finite number. */
const isAllowed = (field: BarField, value: number): boolean =>
  field === 'openTime' ? Number.isFinite(value) : field === 'volume' && value === 0;

/** Whether a bar has all that is read. */
export function isComplete(columns: Columns, reads: readonly BarField[], i: number): boolean {
  for (const field of reads) if (Number.isNaN(columns[field][i]!)) return false;
  return true;
}

/** Bars of one place in time may not come twice, nor backwards. */
export function assertLater(openTime: EpochMs, previous: EpochMs): void {
  if (openTime <= previous) throw new InvariantViolation(`the bar of ${openTime} came after that of ${previous}`);
}
