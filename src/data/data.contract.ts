import type { AssetId, JobId } from '../shared/ids.js';
import type { EpochMs, IsoInstant } from '../shared/time.js';
import type { Interval, RefusedRow, SeriesRef } from './domain/candle.js';

export const collectPricesWorkflow = 'collectPrices';
export type CollectPrices = (input: CollectPricesInput) => Promise<CollectionReport>;
export const collectionWorkflowId = (collectionId: string) => `collection:${collectionId}`;
/** Where a collection's request, attempts and report are. */
export const collectionPath = (collectionId: string) => `/api/v1/data/collections/${collectionId}`;

export interface CollectPricesInput {
  /** Business key of the collection, the pipeline's id when it runs inside one. */
  collectionId: string;
  assets: AssetId[];
  intervals: Interval[];
  /** First open time wanted; null for what is missing of the usual history. */
  from: IsoInstant | null;
  /** The history before this instant is wanted; a source that only has whole files gives what is later, too. */
  asOf: IsoInstant;
  /** The job that this collection is; null inside another workflow. */
  jobId: JobId | null;
  /** What is stored is asked for, too. */
  recheck?: boolean;
  /** Set when the workflow continues as new: what its earlier runs have done, and what is left. */
  earlier?: EarlierRuns;
  /** The history at which it continues as new, in events; without it, when the server suggests it. */
  continueAfterEvents?: number;
}

/** What a collection that continues as new takes along: nothing is planned or asked a second time. */
interface EarlierRuns {
  done: AssetCollection[];
  left: SeriesLeft[];
  partsDone: number;
  /** When the first run began. */
  begunAt?: EpochMs;
  /** Whether a source was reached by then. */
  isReached?: boolean;
}

/** A planned series of which some parts may have been fetched: those are missing no more. */
export interface SeriesLeft extends PlannedSeries {
  /** What was fetched of each source that was asked, in that order. */
  asked: SourceFetched[];
}

export interface PlanCollectionInput {
  /** What is stored is asked for, too: so a history that a source has rewritten is found. */
  recheck?: boolean;
  collectionId: string;
  assets: AssetId[];
  intervals: Interval[];
  from: IsoInstant | null;
  asOf: IsoInstant;
}

/** One asset at one interval, and who is asked for it, in this order. */
export interface PlannedSeries {
  assetId: AssetId;
  interval: Interval;
  /** So many sources are asked for their bars before the next ones are spared: two can be compared. */
  votes: number;
  sources: PlannedSource[];
  /** Sources that are not asked, and why. */
  spared: SourceAttempt[];
}

export interface PlannedSource {
  source: string;
  /** Name of the stored series that lacks them; null when none is stored. */
  completes: string | null;
  /** The queue whose workers ask this provider. */
  taskQueue: string;
  /** What is missing of the history, oldest first; empty when nothing is. */
  missing: HistoryPart[];
  /** Length in days of what is asked for at once: longer windows are asked for part by part. */
  partDays: number;
}

/** Bars from `from` on that end at or before `to`; without `from` all that there are. */
export interface HistoryPart {
  from: IsoInstant | null;
  to: IsoInstant;
}

export interface CollectionPlan {
  series: PlannedSeries[];
}

export interface FetchBarsInput {
  collectionId: string;
  assetId: AssetId;
  interval: Interval;
  source: string;
  part: HistoryPart;
  /** First open time wanted of the whole history; null for the usual one. */
  from: IsoInstant | null;
  asOf: IsoInstant;
  /** Name of the stored series for which the part was planned; null when it does not matter which one answers. */
  completes: string | null;
  /** Whether the answer is worth waiting minutes for, when the source cannot be asked now. */
  mayWait: boolean;
}

/** What one part of one source's history gave. */
export interface FetchedBars {
  outcome: SourceAttempt['outcome'];
  detail?: string;
  milliseconds: number;
  /** How long the source asks to wait, when it said. */
  retryAfterMs?: number;
  /** Whether the bars reach the as-of: one that has stopped is no reason to spare the next source. */
  isCurrent: boolean;
  /** The series that the bars were stored in; null when none came. */
  series: SeriesRef | null;
  simulated: boolean;
  /** Good rows in the answer, whether they were stored before or not. */
  rowsRead: number;
  rowsNew: number;
  rowsRevised: number;
  rowsRefused: number;
  /** The first refused rows, at most 20. */
  refused: RefusedRow[];
}

