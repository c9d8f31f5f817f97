import { isClosed, isSimulatedSource, type SeriesRef } from '../../data/domain/candle.js';
import { longestPriceAgeDays } from '../../data/domain/price-basis.js';
import { daysSinceClose } from '../../risk/domain/trading-days.js';
import { InvariantViolation } from '../../shared/errors.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, toIso, utcDate, type EpochMs, type IsoInstant } from '../../shared/time.js';

/** One series in a snapshot, and how much of it lay in the lookback before dates were intersected. */
export interface SnapshotSeries extends SeriesRef {
  readonly bars: number;
  readonly firstDate: string | null;
  readonly lastDate: string | null;
  /** What is to be known of the prices, because of splits or their currency; absent where there is nothing. */
  readonly notes?: readonly string[];
  /** True for what is only measured in and is no asset of the problem. */
  readonly isUnit?: boolean;
}

/** Prices as they stood when they were frozen: every result that names the snapshot can be derived again from it. */
export interface MarketSnapshot {
  readonly asOf: IsoInstant;
  readonly lookbackDays: number;
  /** In the order in which the assets were asked for. */
  readonly series: readonly SnapshotSeries[];
  /** UTC dates on which every asset has a closed bar, oldest first. */
  readonly dates: readonly string[];
  /** Decimal texts in the order of `dates`, by asset id. */
  readonly closes: Readonly<Record<string, readonly string[]>>;
}

/** The part of a daily bar that a snapshot keeps. */
export interface DailyClose {
  readonly openTime: EpochMs;
  readonly close: string;
}

export interface SeriesCloses {
  readonly series: SeriesRef;
  /** Oldest first; bars outside the lookback or still open at the as-of are left out here. */
  readonly closes: readonly DailyClose[];
  readonly notes?: readonly string[];
  /** True for what is only measured in. */
  readonly isUnit?: boolean;
}

/** Returns that a covariance is estimated from, at the least. */
const minimumObservations = 20;

/**
 * The closes of all series on the UTC dates that every one of them has, within `lookbackDays` before the as-of.
 *
 * Only bars that ended at or before the as-of count. Dates are intersected before any return is computed, so that a
 * return never spans different periods for different assets; nothing is filled. Refuses series that are not daily, an
 * asset given twice, and bars out of order.
 */
export function frozenMarket(asOf: EpochMs, lookbackDays: number, inputs: readonly SeriesCloses[]): MarketSnapshot {
  const seen = new Set<string>();
  const byDate = inputs.map(({ series, closes, notes = [], isUnit = false }) => {
    if (series.interval !== '1d') throw new InvariantViolation(`${series.assetId} comes in ${series.interval} bars`);
    if (seen.has(series.assetId)) throw new InvariantViolation(`${series.assetId} is in the snapshot twice`);
    seen.add(series.assetId);
    return { series, notes, isUnit, closeOn: closesByDate(series, closes, asOf, lookbackDays) };
  });
  const [first, ...others] = byDate;
  const dates = first
    ? [...first.closeOn.keys()].filter((date) => others.every(({ closeOn }) => closeOn.has(date)))
    : [];
  return {
    asOf: toIso(asOf),
    lookbackDays,
    series: byDate.map(({ series, closeOn, notes, isUnit }) => {
      const own = [...closeOn.keys()];
      const span = { bars: own.length, firstDate: own.at(0) ?? null, lastDate: own.at(-1) ?? null };
      return { ...series, ...span, ...(notes.length > 0 && { notes }), ...(isUnit && { isUnit }) };
    }),
    dates,
    closes: Object.fromEntries(
      byDate.map(({ series, closeOn }) => [series.assetId, dates.map((date) => closeOn.get(date)!)]),
    ),
  };
}

function closesByDate(series: SeriesRef, closes: readonly DailyClose[], asOf: EpochMs, lookbackDays: number) {
  const usable = closes.filter(
    ({ openTime }) => isClosed(openTime, '1d', asOf) && openTime >= asOf - lookbackDays * dayMs,
  );
  usable.forEach(({ openTime }, i) => {
    const previous = usable[i - 1]?.openTime ?? -Infinity;
    if (openTime <= previous) {
      throw new InvariantViolation(`bars of ${series.assetId} are out of order at ${utcDate(openTime)}`);
    }
  });
  return new Map(usable.map(({ openTime, close }) => [utcDate(openTime), close]));
}

/** What is weighted, in the order in which it was asked for. */
export const assetsOf = ({ series }: Pick<MarketSnapshot, 'series'>): AssetId[] =>
  series.filter(({ isUnit }) => !isUnit).map(({ assetId }) => assetId);

/** Returns between successive common dates. */
export const observationsOf = (snapshot: MarketSnapshot): number => Math.max(0, snapshot.dates.length - 1);

/** True when any of the prices came from the market simulator. */
export const isSimulated = (series: readonly SeriesRef[]): boolean =>
  series.some(({ source }) => isSimulatedSource(source));

/** Why nothing can be estimated from the snapshot, naming the series that limits it; undefined when something can. */
export function whyTooLittleData(snapshot: MarketSnapshot): string | undefined {
  const observations = observationsOf(snapshot);
  if (observations < minimumObservations) {
    const shortest = snapshot.series.reduce<SnapshotSeries | undefined>(
      (least, series) => (least === undefined || series.bars < least.bars ? series : least),
      undefined,
    );
    const found = shortest
      ? `; the shortest series is ${shortest.assetId} with ${shortest.bars} bars${shortest.bars > 0 ? ` from ${shortest.firstDate} to ${shortest.lastDate}` : ''}`
      : '';
    return `needs ${minimumObservations} daily returns on common dates within ${snapshot.lookbackDays} days before ${snapshot.asOf}, has ${observations}${found}`;
  }
  const last = snapshot.dates.at(-1)!;
  const age = daysSinceClose(Date.parse(`${last}T00:00:00Z`), Date.parse(snapshot.asOf));
  if (age <= longestPriceAgeDays) return undefined;
  const stalest = snapshot.series.reduce((worst, series) => (series.lastDate! < worst.lastDate! ? series : worst));
  return `the latest common date is ${last}, ${age} days before the as-of ${snapshot.asOf}; ${stalest.assetId} ends on ${stalest.lastDate}`;
}
