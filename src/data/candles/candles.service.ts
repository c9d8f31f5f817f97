import { Injectable } from '@nestjs/common';
import { sha256 } from '../../platform/crypto/sha256.js';
import { decodeCursor, encodeCursor, pageFrom } from '../../platform/http/page.js';
import { DomainError } from '../../shared/errors.js';
import type { OwnerId } from '../../shared/ids.js';
import { dayMs, parseAsOf, toIso, type EpochMs } from '../../shared/time.js';
import { AssetRegistry } from '../assets/asset-registry.js';
import { CandleRepository, type ReadOptions } from './candle.repository.js';
import { CanonicalSeries, type ChosenSeries, type TimeWindow } from './canonical-series.js';
import type { CandlesQuery, DifferencesQuery } from './candles.schemas.js';
import {
  candleView,
  differenceView,
  seriesView,
  type CandleDifferencesPage,
  type CandlePage,
} from './candles.views.js';
import { compareAsKnown, seriesText } from '../domain/as-known.js';
import type { Candle } from '../domain/candle.js';

const disputesShown = 500;
/** Both sides of a comparison are held in memory. */
const mostCompared = 200_000;

/** Bars that answer a query, before they are shown as JSON or CSV. */
export interface CandlesFound {
  readonly chosen: ChosenSeries | undefined;
  readonly bars: readonly Candle[];
  readonly nextCursor: string | null;
  readonly disputed: readonly EpochMs[];
}

@Injectable()
export class CandlesService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly canonical: CanonicalSeries,
    private readonly candles: CandleRepository,
  ) {}

  /** @throws DomainError `invalid` for an asset that nobody knows, naming the nearest ones */
  async find(viewer: OwnerId, query: CandlesQuery): Promise<CandlesFound> {
    const window = windowOf(query);
    const chosen = await this.chosen(viewer, query, window);
    if (!chosen) return { chosen, bars: [], nextCursor: null, disputed: [] };
    const asOf = query.as_of === undefined ? null : parseAsOf(query.as_of)!;
    const after = query.cursor === undefined ? -Infinity : Number(decodeCursor(query.cursor, 'integer'));
    const since = Math.max(after + 1, window.from ?? -Infinity);
    const options: ReadOptions = {
      ...(Number.isFinite(since) && { since }),
      ...(window.to !== undefined && { before: window.to }),
      ...(query.as_known_at !== undefined && { knownAt: parseAsOf(query.as_known_at)! }),
    };
    const { limit } = query;
    const { bars, next } = await this.canonical.page(chosen, asOf, { ...options, limit }, Date.now());
    const shown = { ...options, ...(next !== undefined && { before: next }) };
    return {
      chosen,
      bars,
      nextCursor: next === undefined ? null : encodeCursor(next - 1),
      disputed: await this.candles.heldBackFrom(chosen.stored.series, asOf, shown, disputesShown),
    };
  }

  async candlePage(viewer: OwnerId, query: CandlesQuery): Promise<CandlePage> {
    const { chosen, bars, nextCursor, disputed } = await this.find(viewer, query);
    return {
      items: bars.map(candleView),
      next_cursor: nextCursor,
      series: chosen ? seriesView(chosen) : null,
      disputed: disputed.map(toIso),
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
    const chosen = await this.chosen(viewer, query, window);
    const nothing = { items: [], next_cursor: null, series: null, differing: 0, before: null, after: null };
    if (!chosen) return nothing;
    await this.refuseTooLong(chosen, window);
    const now = Date.now();
    const [first, second] = [parseAsOf(query.as_known_at)!, query.and_known_at ? parseAsOf(query.and_known_at)! : now];
    const [before, after] = [await this.known(chosen, query, first, now), await this.known(chosen, query, second, now)];
    const differences = compareAsKnown(before.bars, after.bars);
    const shownBefore = query.cursor === undefined ? -Infinity : Number(decodeCursor(query.cursor, 'integer'));
    const rest = differences.filter(({ openTime }) => openTime > shownBefore);
    return {
      ...pageFrom(rest.slice(0, query.limit + 1), query.limit, differenceView, ({ openTime }) => openTime),
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

  private async chosen(
    viewer: OwnerId,
    { asset: text, interval, source }: CandlesQuery | DifferencesQuery,
    window: TimeWindow,
  ): Promise<ChosenSeries | undefined> {
    const asset = await this.assets.known(text);
    return this.canonical.of(asset, interval, { viewer, source }, window);
  }

  private async refuseTooLong({ stored }: ChosenSeries, { from, to }: TimeWindow): Promise<void> {
    const bars = await this.candles.count(stored.series, from, to);
    if (bars <= mostCompared) return;
    const message = `leaves ${bars} bars to compare, at most ${mostCompared} are: name a later one, or an earlier \`to\``;
    throw new DomainError('invalid', `from ${message}`, { errors: [{ field: 'from', message }] });
  }
}

const windowOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }): TimeWindow => ({
  from: from === undefined ? undefined : startOf(from),
  to: to === undefined ? undefined : parseAsOf(to)!,
});

/** A date names its last instant where it ends a window, and its first where it begins one. */
const startOf = (text: string) => (text.length === 10 ? parseAsOf(text)! - dayMs : parseAsOf(text)!);
