import { toIso } from '../../shared/time.js';
import type { ImportView } from './imports.schemas.js';
import type { PriceImport } from './price-import.entity.js';

const iso = (date: Date | null | undefined) => (date == null ? null : toIso(date.getTime()));

/** An import, and when its source was published. */
export const importView = (row: PriceImport, publishedAt: Date | null): ImportView => ({
  id: row.id,
  file_name: row.fileName,
  file_hash: row.fileHash,
  bytes: row.bytes,
  asset_id: row.assetId,
  interval: row.interval,
  quote_currency: row.quoteCurrency,
  adjustment: row.adjustment,
  source: row.source,
  rows_read: row.rowsRead,
  rows_new: row.rowsNew,
  rows_revised: row.rowsRevised,
  rows_refused: row.rowsRefused,
  refused: row.refused.map(({ line, field, value, reason }) => ({ line, field, value, reason })),
  first_open_time: iso(row.firstOpenTime),
  last_open_time: iso(row.lastOpenTime),
  published_at: iso(publishedAt),
  created_at: toIso(row.createdAt.getTime()),
});
