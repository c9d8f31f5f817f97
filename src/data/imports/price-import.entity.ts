import { defineEntity, p } from '@mikro-orm/core';
import { adjustments, intervals } from '../domain/candle.js';
import type { RefusedLine } from './price-file.js';

/** One file of prices that an owner sent; the same file again is the same import. */
const PriceImportSchema = defineEntity({
  name: 'PriceImport',
  tableName: 'price_import',
  uniques: [{ properties: ['ownerId', 'fileHash', 'assetId', 'interval', 'quoteCurrency', 'adjustment'] }],
  indexes: [{ properties: ['ownerId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    fileName: p.text(),
    /** SHA-256 of the bytes that came. */
    fileHash: p.text(),
    bytes: p.bigint('number'),
    assetId: p.text(),
    interval: p.enum(intervals),
    quoteCurrency: p.enum(['USD', 'USDT'] as const),
    adjustment: p.enum(adjustments),
    /** `csv:<owner>`. */
    source: p.text(),
    rowsRead: p.integer(),
    rowsNew: p.integer(),
    rowsRevised: p.integer(),
    rowsRefused: p.integer(),
    /** The first refused lines. */
    refused: p.json<readonly RefusedLine[]>(),
    firstOpenTime: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    lastOpenTime: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class PriceImport extends PriceImportSchema.class {}
PriceImportSchema.setClass(PriceImport);

/** A source that one owner alone sees, until it is published. */
const PrivateSourceSchema = defineEntity({
  name: 'PrivateSource',
  tableName: 'private_source',
  properties: {
    source: p.text().primary(),
    ownerId: p.text(),
    publishedAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    publishedBy: p.text().nullable(),
  },
});
export class PrivateSource extends PrivateSourceSchema.class {}
PrivateSourceSchema.setClass(PrivateSource);
