import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../platform/config/config.module.js';
import type { Config } from '../../platform/config/config.js';
import type { OwnerId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { CandleRepository, type ReadOptions, type SeriesSpan } from './candle.repository.js';
import type { Asset, AssetClass } from '../domain/asset.js';
import { intervalMs, intervals, isClosed, type Candle, type Interval, type SeriesRef } from '../domain/candle.js';
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

export interface TimeWindow {
  readonly from: EpochMs | undefined;
  readonly to: EpochMs | undefined;
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
  async stored(asset: Asset, interval: Interval, { viewer, source }: Reader): Promise<SeriesSpan | undefined> {
    const { cryptoBasis } = this.config.sources;
    const stored = (await this.candles.seriesSpans(asset.id, interval, viewer)).filter(
      ({ series }) => source === undefined || series.source === source,
    );
    // another basis stands in only where the wanted one is not to be had at all
    const basis = wantedBasis(asset.assetClass, cryptoBasis);
    const wanted = stored.filter(({ series }) => basisOfSource(series.source) === basis);
    const order = inOrderOf(asset, this.sources, cryptoBasis).map(({ id }) => id);
    return this.preferred(wanted.length > 0 ? wanted : stored, order);
  }

  /** Bars are counted only where they decide: among several series of the preferred source. */
  private async preferred(stored: readonly SeriesSpan[], order: readonly string[]): Promise<SeriesSpan | undefined> {
    const source = preferredSeries(
      stored.map((span) => ({ ...span, rows: 0 })),
      order,
    )?.series.source;
    const own = stored.filter(({ series }) => series.source === source);
    if (own.length < 2) return own[0];
    const counted = [];
    for (const span of own) counted.push({ ...span, rows: await this.candles.count(span.series) });
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

  /** The bars of a chosen series that open in `[since, before)`, oldest first; held-back ones are left out. */
  async bars(chosen: ChosenSeries, asOf: EpochMs | null, options: ReadOptions, now: EpochMs): Promise<Candle[]> {
    if (chosen.derivedFrom === null) return this.candles.closedBars(chosen.series, asOf, options);
    const parts = await this.candles.closedBars(chosen.stored.series, asOf, partsWindow(chosen, options));
    return derived(chosen, parts, options, asOf ?? now);
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
    const { series, stored, derivedFrom, assetClass } = chosen;
    if (derivedFrom === null) {
      const bars = await this.candles.closedBars(series, asOf, { ...options, first: limit + 1 });
      return { bars: bars.slice(0, limit), next: bars[limit]?.openTime };
    }
    // two bars' parts at the least, so that each read goes further than the bar at its end
    const atOnce = Math.min(partsAtOnce, (intervalMs[series.interval] / intervalMs[derivedFrom]) * (limit + 2));
    const bars: Candle[] = [];
    let at = options;
    for (let read = 0; read < partsOfPage; read += atOnce) {
      const parts = await this.candles.closedBars(stored.series, asOf, { ...partsWindow(chosen, at), first: atOnce });
      const isEnd = parts.length < atOnce;
      // the bar at the end of what was read may go on behind it
      const end = isEnd ? Infinity : startOfBar(assetClass, series.interval, parts.at(-1)!.openTime);
      bars.push(...derived(chosen, parts, { ...at, before: Math.min(end, at.before ?? Infinity) }, asOf ?? now));
      if (bars.length > limit) return { bars: bars.slice(0, limit), next: bars[limit]!.openTime };
      if (isEnd) return { bars, next: undefined };
      at = { ...at, since: end };
    }
    return { bars, next: at.since };
  }
}

/** The window of the parts of all bars that open in a window. */
const partsWindow = ({ series, derivedFrom }: ChosenSeries, { before, ...options }: ReadOptions): ReadOptions =>
  before === undefined || derivedFrom === null
    ? options
    : { ...options, before: before + intervalMs[series.interval] - intervalMs[derivedFrom] };

const derived = (
  { series, stored, assetClass }: ChosenSeries,
  parts: readonly Candle[],
  { since = -Infinity, before = Infinity }: ReadOptions,
  instant: EpochMs,
): Candle[] =>
  deriveBars(parts, stored.series.interval, series.interval, assetClass).filter(
    ({ openTime }) => openTime >= since && openTime < before && isClosed(openTime, series.interval, instant),
  );

/** Parts that are read in one piece, and for one page. */
const partsAtOnce = 50_000;
const partsOfPage = 200_000;

/** Open time of the bar that a moment lies in. */
const startOfBar = (assetClass: AssetClass, interval: Interval, instant: EpochMs): EpochMs =>
  expectedOpens(assetClass, interval, instant - intervalMs[interval] + 1, instant + intervalMs[interval]).at(-1) ??
  instant;

/** How much of the window a series covers, in milliseconds. */
const reach = ({ first, last }: SeriesSpan, { from, to }: TimeWindow): number =>
  Math.max(0, Math.min(last, to ?? Infinity) - Math.max(first, from ?? -Infinity));
