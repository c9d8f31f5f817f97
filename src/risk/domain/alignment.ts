import type { AssetId } from '../../shared/ids.js';
import { dayMs, utcDate, type EpochMs } from '../../shared/time.js';
import { simpleReturns } from './returns.js';

/** Daily closes of an asset in one numeraire, oldest first; the time of day of a bar's opening does not matter. */
export interface PriceSeries {
  readonly assetId: AssetId;
  readonly openTimes: ArrayLike<EpochMs>;
  readonly closes: ArrayLike<number>;
}

/** Closes by UTC date, dates as days since 1970 in rising order. */
export interface DatedCloses {
  readonly days: Int32Array;
  readonly closes: Float64Array;
}

/** Several assets' returns between the dates that all of them have. */
export interface AlignedReturns {
  readonly assets: readonly AssetId[];
  /** UTC dates of the prices, one more than periods. */
  readonly dates: readonly string[];
  readonly periods: number;
  /** One row a period, row-major. */
  readonly returns: Float64Array;
}

/** Bars put on their UTC dates; of two on one date the later in the list holds. */
export function onUtcDates({ openTimes, closes }: PriceSeries): DatedCloses {
  const byDay = new Map<number, number>();
  for (let i = 0; i < openTimes.length; i++) byDay.set(Math.floor(openTimes[i]! / dayMs), closes[i]!);
  const days = Int32Array.from(byDay.keys()).sort();
  return { days, closes: Float64Array.from(days, (day) => byDay.get(day)!) };
}

/** Both series' closes on the dates that both have. */
export function onCommonDates(a: DatedCloses, b: DatedCloses): { days: Int32Array; a: Float64Array; b: Float64Array } {
  const most = Math.min(a.days.length, b.days.length);
  const [days, closesA, closesB] = [new Int32Array(most), new Float64Array(most), new Float64Array(most)];
  let [i, j, count] = [0, 0, 0];
  while (i < a.days.length && j < b.days.length) {
    if (a.days[i]! < b.days[j]!) i++;
    else if (a.days[i]! > b.days[j]!) j++;
    else {
      days[count] = a.days[i]!;
      closesA[count] = a.closes[i++]!;
      closesB[count++] = b.closes[j++]!;
    }
  }
  return { days: days.subarray(0, count), a: closesA.subarray(0, count), b: closesB.subarray(0, count) };
}

/**
 * Simple returns of all series between the UTC dates that every one of them has: dates are intersected before returns
 * are taken, so that a return spans the same days for every asset and no gap is filled.
 */
export function alignedReturns(series: readonly PriceSeries[]): AlignedReturns {
  const dated = series.map(onUtcDates);
  const [first, ...others] = dated;
  const days = others.reduce((common, { days: own }) => {
    const present = new Set(own);
    return common.filter((day) => present.has(day));
  }, first?.days ?? new Int32Array());
  const n = series.length;
  const periods = Math.max(0, days.length - 1);
  const returns = new Float64Array(periods * n);
  dated.forEach((own, asset) => {
    const position = new Map(Array.from(own.days, (day, i) => [day, i]));
    const closes = Float64Array.from(days, (day) => own.closes[position.get(day)!]!);
    simpleReturns(closes).forEach((value, t) => (returns[t * n + asset] = value));
  });
  return {
    assets: series.map(({ assetId }) => assetId),
    dates: Array.from(days, (day) => utcDate(day * dayMs)),
    periods,
    returns,
  };
}
