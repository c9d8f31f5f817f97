import { z } from 'zod';
import { minuteMs, secondMs, toIso, type EpochMs } from '../../../shared/time.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, type RefusedRow } from '../../domain/candle.js';
import { numberText } from '../json-number.js';

const coded = z.object({ error_code: z.int(), error_message: z.string().nullish() });
const said = ({ error_code: code, error_message: message }: z.output<typeof coded>) => ({
  code,
  message: message ?? '',
});

/** Its four shapes of an error: `error` is a text or an object, `status` a number or an object. */
export const errorBody = z.union([
  z.object({ status: coded }).transform(({ status }) => said(status)),
  z.object({ error: z.object({ status: coded }) }).transform(({ error }) => said(error.status)),
  z.object({ error: z.string() }).transform(({ error }) => ({ code: undefined, message: error })),
]);

/** The coins that were found, by id, each with what was asked of it. */
export const simplePrices = z.record(z.string(), z.record(z.string(), z.unknown()));

/** `total_volumes` is a rolling sum of 24 hours and `market_caps` no price: of the three series only one is read. */
export const marketChart = z.object({ prices: z.array(z.unknown()) });

export type PointInterval = '1h' | '1d';

/**
 * How long after the end of a bar its point may be stamped. Daily points stand at midnight sharp; hourly ones were 41 to
 * 132 seconds late in the bodies of 2022 and 2024, and a later one is the price of another time.
 */
const lateness: Readonly<Record<PointInterval, number>> = { '1d': 0, '1h': 3 * minuteMs };

export interface PointWindow {
  readonly from: EpochMs | null;
  readonly to: EpochMs;
  readonly now: EpochMs;
}

/**
 * The closes that the points are: a point at the end of a bar is its close. Points since the last full hour or midnight
 * belong to the running bar, and those outside the window were not asked for: both are left out without complaint.
 *
 * The order says nothing: the moment of the call ends the list, sometimes twice and then the second time a little before
 * the first.
 */
export function closesOf(prices: readonly unknown[], interval: PointInterval, { from, to, now }: PointWindow) {
  const step = intervalMs[interval];
  const offered: OfferedCandle[] = [];
  const malformed: RefusedRow[] = [];
  const points: Point[] = [];
  prices.forEach((row, i) => {
    const read = pointOf(row, `coingecko prices[${i}]`);
    if ('reason' in read) malformed.push(read);
    else points.push(read);
  });
  points.sort((a, b) => a.time - b.time);
  for (const { where, time, price } of points) {
    const end = Math.floor(time / step) * step;
    const late = time - end;
    if (late <= lateness[interval]) {
      offered.push({ where, openTime: end - step, open: null, high: null, low: null, close: price, volume: null });
      continue;
    }
    const isAsked = end - step >= (from ?? -Infinity) && end <= to;
    const isOfRunningBar = end + step > now && time <= now;
    if (!isAsked || isOfRunningBar) continue;
    malformed.push({ where, reason: `point ${toIso(time)} is ${late / secondMs} s after the end of a bar` });
  }
  return { offered, malformed };
}

interface Point {
  readonly where: string;
  readonly time: EpochMs;
  readonly price: string;
}

/** A pair of time (milliseconds) and price. */
function pointOf(row: unknown, where: string): Point | RefusedRow {
  if (!Array.isArray(row) || row.length !== 2) return { where, reason: 'is no pair of a time and a price' };
  const [time, price] = row as unknown[];
  // JavaScript's last date lies before its last integer
  const read = z.int().min(-8.64e15).max(8.64e15).safeParse(time);
  return read.success
    ? { where, time: read.data, price: numberText(price) }
    : { where, reason: `time ${numberText(time).slice(0, 40)} is not a time stamp` };
}
