import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { toIso } from '../../shared/time.js';
import { intervalMs, type Candle, type SeriesRef } from '../domain/candle.js';

export interface CandleRevision {
  readonly candle: Candle;
  readonly revision: number;
}

export interface CopyContext {
  readonly series: SeriesRef;
  readonly publicationLagMs: number;
  /** When the rows are stored, as the database prints it. */
  readonly knownAt: string;
}

const columns =
  'asset_id, "interval", source, quote_currency, adjustment, open_time, revision, open, high, low, close, volume, available_at, known_at';
const chunkCharacters = 64 * 1024;
/** COPY's null. */
const none = '\\N';

/** Sends rows by COPY, in one piece of about 64 kB after the other; answers how many rows PostgreSQL took. */
export async function copyCandles(
  client: ClientBase,
  rows: Iterable<CandleRevision>,
  context: CopyContext,
  table = 'candle',
): Promise<number> {
  const stream = client.query(copyFrom(`copy ${table} (${columns}) from stdin`));
  await pipeline(Readable.from(chunksOf(rows, context), { objectMode: false }), stream);
  return stream.rowCount;
}

function* chunksOf(rows: Iterable<CandleRevision>, { series, publicationLagMs, knownAt }: CopyContext) {
  const { assetId, interval, source, quoteCurrency, adjustment } = series;
  const key = [assetId, interval, source, quoteCurrency, adjustment].map(escaped).join('\t');
  const availableAfter = intervalMs[interval] + publicationLagMs;
  let chunk = '';
  for (const { candle, revision } of rows) {
    const { openTime, open, high, low, close, volume } = candle;
    const availableAt = toIso(openTime + availableAfter);
    const numbers = `${open ?? none}\t${high ?? none}\t${low ?? none}\t${close}\t${volume ?? none}`;
    chunk += `${key}\t${toIso(openTime)}\t${revision}\t${numbers}\t${availableAt}\t${knownAt}\n`;
    if (chunk.length < chunkCharacters) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk) yield chunk;
}

/** COPY's text format gives a meaning to the backslash and ends fields and rows at tabs and line breaks. */
const escaped = (text: string) =>
  text.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c] ?? c);
