import type { AssetId } from '../shared/ids.js';
import type { IsoInstant } from '../shared/time.js';
import type { Interval, RefusedRow, SeriesRef } from './domain/candle.js';

export const collectPricesWorkflow = 'collectPrices';
export type CollectPrices = (input: CollectPricesInput) => Promise<CollectionReport>;
export const collectionWorkflowId = (collectionId: string) => `collection:${collectionId}`;

interface CollectPricesInput {
  /** Business key of the collection, the pipeline's id when it runs inside one. */
  collectionId: string;
  assets: AssetId[];
  interval: Interval;
  /** The history before this instant is wanted; a source that only has whole files gives what is later, too. */
  asOf: IsoInstant;
}

export interface CollectAssetInput {
  collectionId: string;
  assetId: AssetId;
  interval: Interval;
  asOf: IsoInstant;
}

export interface SourceAttempt {
  source: string;
  outcome: 'ok' | 'empty' | 'unknownAsset' | 'rateLimited' | 'unavailable' | 'badAnswer' | 'notOffered' | 'missingKey';
  detail?: string;
  milliseconds: number;
}

export interface AssetCollection {
  assetId: AssetId;
  /** The series that holds the asset's bars now; null when no source had any. */
  series: SeriesRef | null;
  /** True when the bars came from the market simulator. */
  simulated: boolean;
  /** Good rows in the answer, whether they were stored before or not. */
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
}

/** What storing an asset's bars did; how the series stands afterwards is read anew. */
export type CollectionReceipt = Omit<AssetCollection, 'series' | 'rowsStored' | 'firstOpenTime' | 'lastOpenTime'> & {
  series: SeriesRef;
};

export interface CollectionReport {
  assets: AssetCollection[];
}

/** Implemented by activities/data.activities.ts. */
export interface DataActivities {
  collectAsset(input: CollectAssetInput): Promise<AssetCollection>;
}
