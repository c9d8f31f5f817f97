import { isDeepStrictEqual } from 'node:util';
import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import { decodeCursor, pageFrom, type Page } from '../../platform/http/page.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository } from './candle.repository.js';
import { CanonicalSeries } from './canonical-series.js';
import { ConsensusService } from './consensus.service.js';
import { CorporateActionRow } from './corporate-action.entity.js';
import type { QualityQuery } from './quality.schemas.js';
import { assetQualityView, type AssetQualityView, type IntervalQuality } from './quality.views.js';
import { canSplit, type Asset } from '../domain/asset.js';
import { askedSource, intervalMs, type Interval, type SeriesRef } from '../domain/candle.js';
import { expectedOpens } from '../domain/exchange-calendar.js';
import { calendarCoverage, suspectedSplits, type SuspectedSplit } from '../domain/quality.js';
import { SOURCES } from '../sources/configured-sources.js';
import type { MarketDataSource } from '../sources/market-data-source.js';

const gapsListed = 50;
/** Bars that are looked at of one series: a year of daily bars is seen whole, of minutes the last ten weeks. */
const barsSeen = 100_000;

/** How good the prices are that are stored. */
@Injectable()
export class QualityService {
  constructor(
    private readonly em: EntityManager,
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    private readonly assets: AssetRegistry,
    private readonly candles: CandleRepository,
    private readonly canonical: CanonicalSeries,
    private readonly consensus: ConsensusService,
  ) {}

  /** @throws DomainError `invalid` for an asset that nobody knows, naming the nearest ones */
  async list(viewer: OwnerId, { asset, interval, cursor, limit }: QualityQuery): Promise<Page<AssetQualityView>> {
    const all = asset === undefined ? await this.assets.enabled() : [await this.assets.known(asset)];
    const after = cursor === undefined ? undefined : decodeCursor(cursor, 'symbol');
    const rest = after === undefined ? all : all.slice(all.findIndex(({ id }) => id === after) + 1);
    const now = Date.now();
    const views: AssetQualityView[] = [];
    for (const one of rest.slice(0, limit)) {
      const qualities = [];
      for (const each of interval === undefined ? one.intervals : [interval]) {
        qualities.push(await this.of(viewer, one, each, now));
      }
      views.push(assetQualityView(one, qualities));
    }
    const page = pageFrom(
      rest.slice(0, limit + 1),
      limit,
      ({ id }) => id,
      ({ id }) => id,
    );
    return { items: views, next_cursor: page.next_cursor };
  }

  private async of(viewer: OwnerId, asset: Asset, interval: Interval, now: EpochMs): Promise<IntervalQuality> {
    const sources = await this.candles.seriesOfAsset(asset.id, interval, viewer);
    const whole = { from: undefined, to: undefined };
    const chosen = await this.canonical.of(asset, interval, { viewer }, whole);
    if (!chosen) return { interval, sources, found: null };
    const { series, first, last } = chosen.stored;
    // bars of a finer interval are not among them
    const counted = sources.find((one) => isDeepStrictEqual(one.series, series));
    const step = intervalMs[series.interval];
    const published = now - this.publicationLag(series.source);
    const since = this.beginning(asset, series.interval, first, published);
    // what came before it was due is neither late nor unexpected
    const times = await this.candles.openTimes(series, since, published - step + 1);
    const { compared, largest, disputed } = await this.consensus.disagreement({
      assetId: asset.id,
      assetClass: asset.assetClass,
      interval: series.interval,
      adjustment: series.adjustment,
      from: since,
      to: now,
    });
    return {
      interval,
      sources,
      found: {
        canonical: { ...chosen.stored, rows: counted?.rows ?? (await this.candles.count(series)) },
        derivedFrom: chosen.derivedFrom,
        since,
        coverage: calendarCoverage(
          times,
          expectedOpens(asset.assetClass, series.interval, since, published),
          gapsListed,
        ),
        isBehindAll: last < since,
        millisecondsBehind: now - (last + step),
        disagreement: { compared, largest },
        disputed,
        splits: await this.splits(asset, series, since),
      },
    };
  }

  /** Open time of the first bar that is looked at: of the series, or on the grid as many steps ago as bars are seen. */
  private beginning(asset: Asset, interval: Interval, first: EpochMs, published: EpochMs): EpochMs {
    const earliest = published - barsSeen * intervalMs[interval];
    if (first >= earliest) return first;
    return expectedOpens(asset.assetClass, interval, earliest, published)[0] ?? earliest;
  }

  /** How long after its end the source publishes a bar; nobody knows it of a source that is not configured any more. */
  private publicationLag(source: string): number {
    return this.sources.find(({ id }) => id === askedSource(source))?.offers.publicationLagMs ?? 0;
  }

  private async splits(asset: Asset, series: SeriesRef, since: EpochMs): Promise<SuspectedSplit[]> {
    const isDaily = series.interval === '1d' && (series.adjustment === 'raw' || series.adjustment === 'split');
    if (!canSplit(asset) || !isDaily) return [];
    const bars = await this.candles.closedBars(series, null, { since, disputed: 'include' });
    return suspectedSplits(bars, await this.knownSplits(asset.id));
  }

  private async knownSplits(assetId: AssetId): Promise<EpochMs[]> {
    const where = { assetId, kind: 'split' as const };
    const rows = await this.em.find(CorporateActionRow, where, { disableIdentityMap: true });
    return rows.map(({ exDate }) => Date.parse(`${exDate}T00:00:00Z`));
  }
}
