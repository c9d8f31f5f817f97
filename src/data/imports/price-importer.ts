import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { UploadedFile } from '../../platform/http/upload.js';
import { InvariantViolation } from '../../shared/errors.js';
import type { OwnerId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import { CandleRepository, type StoredCounts, type UnitRule } from '../candles/candle.repository.js';
import type { AssetClass } from '../domain/asset.js';
import type { SeriesRef } from '../domain/candle.js';
import { UnitChangedError } from '../domain/unit-change.js';
import { isGzip, PriceFile, PriceFileError, shown, unpacked } from './price-file.js';
import { PriceImport } from './price-import.entity.js';

/** Of the text, which an archive may blow up without an end. */
const mostUnpackedBytes = 1024 * 1024 * 1024;

export interface WantedImport {
  readonly ownerId: OwnerId;
  readonly assetClass: AssetClass;
  readonly series: SeriesRef;
  /** Whether the file corrects a history that was stored in a wrong unit. */
  readonly unit?: UnitRule;
  readonly file: Pick<UploadedFile, 'name' | 'bytes' | 'sha256' | 'beginning' | 'read'>;
}

@Injectable()
export class PriceImporter {
  constructor(
    private readonly em: EntityManager,
    private readonly candles: CandleRepository,
  ) {}

  /**
   * Stores the good rows of a file, all of them with the record of the import, in one transaction: there is never half an
   * import. The same file for the same series is the import that is there; `isNew` says whether this call stored it.
   *
   * @throws PriceFileError when the file is none of prices, has no good row, or another unit than what is stored
   */
  async add(wanted: WantedImport): Promise<{ row: PriceImport; isNew: boolean }> {
    const known = await this.find(wanted);
    if (known) return { row: known, isNew: false };
    const { assetClass, series, unit, file } = wanted;
    const text = unpacked(file.read(), isGzip(file.beginning), mostUnpackedBytes);
    const read = new PriceFile(text, assetClass, series.interval, Date.now());
    let isNew = true;
    try {
      const finish = async (client: ClientBase, counts: StoredCounts) => {
        if (read.rowsRead === 0) throw new PriceFileError('has no row that is believed', undefined, read.refused);
        await record(client, wanted, read, counts);
      };
      await this.candles.storeParts(series, read.parts(), 0, finish, unit);
    } catch (error) {
      if (error instanceof UnitChangedError) throw new PriceFileError(error.message);
      // another process stored the same file meanwhile
      if (!isDuplicate(error)) throw error;
      isNew = false;
    }
    const row = await this.find(wanted);
    if (!row) throw new InvariantViolation(`the import of ${file.sha256} was stored and is not there`);
    return { row, isNew };
  }

  private find({ ownerId, series, file }: WantedImport): Promise<PriceImport | null> {
    const { assetId, interval, quoteCurrency, adjustment } = series;
    const key = { ownerId, fileHash: file.sha256, assetId, interval, quoteCurrency, adjustment };
    return this.em.findOne(PriceImport, key, { disableIdentityMap: true });
  }
}

async function record(
  client: ClientBase,
  { ownerId, series, file }: WantedImport,
  read: PriceFile,
  { rowsNew, rowsRevised }: StoredCounts,
): Promise<void> {
  const { assetId, interval, source, quoteCurrency, adjustment } = series;
  await client.query('insert into private_source (source, owner_id) values ($1, $2) on conflict do nothing', [
    source,
    ownerId,
  ]);
  const iso = (ms: number | null) => (ms === null ? null : toIso(ms));
  const row = {
    id: uuidv7(),
    owner_id: ownerId,
    file_name: shown(file.name, 200),
    file_hash: file.sha256,
    bytes: file.bytes,
    asset_id: assetId,
    '"interval"': interval,
    quote_currency: quoteCurrency,
    adjustment,
    source,
    rows_read: read.rowsRead,
    rows_new: rowsNew,
    rows_revised: rowsRevised,
    rows_refused: read.rowsRefused,
    refused: JSON.stringify(read.refused),
    first_open_time: iso(read.firstOpenTime),
    last_open_time: iso(read.lastOpenTime),
  };
  const places = Object.keys(row).map((_, i) => `$${i + 1}`);
  await client.query(
    `insert into price_import (${Object.keys(row).join(', ')}, created_at) values (${places.join(', ')}, clock_timestamp())`,
    Object.values(row),
  );
}

/** PostgreSQL's unique_violation. */
const isDuplicate = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '23505';
