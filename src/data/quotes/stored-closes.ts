import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../platform/config/config.module.js';
import type { Config } from '../../platform/config/config.js';
import type { OwnerId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { CandleRepository } from '../candles/candle.repository.js';
import { CanonicalSeries, type Reader } from '../candles/canonical-series.js';
import type { Asset } from '../domain/asset.js';
import { askedSource, intervalMs, revisionsFor, worldOf, type Interval, type SeriesRef } from '../domain/candle.js';
import { lastExpectedOpen } from '../domain/exchange-calendar.js';
import { basisOfSource } from '../domain/price-basis.js';
import { closeTime } from '../domain/quote.js';
import { preferredSeries } from '../domain/source-choice.js';
import { inOrderOf, wantedBasis } from '../domain/source-order.js';
import { SOURCES } from '../sources/configured-sources.js';
import type { MarketDataSource } from '../sources/market-data-source.js';

export interface StoredClosePrice {
  readonly series: SeriesRef;
  /** Decimal text, in the series' quote currency. */
  readonly close: string;
  readonly openTime: EpochMs;
  /** When it was the price. */
  readonly time: EpochMs;
}

type CloseReader = Pick<Reader, 'knownAt' | 'asTraded'> & {
  readonly viewer: OwnerId;
  readonly asThen?: boolean | undefined;
};

/** Closes that are stored, where nobody has to be asked; bars that sources disagree about are left out. */
@Injectable()
export class StoredCloses {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    @Inject(CONFIG) private readonly config: Config,
    private readonly canonical: CanonicalSeries,
    private readonly candles: CandleRepository,
  ) {}

  /**
   * The newest close at `instant` of the asset's canonical series, daily or of what is collected of it; undefined without
   * any. With `knownAt` what was stored by then counts; with `asTraded` no series that is adjusted for dividends; with
   * `asThen` what a run at the instant would have read: no series that began later, and no correction that came later.
   */
  async newest(
    asset: Asset,
    instant: EpochMs,
    { viewer, knownAt, asTraded, asThen = false }: CloseReader,
  ): Promise<StoredClosePrice | undefined> {
    const read = { last: 1, ...(knownAt !== undefined && { knownAt }) };
    const begunBy = asThen ? instant : undefined;
    let newest: StoredClosePrice | undefined;
    for (const interval of new Set([...asset.intervals, '1d' as const])) {
      const series = await this.series(asset, interval, { viewer, knownAt, asTraded, begunBy });
      if (!series) continue;
      const [bar] = await this.candles.closedBars(series, instant, {
        ...read,
        revisions: revisionsFor(series, asThen),
      });
      if (!bar) continue;
      const { openTime, close } = bar;
      const time = interval === '1d' ? closeTime(asset.assetClass, openTime) : openTime + intervalMs[interval];
      if (!newest || time > newest.time) newest = { series, close, openTime, time };
    }
    return newest;
  }

  /** The asset's canonical series at an interval, as far as its prices are of the wanted basis; as it was chosen then. */
  async series(
    asset: Asset,
    interval: Interval,
    reader: Omit<Reader, 'viewer' | 'source'> & { readonly viewer: OwnerId },
  ): Promise<SeriesRef | undefined> {
    const series = (await this.canonical.stored(asset, interval, reader))?.series;
    return series && this.isOfWantedBasis(asset, series) ? series : undefined;
  }

  /**
   * The close of the last daily bar that had ended at `instant`, of a series whose prices are like those of `source`: of
   * its world, basis and currency, its own where it is stored. Undefined when the bar that the calendar expects is not.
   */
  async daily(
    asset: Asset,
    instant: EpochMs,
    like: Pick<SeriesRef, 'source' | 'quoteCurrency'>,
    viewer: OwnerId,
  ): Promise<string | undefined> {
    const expected = lastExpectedOpen(asset.assetClass, '1d', instant);
    const stored = (await this.candles.seriesOfAsset(asset.id, '1d', viewer)).filter(
      ({ series: { source, quoteCurrency } }) =>
        quoteCurrency === like.quoteCurrency &&
        worldOf(source) === worldOf(like.source) &&
        basisOfSource(source) === basisOfSource(like.source),
    );
    const order = inOrderOf(asset, this.sources, this.config.sources.cryptoBasis).map(({ id }) => id);
    const ranked = [askedSource(like.source), ...order];
    for (let left = stored, next = preferredSeries(left, ranked); next; next = preferredSeries(left, ranked)) {
      const [bar] = await this.candles.closedBars(next.series, instant, { last: 1, revisions: 'newest' });
      if (bar && bar.openTime === expected) return bar.close;
      const tried = next;
      left = left.filter((one) => one !== tried);
    }
    return undefined;
  }

  /** Under `spot` a perpetual's price is nobody's; under `perpetual` a spot price is the labelled fallback. */
  private isOfWantedBasis({ assetClass }: Asset, { source }: SeriesRef): boolean {
    const basis = wantedBasis(assetClass, this.config.sources.cryptoBasis);
    return basis === 'perpetual' || basisOfSource(source) === basis;
  }
}
