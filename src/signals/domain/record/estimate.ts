import { automaticBlockLength, bootstrap } from '../../../risk/domain/bootstrap.js';

/** A mean and how far it may be off. */
export interface Estimate {
  readonly count: number;
  /** Null without any value. */
  readonly mean: number | null;
  /** Ends of the interval that covers the mean with a probability of 95 %; null with fewer than 20 values. */
  readonly low: number | null;
  readonly high: number | null;
}

const level = 0.95;
/** One seed for all: the same rows give the same interval. */
const seed = 2_004;
const replications = 1_000;
/** Of more rows, so many neighbours are taken as one that the histories stay this long: blocks of them are longer anyway. */
const longestHistory = 2_000;
/** Fewer values say nothing about their own uncertainty. */
const enoughValues = 20;

/** Neighbouring rows of one column. */
interface Chunk {
  readonly sum: number;
  /** Of the values that are known. */
  readonly count: number;
}

/**
 * Means of columns of the same rows in the order of time, NaN where one does not know a value, with the percentile interval
 * of the stationary bootstrap (Politis & Romano, 1994) under the longest automatic block length of them (Politis & White,
 * 2004; Patton, Politis & White, 2009). Trades that overlap in time are not independent, and blocks keep what they know of
 * each other; all columns see the same histories.
 *
 * An interval holds for one look. Whoever looks again and again until it says what they want needs `sequentialTest`.
 */
export function estimateMeans<Name extends string>(
  columns: Readonly<Record<Name, Float64Array>>,
): Record<Name, Estimate> {
  const names = Object.keys(columns) as Name[];
  const chunked = new Map(names.map((name) => [name, chunksOf(columns[name])]));
  const rows = Math.max(0, ...[...chunked.values()].map(({ length }) => length));
  const statistics = names.map((name) => {
    const chunks = chunked.get(name)!;
    const [sums, counts] = [
      Float64Array.from(chunks, ({ sum }) => sum),
      Float64Array.from(chunks, ({ count }) => count),
    ];
    return [name, (drawn: Float64Array) => meanOf(sums, counts, drawn)] as const;
  });
  const intervals = bootstrap(
    Float64Array.from({ length: rows }, (_, row) => row),
    Object.fromEntries(statistics) as Record<Name, (drawn: Float64Array) => number | null>,
    { seed, level, replications, meanBlockLength: Math.max(1, ...[...chunked.values()].map(blockLengthOf)) },
  );
  const estimates = names.map((name) => {
    const known = columns[name].filter((value) => !Number.isNaN(value));
    const mean = known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
    const interval = known.length < enoughValues ? null : intervals[name];
    return [name, { count: known.length, mean, low: interval?.low ?? null, high: interval?.high ?? null }];
  });
  return Object.fromEntries(estimates) as Record<Name, Estimate>;
}

function chunksOf(values: Float64Array): Chunk[] {
  const size = Math.max(1, Math.ceil(values.length / longestHistory));
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) => {
    const known = values.subarray(at * size, (at + 1) * size).filter((value) => !Number.isNaN(value));
    return { sum: known.reduce((sum, value) => sum + value, 0), count: known.length };
  });
}

/** In chunks. */
function blockLengthOf(chunks: readonly Chunk[]): number {
  const known = chunks.filter(({ count }) => count > 0).map(({ sum, count }) => sum / count);
  return known.length < enoughValues ? 1 : automaticBlockLength(known);
}

/** Over what is known in the chunks that are drawn; null where nothing is. */
function meanOf(sums: Float64Array, counts: Float64Array, drawn: Float64Array): number | null {
  let [sum, count] = [0, 0];
  for (let i = 0; i < drawn.length; i++) {
    sum += sums[drawn[i]!]!;
    count += counts[drawn[i]!]!;
  }
  return count === 0 ? null : sum / count;
}
