import { Injectable } from '@nestjs/common';
import { sha256 } from '../../platform/crypto/sha256.js';
import { decodeCursor, encodeCursor } from '../../platform/http/page.js';
import { DomainError } from '../../shared/errors.js';
import type { OwnerId } from '../../shared/ids.js';
import { parseAsOf, toIso, type EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository, type ReadOptions } from './candle.repository.js';
import { CanonicalSeries, type ChosenSeries, type EarlierSeries, type Reader } from './canonical-series.js';
import type { CandlesQuery, DifferencesQuery } from './candles.schemas.js';
import {
  candleView,
  differenceView,
  seriesView,
  type CandleDifferencesPage,
  type CandlePage,
} from './candles.views.js';
import { windowOf, type TimeWindow } from './window.js';
import { compareAsKnown, seriesText } from '../domain/as-known.js';
import type { Asset } from '../domain/asset.js';
import type { Adjustment, Candle, Interval, QuoteCurrency } from '../domain/candle.js';

const disputesShown = 500;
/** Both sides of a comparison are held in memory. */
const mostCompared = 200_000;

/** Bars that answer a query, before they are shown as JSON or CSV. */
export interface CandlesFound {
  readonly chosen: ChosenSeries | undefined;
  readonly bars: readonly Candle[];
  readonly nextCursor: string | null;
  readonly disputed: readonly EpochMs[];
  readonly earlier: EarlierSeries | undefined;
}

type SizedQuery = CandlesQuery & { readonly limit: number };

