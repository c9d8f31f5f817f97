import { z } from 'zod';
import { pageOf } from '../../platform/http/page.js';
import { toIso } from '../../shared/time.js';
import type { AssetCollection, CollectionReport } from '../data.contract.js';
import { adjustments, intervals } from '../domain/candle.js';
import { sourceOutcomes, type SourceAttemptRow } from '../sources/source-attempt.entity.js';
import type { Collection } from './collection.entity.js';

export const collectedAssetSchema = z.object({
  asset_id: z.string(),
  source: z.string().nullable(),
  quote_currency: z.string().nullable(),
  adjustment: z.enum(adjustments).nullable(),
  interval: z.enum(intervals).nullable(),
  simulated: z.boolean(),
  rows_read: z.number().int(),
  rows_new: z.number().int(),
  rows_revised: z.number().int(),
  rows_refused: z.number().int(),
  refused: z.array(z.object({ where: z.string(), reason: z.string() })),
  rows_stored: z.number().int(),
  first_open_time: z.iso.datetime().nullable(),
  last_open_time: z.iso.datetime().nullable(),
  votes: z.number().int().nullable().describe('Sources whose bars reach the as-of; null where it was not counted'),
  disputed_bars: z.number().int().nullable().describe('Bars held back because sources disagree'),
  missing_bars: z.number().int().nullable().describe('Bars since the first one that the calendar expects'),
  wanted_from: z.iso.datetime().nullable().describe('First bar that was wanted, by open time; null in older reports'),
  missing_before_first: z
    .number()
    .int()
    .nullable()
    .describe('Bars that the calendar expects from `wanted_from` on and before the first stored one; null without one'),
  why_not_earlier: z
    .string()
    .nullable()
    .describe('Why those were not reached, one reason a source: yahoofinance keeps 729 days of 1h'),
  fresh: z.boolean().nullable().describe('Whether the last bar that the calendar expects is there'),
  attempts: z.array(
    z.object({ source: z.string(), outcome: z.string(), detail: z.string().nullable(), milliseconds: z.number() }),
  ),
});

/** Reports from before there were votes know nothing of them. */
type Recorded = Omit<AssetCollection, 'interval' | 'votes' | 'disputedBars' | 'missingBars' | 'fresh'> &
  Partial<AssetCollection>;

const collectedAssetView = (asset: Recorded): z.output<typeof collectedAssetSchema> => ({
  asset_id: asset.assetId,
  source: asset.series?.source ?? null,
  quote_currency: asset.series?.quoteCurrency ?? null,
  adjustment: asset.series?.adjustment ?? null,
  interval: asset.interval ?? asset.series?.interval ?? null,
  simulated: asset.simulated,
  rows_read: asset.rowsRead,
  rows_new: asset.rowsNew,
  rows_revised: asset.rowsRevised,
  rows_refused: asset.rowsRefused,
  refused: asset.refused,
  rows_stored: asset.rowsStored,
  first_open_time: asset.firstOpenTime,
  last_open_time: asset.lastOpenTime,
  votes: asset.votes ?? null,
  disputed_bars: asset.disputedBars ?? null,
  missing_bars: asset.missingBars ?? null,
  wanted_from: asset.wantedFrom ?? null,
  missing_before_first: asset.missingBeforeFirst ?? null,
  why_not_earlier: asset.whyNotEarlier ?? null,
  fresh: asset.fresh ?? null,
  attempts: asset.attempts.map(({ source, outcome, detail, milliseconds }) => ({
    source,
    outcome,
    detail: detail ?? null,
    milliseconds,
  })),
});

export const collectionReportSchema = z.object({ assets: z.array(collectedAssetSchema) });

export const collectionReportView = ({ assets }: CollectionReport): z.output<typeof collectionReportSchema> => ({
  assets: assets.map(collectedAssetView),
});

const attemptSchema = z
  .object({
    asset_id: z.string(),
    interval: z.enum(intervals),
    source: z.string(),
    from: z.iso.datetime().nullable().describe('Null where all that the source has was asked for'),
    to: z.iso.datetime(),
    outcome: z.enum(sourceOutcomes),
    detail: z.string().nullable(),
    requests: z.number().int(),
    rows: z.number().int(),
    milliseconds: z.number().int(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'SourceAttempt' });
export type SourceAttemptView = z.output<typeof attemptSchema>;

export const attemptView = (row: SourceAttemptRow): SourceAttemptView => ({
  asset_id: row.assetId,
  interval: row.interval,
  source: row.source,
  from: row.fromTime ? toIso(row.fromTime.getTime()) : null,
  to: toIso(row.toTime.getTime()),
  outcome: row.outcome,
  detail: row.detail ?? null,
  requests: row.requests,
  rows: row.rows,
  milliseconds: row.milliseconds,
  at: toIso(row.at.getTime()),
});
export const attemptPage = pageOf(attemptSchema).meta({ id: 'SourceAttemptPage' });

const summary = {
  id: z.uuid(),
  job_id: z.uuid().describe('Its job tells how far it is'),
  assets: z.array(z.string()),
  intervals: z.array(z.enum(intervals)),
  from: z.iso.datetime().nullable(),
  as_of: z.iso.datetime(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
};

const collectionSummarySchema = z.object(summary).meta({ id: 'CollectionSummary' });
export type CollectionSummary = z.output<typeof collectionSummarySchema>;
export const collectionPage = pageOf(collectionSummarySchema).meta({ id: 'CollectionPage' });

export const collectionSchema = z
  .object({
    ...summary,
    report: collectionReportSchema.nullable().describe('Null until it has ended'),
    attempts: z.array(attemptSchema).describe('The last questions to sources, newest first'),
    attempts_total: z.number().int(),
  })
  .meta({ id: 'Collection' });
export type CollectionView = z.output<typeof collectionSchema>;

export const collectionSummary = (row: Collection): CollectionSummary => ({
  id: row.id,
  job_id: row.jobId,
  assets: [...row.assets],
  intervals: row.intervals as CollectionSummary['intervals'],
  from: row.fromTime ? toIso(row.fromTime.getTime()) : null,
  as_of: toIso(row.asOf.getTime()),
  created_at: toIso(row.createdAt.getTime()),
  finished_at: row.finishedAt ? toIso(row.finishedAt.getTime()) : null,
});

export const collectionView = (
  row: Collection,
  attempts: { newest: readonly SourceAttemptRow[]; total: number },
): CollectionView => ({
  ...collectionSummary(row),
  report: row.report ? collectionReportView(row.report) : null,
  attempts: attempts.newest.map(attemptView),
  attempts_total: attempts.total,
});