/** What all parts of one source's history gave, in sum; the outcome is that of the last question. */
export interface SourceFetched extends FetchedBars {
  source: string;
}

export interface VerifySeriesInput {
  collectionId: string;
  assetId: AssetId;
  interval: Interval;
  from: IsoInstant | null;
  asOf: IsoInstant;
  /** What was fetched, in the order in which the sources were asked. */
  fetched: SourceFetched[];
  spared: SourceAttempt[];
}

export interface SourceAttempt {
  source: string;
  outcome: 'ok' | 'empty' | 'unknownAsset' | 'rateLimited' | 'unavailable' | 'badAnswer' | 'notOffered' | 'missingKey';
  detail?: string;
  milliseconds: number;
}

export interface AssetCollection {
  assetId: AssetId;
  interval: Interval;
  /** The series that holds the asset's bars now; null when no source had any. */
  series: SeriesRef | null;
  /** True when the bars came from the market simulator. */
  simulated: boolean;
  /** Good rows in the answers, whether they were stored before or not. */
  rowsRead: number;
  /** Rows that were not stored before. */
  rowsNew: number;
  /** Rows that changed a stored bar and became a new revision. */
  rowsRevised: number;
  rowsRefused: number;
  /** The first refused rows, at most 20. */
  refused: RefusedRow[];
  /** Rows of the series in the store after the collection (latest revisions). */
  rowsStored: number;
  firstOpenTime: IsoInstant | null;
  lastOpenTime: IsoInstant | null;
  attempts: SourceAttempt[];
  /** Sources whose bars of the as-of's window are stored, the series' own among them. */
  votes: number;
  /** Bars of the series that are held back because sources disagree. */
  disputedBars: number;
  /** Bars that the asset's calendar expects from the first stored one to the as-of and the series does not have. */
  missingBars: number;
  /** First open time that was wanted, asked for or usual; like the next two, unknown in older reports. */
  wantedFrom?: IsoInstant;
  /** Bars that the calendar expects from there on and before the first stored one; null when none is stored. */
  missingBeforeFirst?: number | null;
  /** Why those were not reached; null when there are none. */
  whyNotEarlier?: string | null;
  /** Whether the last bar that the calendar expects is there. */
  fresh: boolean;
}

export interface CollectionReport {
  assets: AssetCollection[];
}

export const scheduledCollectionsWorkflow = 'scheduledCollections';
export type ScheduledCollections = (schedule: CollectionSchedule) => Promise<ScheduledCollectionsReport>;

/** The schedules that collect, by their ids at the server. */
export const collectionSchedules = [
  'collect-daily-crypto',
  'collect-daily-us',
  'collect-hourly',
  'collect-minute',
] as const;
export type CollectionSchedule = (typeof collectionSchedules)[number];

export interface ScheduledCollectionsReport {
  /** Jobs of the collections that were requested now or by an earlier attempt, one an interval. */
  jobIds: JobId[];
  /** Intervals that were left out, and why. */
  spared: { interval: Interval; reason: string }[];
}

/** Implemented by activities/data.activities.ts; `fetchBars` runs on the provider's own task queue. */
export interface DataActivities {
  planCollection(input: PlanCollectionInput): Promise<CollectionPlan>;
  fetchBars(input: FetchBarsInput): Promise<FetchedBars>;
  verifySeries(input: VerifySeriesInput): Promise<AssetCollection>;
  recordCollectionReport(input: { collectionId: string; report: CollectionReport }): Promise<void>;
  requestScheduledCollection(input: {
    schedule: CollectionSchedule;
    scheduledTime: IsoInstant;
  }): Promise<ScheduledCollectionsReport>;
}

/** What a collection that began before each source was a step of its own still asks for. */
export interface RetiredDataActivities {
  collectAsset(input: CollectAssetInput): Promise<AssetCollection>;
}

export interface CollectAssetInput {
  collectionId: string;
  assetId: AssetId;
  interval: Interval;
  asOf: IsoInstant;
}
