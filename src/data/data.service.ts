import { Inject, Injectable } from '@nestjs/common';
import { decodeCursor, pageFrom } from '../platform/http/page.js';
import { DomainError } from '../shared/errors.js';
import type { AssetId } from '../shared/ids.js';
import { dayMs, parseAsOf, toIso } from '../shared/time.js';
import { CandleRepository } from './candle.repository.js';
import type { CandlePage, CandlesQuery } from './data.schemas.js';
import { resolveAsset } from './domain/assets.js';
import { preferredSeries } from './domain/source-choice.js';
import { SOURCES } from './price-collector.js';
import type { MarketDataSource } from './sources/market-data-source.js';

@Injectable()
export class DataService {
  constructor(
    @Inject(SOURCES) private readonly sources: readonly MarketDataSource[],
    private readonly candles: CandleRepository,
  ) {}

  /** @throws DomainError `invalid` for an asset that nobody knows, naming the nearest ones */
  async candlePage(query: CandlesQuery): Promise<CandlePage> {
    const assetId = knownAsset(query.asset);
    const stored = await this.candles.seriesOfAsset(assetId, query.interval);
    const order = this.sources.map(({ id }) => id);
    const chosen = query.source === undefined ? stored : stored.filter(({ series }) => series.source === query.source);
    const series = preferredSeries(chosen, order)?.series;
    if (!series) return { items: [], next_cursor: null, series: null };

    const { from, to, as_of: asOf, cursor, limit } = query;
    const after = cursor === undefined ? undefined : Number(decodeCursor(cursor, 'integer'));
    const since = Math.max(after === undefined ? -Infinity : after + 1, from === undefined ? -Infinity : startOf(from));
    const bars = await this.candles.closedBars(series, asOf === undefined ? null : parseAsOf(asOf)!, {
      ...(Number.isFinite(since) && { since }),
      ...(to !== undefined && { before: parseAsOf(to)! }),
      first: limit + 1,
    });
    const page = pageFrom(
      bars,
      limit,
      ({ openTime, open, high, low, close, volume }) => ({
        open_time: toIso(openTime),
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
        volume: volume === null ? null : Number(volume),
      }),
      ({ openTime }) => openTime,
    );
    const { interval, source, quoteCurrency, adjustment } = series;
    return { ...page, series: { asset_id: assetId, interval, source, quote_currency: quoteCurrency, adjustment } };
  }
}

function knownAsset(text: string): AssetId {
  const resolved = resolveAsset(text);
  if (resolved.kind === 'known') return resolved.assetId;
  const { message } = resolved;
  throw new DomainError('invalid', `asset "${text}" ${message}`, {
    errors: [{ field: 'asset', value: text, message }],
  });
}

/** A date names its last instant where it ends a window, and its first where it begins one. */
const startOf = (text: string) => (text.length === 10 ? parseAsOf(text)! - dayMs : parseAsOf(text)!);
