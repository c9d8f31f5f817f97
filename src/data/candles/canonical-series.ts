import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../platform/config/config.module.js';
import type { Config } from '../../platform/config/config.js';
import { refusedFor } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { CandleRepository, type ReadOptions, type SeriesSpan } from './candle.repository.js';
import type { TimeWindow } from './window.js';
import type { Asset, AssetClass } from '../domain/asset.js';
import {
  askedSource,
  intervalMs,
  intervals,
  isClosed,
  type Candle,
  type Interval,
  type SeriesRef,
} from '../domain/candle.js';
import { canDerive, deriveBars } from '../domain/derive.js';
import { expectedOpens } from '../domain/exchange-calendar.js';
import { basisOfSource } from '../domain/price-basis.js';
import { preferredSeries } from '../domain/source-choice.js';
import { inOrderOf, wantedBasis, type OrderedSource } from '../domain/source-order.js';
import { SOURCES } from '../sources/configured-sources.js';

/** Whose series are to be had, and of which source when not of the preferred one. */
export interface Reader {
  readonly viewer?: OwnerId | undefined;
  readonly source?: string | undefined;
  /** For audits: of the series that had bars by then. */
  readonly knownAt?: EpochMs | undefined;
  /** Only series of prices at which was traded: those adjusted for dividends are lower than the market was. */
  readonly asTraded?: boolean | undefined;
  /** Only series that had a bar by then, each as long as it was: which one is read of the past must not depend on later bars. */
  readonly begunBy?: EpochMs | undefined;
}

/** A stored series that begins earlier than the one that was chosen. */
export interface EarlierSeries {
  readonly interval: Interval;
  readonly source: string;
  readonly first: EpochMs;
}

/** The series that a reader gets, as it is stored or put together from a finer one. */
export interface ChosenSeries {
  /** At the interval that was asked for. */
  readonly series: SeriesRef;
  /** At the interval that is stored. */
  readonly stored: SeriesSpan;
  /** The finer interval that the bars are derived from; null when they are stored. */
  readonly derivedFrom: Interval | null;
  readonly assetClass: AssetClass;
}

