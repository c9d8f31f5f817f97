import { z } from 'zod';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { plainText } from '../../platform/http/plain-text.js';
import { adjustments, intervals } from '../domain/candle.js';

const required = (what: string) => z.string({ error: (issue) => (issue.input === undefined ? 'is missing' : what) });

/** Weeks are derived from days. */
const importedIntervals = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;

/** The fields of the form beside the file, which stands for its name here. */
export const importForm = z.strictObject({
  asset: required('is no text').min(1).max(32).describe('Any spelling that resolves: BTC, btc, BTC-USD'),
  interval: z.enum(importedIntervals).default('1d'),
  quote_currency: z.enum(['USD', 'USDT']).default('USD'),
  adjustment: z.enum(adjustments).default('unknown').describe('How the prices were adjusted for splits and dividends'),
  unit: z
    .enum(['same', 'corrected'])
    .default('same')
    .describe(
      '`corrected`: prices may be a hundredfold of the stored ones, or their hundredth, because those are wrong',
    ),
  file: required('is no file').describe('date,open,high,low,close,volume as CSV, or packed by gzip; at most 200 MB'),
});

export const importsQuery = z.object(pageQuery);
export type ImportsQuery = z.output<typeof importsQuery>;

export const publishBody = z
  .strictObject({ reason: plainText(500).min(1).describe('Stands in the audit trail') })
  .meta({ id: 'PublishImport', example: { reason: 'checked against the exchange, and free to be shown' } });
export type PublishBody = z.output<typeof publishBody>;

export const importIdParam = z.uuid();

export const importSchema = z
  .object({
    id: z.uuid(),
    file_name: z.string(),
    file_hash: z.string().describe('SHA-256 of the bytes that came'),
    bytes: z.int(),
    asset_id: z.string(),
    interval: z.enum(intervals),
    quote_currency: z.enum(['USD', 'USDT']),
    adjustment: z.enum(adjustments),
    source: z.string().describe('Under which the bars are stored; seen by its owner alone until it is published'),
    rows_read: z.int().describe('Good rows'),
    rows_new: z.int().describe('Bars that were not stored before'),
    rows_revised: z.int().describe('Bars that were stored with other numbers; those are kept, too'),
    rows_refused: z.int(),
    refused: z
      .array(
        z.object({
          line: z.int(),
          field: z.string().nullable().describe('Null when the line as a whole is wrong'),
          value: z.string(),
          reason: z.string(),
        }),
      )
      .describe('The first 100 refused lines'),
    first_open_time: z.iso.datetime().nullable(),
    last_open_time: z.iso.datetime().nullable(),
    published_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({
    id: 'PriceImport',
    example: {
      id: '01a21087-674f-7215-bb32-e1c32cda4a10',
      file_name: 'BTC-USD.csv',
      file_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      bytes: 184_320,
      asset_id: 'BTC',
      interval: '1d',
      quote_currency: 'USD',
      adjustment: 'raw',
      source: 'csv:local',
      rows_read: 2_990,
      rows_new: 2_990,
      rows_revised: 0,
      rows_refused: 1,
      refused: [{ line: 17, field: 'close', value: 'n/a', reason: 'close "n/a" is not a number' }],
      first_open_time: '2013-04-29T00:00:00Z',
      last_open_time: '2021-07-06T00:00:00Z',
      published_at: null,
      created_at: '2026-11-25T02:27:20.911Z',
    },
  });
export type ImportView = z.output<typeof importSchema>;

export const importPage = pageOf(importSchema).meta({ id: 'PriceImportPage' });