@Injectable()
export class CandlesService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly canonical: CanonicalSeries,
    private readonly candles: CandleRepository,
  ) {}

  /**
   * @throws DomainError `invalid` for an asset that nobody knows, naming the nearest ones, for a source that nobody
   *   knows, for a window in which nothing can lie, and for a cursor that is not of this list
   */
  async find(viewer: OwnerId, query: SizedQuery): Promise<CandlesFound> {
    const window = windowOf(query);
    const knownAt = query.as_known_at === undefined ? undefined : parseAsOf(query.as_known_at)!;
    const asset = await this.assets.known(query.asset);
    const reader = { viewer, source: query.source, knownAt };
    const { chosen, after } = await this.chosen(asset, query, reader, window);
    if (!chosen) return { chosen, bars: [], nextCursor: null, disputed: [], earlier: undefined };
    const asOf = query.as_of === undefined ? null : parseAsOf(query.as_of)!;
    const since = Math.max(after + 1, window.from ?? -Infinity);
    const options: ReadOptions = {
      ...(Number.isFinite(since) && { since }),
      ...(window.to !== undefined && { before: window.to }),
      ...(knownAt !== undefined && { knownAt }),
    };
    const { limit } = query;
    const { bars, next } = await this.canonical.page(chosen, asOf, { ...options, limit }, Date.now());
    const shown = { ...options, ...(next !== undefined && { before: next }) };
    return {
      chosen,
      bars,
      nextCursor: next === undefined ? null : cursorOf(chosen, next - 1),
      disputed: await this.canonical.heldBack(chosen, asOf, shown, disputesShown),
      earlier: await this.canonical.earlier(asset, chosen, reader, window),
    };
  }

  async candlePage(viewer: OwnerId, query: SizedQuery): Promise<CandlePage> {
    const { chosen, bars, nextCursor, disputed, earlier } = await this.find(viewer, query);
    return {
      items: bars.map(candleView),
      next_cursor: nextCursor,
      series: chosen ? seriesView(chosen) : null,
      disputed: disputed.map(toIso),
      earlier: earlier
        ? { interval: earlier.interval, source: earlier.source, first_open_time: toIso(earlier.first) }
        : null,
    };
  }

  /**
   * The bars of one series that were known otherwise at another moment, with what tells whether either side is the same
   * as before: a result that rests on them can be computed again as known then and as known now.
   *
   * @throws DomainError `invalid` as `find`, and for a window of more bars than are compared at once
   */
  async differences(viewer: OwnerId, query: DifferencesQuery): Promise<CandleDifferencesPage> {
    const window = windowOf(query);
    const asset = await this.assets.known(query.asset);
    const now = Date.now();
    const [first, second] = [parseAsOf(query.as_known_at)!, query.and_known_at ? parseAsOf(query.and_known_at)! : now];
    const reader = { viewer, source: query.source };
    const { chosen, after: shownBefore } = await this.compared(asset, query, { ...reader, knownAt: first }, window);
    const nothing = { items: [], next_cursor: null, series: null, differing: 0, before: null, after: null };
    if (!chosen) return nothing;
    await this.refuseTooLong(chosen, window);
    const [before, after] = [await this.known(chosen, query, first, now), await this.known(chosen, query, second, now)];
    const differences = compareAsKnown(before.bars, after.bars);
    const rest = differences.filter(({ openTime }) => openTime > shownBefore);
    return {
      items: rest.slice(0, query.limit).map(differenceView),
      next_cursor: rest.length > query.limit ? cursorOf(chosen, rest[query.limit - 1]!.openTime) : null,
      series: seriesView(chosen),
      differing: differences.length,
      before: before.view,
      after: after.view,
    };
  }

  private async known(chosen: ChosenSeries, query: DifferencesQuery, knownAt: EpochMs, now: EpochMs) {
    const { from, to } = windowOf(query);
    const asOf = query.as_of === undefined ? null : parseAsOf(query.as_of)!;
    const options = { knownAt, ...(from !== undefined && { since: from }), ...(to !== undefined && { before: to }) };
    const bars = await this.canonical.bars(chosen, asOf, options, now);
    const hash = sha256(seriesText(chosen.series, bars));
    return { bars, view: { known_at: toIso(knownAt), bars: bars.length, sha256: hash } };
  }

  /** The series that a reader got at the first moment, or gets now where there was none then. */
  private async compared(asset: Asset, query: DifferencesQuery, reader: Reader, window: TimeWindow) {
    const wasThere =
      query.cursor === undefined && (await this.canonical.of(asset, query.interval, reader, window)) !== undefined;
    return this.chosen(asset, query, wasThere ? reader : { ...reader, knownAt: undefined }, window);
  }

  /** The series of this answer, which the cursor of a later page names, and the open time after which the page begins. */
  private async chosen(
    asset: Asset,
    { interval, cursor }: CandlesQuery | DifferencesQuery,
    reader: Reader,
    window: TimeWindow,
  ): Promise<{ chosen: ChosenSeries | undefined; after: EpochMs }> {
    if (cursor === undefined) {
      const chosen = await this.canonical.of(asset, interval, reader, window);
      if (!chosen) await this.canonical.refuseUnknownSource(asset, reader);
      return { chosen, after: -Infinity };
    }
    const { after, ...stored } = placeOf(cursor);
    const chosen = await this.canonical.again(asset, interval, reader, stored);
    if (chosen) return { chosen, after };
    const message = 'is not a cursor of this list';
    throw new DomainError('invalid', `cursor: ${message}`, { errors: [{ field: 'cursor', value: cursor, message }] });
  }

  private async refuseTooLong({ stored }: ChosenSeries, { from, to }: TimeWindow): Promise<void> {
    const bars = await this.candles.count(stored.series, {
      ...(from !== undefined && { since: from }),
      ...(to !== undefined && { before: to }),
    });
    if (bars <= mostCompared) return;
    const message = `leaves ${bars} bars to compare, at most ${mostCompared} are: name a later one, or an earlier \`to\``;
    throw new DomainError('invalid', `from ${message}`, { errors: [{ field: 'from', message }] });
  }
}

/** The last open time that was shown, and the stored series: another one may be preferred by the time of the next page. */
function cursorOf({ stored: { series } }: ChosenSeries, shown: EpochMs): string {
  const { interval, quoteCurrency, adjustment, source } = series;
  return encodeCursor([shown, interval, quoteCurrency, adjustment, source].join('|'));
}

function placeOf(cursor: string) {
  const [after, interval, quoteCurrency, adjustment, ...source] = decodeCursor(cursor, 'barOfSeries').split('|');
  return {
    after: Number(after),
    interval: interval as Interval,
    quoteCurrency: quoteCurrency as QuoteCurrency,
    adjustment: adjustment as Adjustment,
    source: source.join('|'),
  };
}