/** Chooses the one series that a reader gets; series are never joined. */
@Injectable()
export class CanonicalSeries {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly OrderedSource[],
    @Inject(CONFIG) private readonly config: Pick<Config, 'sources'>,
    private readonly candles: CandleRepository,
  ) {}

  /** The series that is stored at an interval; undefined when none is that the reader may see. */
  async stored(asset: Asset, interval: Interval, reader: Reader): Promise<SeriesSpan | undefined> {
    return this.chosen(asset, await this.visible(asset.id, interval, reader), reader);
  }

  /** As `stored` of every pair of asset and interval, with one question for all; those that have none are left out. */
  async storedOfMany(assets: readonly Asset[], wanted: readonly Interval[], reader: Reader): Promise<SeriesSpan[]> {
    const pairs = assets.flatMap(({ id: assetId }) => wanted.map((interval) => ({ assetId, interval })));
    const { viewer, knownAt } = reader;
    const spans = wantedOf(await this.candles.seriesSpansOfMany(pairs, viewer, knownAt), reader);
    const byPair = new Map<string, SeriesSpan[]>();
    for (const span of spans) {
      const key = `${span.series.assetId} ${span.series.interval}`;
      byPair.set(key, [...(byPair.get(key) ?? []), span]);
    }
    const found: SeriesSpan[] = [];
    for (const asset of assets) {
      for (const interval of wanted) {
        const span = await this.chosen(asset, byPair.get(`${asset.id} ${interval}`) ?? [], reader);
        if (span) found.push(span);
      }
    }
    return found;
  }

  private chosen(asset: Asset, stored: readonly SeriesSpan[], reader: Reader): Promise<SeriesSpan | undefined> {
    const { cryptoBasis } = this.config.sources;
    // another basis stands in only where the wanted one is not to be had at all
    const basis = wantedBasis(asset.assetClass, cryptoBasis);
    const wanted = stored.filter(({ series }) => basisOfSource(series.source) === basis);
    const order = inOrderOf(asset, this.sources, cryptoBasis).map(({ id }) => id);
    return this.preferred(wanted.length > 0 ? wanted : stored, order, reader);
  }

  private async visible(assetId: AssetId, interval: Interval, reader: Reader) {
    const { viewer, knownAt } = reader;
    return wantedOf(await this.candles.seriesSpans(assetId, interval, viewer, knownAt), reader);
  }

  /** Bars are counted only where they decide: among several series of the preferred source. */
  private async preferred(stored: readonly SeriesSpan[], order: readonly string[], reader: Reader) {
    const source = preferredSeries(
      stored.map((span) => ({ ...span, rows: 0 })),
      order,
    )?.series.source;
    const own = stored.filter(({ series }) => series.source === source);
    if (own.length < 2) return own[0];
    const counted = [];
    for (const span of own)
      counted.push({ ...span, rows: await this.candles.count(span.series, readAt(span, reader)) });
    return preferredSeries(counted, order);
  }

  /**
   * As `stored`, and where nothing is, the series from which the interval's bars can be derived: the finest that reaches
   * as far into the window as any.
   */
  async of(asset: Asset, interval: Interval, reader: Reader, window: TimeWindow): Promise<ChosenSeries | undefined> {
    const { assetClass } = asset;
    const own = await this.stored(asset, interval, reader);
    if (own) return { series: own.series, stored: own, derivedFrom: null, assetClass };
    let best: SeriesSpan | undefined;
    for (const finer of intervals.filter((one) => canDerive(one, interval))) {
      const found = await this.stored(asset, finer, reader);
      // a finer one of the same reach was found before: intervals are listed from the finest on
      if (found && (!best || reach(found, window) > reach(best, window) + intervalMs[interval])) best = found;
    }
    return (
      best && { series: { ...best.series, interval }, stored: best, derivedFrom: best.series.interval, assetClass }
    );
  }

  /**
   * The series that was chosen before, however the store has grown since: all pages of one answer are of one series.
   * `stored` names it at its own interval. Undefined when the reader cannot have it.
   */
  async again(
    asset: Asset,
    interval: Interval,
    reader: Reader,
    stored: Omit<SeriesRef, 'assetId'>,
  ): Promise<ChosenSeries | undefined> {
    if (stored.interval !== interval && !canDerive(stored.interval, interval)) return undefined;
    const span = (await this.visible(asset.id, stored.interval, reader)).find(
      ({ series: { source, quoteCurrency, adjustment } }) =>
        source === stored.source && quoteCurrency === stored.quoteCurrency && adjustment === stored.adjustment,
    );
    if (!span) return undefined;
    const derivedFrom = stored.interval === interval ? null : stored.interval;
    return { series: { ...span.series, interval }, stored: span, derivedFrom, assetClass: asset.assetClass };
  }

  /**
   * The finer series that begins earliest, and earlier by a bar and more than a chosen one that is stored: its bars are
   * not joined with those of the other. Undefined where there is none, or the window does not reach back so far.
   */
  async earlier(
    asset: Asset,
    { series: { interval }, stored, derivedFrom }: ChosenSeries,
    reader: Reader,
    { from }: TimeWindow,
  ): Promise<EarlierSeries | undefined> {
    if (derivedFrom !== null || (from !== undefined && from >= stored.first)) return undefined;
    let earliest: EarlierSeries | undefined;
    for (const finer of intervals.filter((one) => canDerive(one, interval))) {
      const found = await this.stored(asset, finer, reader);
      if (!found || found.first > (earliest?.first ?? stored.first) - intervalMs[interval]) continue;
      earliest = { interval: finer, source: found.series.source, first: found.first };
    }
    return earliest;
  }

  /**
   * Refuses a source that is neither configured nor has any bar of the asset that the viewer may see: of a known one
   * there may be none, of a misspelled one there never is any.
   *
   * @throws DomainError `invalid` naming `source`
   */
  async refuseUnknownSource(asset: Asset | undefined, { viewer, source }: Reader): Promise<void> {
    if (source === undefined || source === `csv:${viewer}`) return;
    const known = new Set(this.sources.map(({ id }) => id));
    if (known.has(askedSource(source))) return;
    for (const interval of asset ? intervals : []) {
      for (const { series } of await this.visible(asset!.id, interval, { viewer })) known.add(series.source);
    }
    if (known.has(source)) return;
    const message = `is no source of prices; known are ${[...known].join(', ')}`;
    throw refusedFor([{ field: 'source', value: source, message }]);
  }

  /** Open times of stored bars, of which those of the window are made, that are held back: the first `limit`. */
  heldBack(chosen: ChosenSeries, asOf: EpochMs | null, options: ReadOptions, limit: number): Promise<EpochMs[]> {
    return this.candles.heldBackFrom(chosen.stored.series, asOf, wholeBars(chosen, options), limit);
  }

  /** The bars of a chosen series that open in `[since, before)`, oldest first; held-back ones are left out. */
  async bars(chosen: ChosenSeries, asOf: EpochMs | null, options: ReadOptions, now: EpochMs): Promise<Candle[]> {
    const { series, stored, derivedFrom, assetClass } = chosen;
    if (derivedFrom === null) return this.candles.closedBars(series, asOf, options);
    const whole = wholeBars(chosen, options);
    const bars =
      assetClass === 'crypto'
        ? await this.candles.derivedBars(stored.series, series.interval, asOf, whole)
        : deriveBars(
            await this.candles.closedBars(stored.series, asOf, whole),
            derivedFrom,
            series.interval,
            assetClass,
          );
    const { since = -Infinity, before = Infinity } = options;
    return bars.filter(
      ({ openTime }) => openTime >= since && openTime < before && isClosed(openTime, series.interval, asOf ?? now),
    );
  }

  /**
   * The first `limit` of such bars, and where to go on when there may be more. A page of derived bars may be short:
   * however many parts a bar has, only so many are read for one page.
   */
  async page(
    chosen: ChosenSeries,
    asOf: EpochMs | null,
    { limit, ...options }: ReadOptions & { limit: number },
    now: EpochMs,
  ): Promise<{ bars: Candle[]; next: EpochMs | undefined }> {
    const { series, stored, derivedFrom } = chosen;
    if (derivedFrom === null) {
      const bars = await this.candles.closedBars(series, asOf, { ...options, first: limit + 1 });
      return { bars: bars.slice(0, limit), next: bars[limit]?.openTime };
    }
    const step = intervalMs[series.interval];
    const parts = step / intervalMs[derivedFrom];
    const most = Math.max(1, Math.floor(partsAtOnce / parts));
    const end = Math.min(options.before ?? Infinity, stored.last + 1);
    const bars: Candle[] = [];
    let since = Math.max(options.since ?? -Infinity, stored.first - step + 1);
    let [wide, read] = [Math.min(most, limit + 1), 0];
    while (since < end) {
      if (read > 0 && read + wide * parts > partsOfPage) return { bars, next: since };
      const before = Math.min(since + wide * step, end);
      bars.push(...(await this.bars(chosen, asOf, { ...options, since, before }, now)));
      if (bars.length > limit) return { bars: bars.slice(0, limit), next: bars[limit]!.openTime };
      read += wide * parts;
      since = before;
      // a long hole is crossed in long steps
      wide = Math.min(most, 2 * wide);
    }
    return { bars, next: undefined };
  }
}

/** The window up to the end of the last bar that opens in it. */
function wholeBars({ series, derivedFrom, assetClass }: ChosenSeries, options: ReadOptions): ReadOptions {
  const { before } = options;
  if (derivedFrom === null || before === undefined) return options;
  return { ...options, before: startOfBar(assetClass, series.interval, before - 1) + intervalMs[series.interval] };
}

const wantedOf = (spans: readonly SeriesSpan[], { source, asTraded, begunBy = Infinity }: Reader): SeriesSpan[] =>
  spans.filter(
    ({ series, first }) =>
      (source === undefined || series.source === source) &&
      !(asTraded && series.adjustment === 'total_return') &&
      isClosed(first, series.interval, begunBy),
  );

const readAt = ({ series: { interval } }: SeriesSpan, { knownAt, begunBy }: Reader): ReadOptions => ({
  ...(knownAt !== undefined && { knownAt }),
  ...(begunBy !== undefined && { before: begunBy - intervalMs[interval] + 1 }),
});

/** Parts that are read in one piece, and for one page. */
const partsAtOnce = 100_000;
const partsOfPage = 200_000;

/** Open time of the bar that a moment lies in. */
const startOfBar = (assetClass: AssetClass, interval: Interval, instant: EpochMs): EpochMs =>
  expectedOpens(assetClass, interval, instant - intervalMs[interval] + 1, instant + intervalMs[interval]).at(-1) ??
  instant;

/** How much of the window a series covers, in milliseconds. */
const reach = ({ first, last }: SeriesSpan, { from, to }: TimeWindow): number =>
  Math.max(0, Math.min(last, to ?? Infinity) - Math.max(first, from ?? -Infinity));
