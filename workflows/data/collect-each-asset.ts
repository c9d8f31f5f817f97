import { proxyActivities } from '@temporalio/workflow';
import type {
  AssetCollection,
  CollectAssetInput,
  CollectPricesInput,
  CollectionReport,
  RetiredDataActivities,
} from '../../src/data/data.contract.js';
import { askSource } from '../activity-options.js';

const { collectAsset } = proxyActivities<RetiredDataActivities>(askSource);

/** What a collection was started with when each asset was one step. */
type RetiredInput = Omit<CollectAssetInput, 'assetId'> & Pick<CollectPricesInput, 'assets'>;

export const isRetired = (input: CollectPricesInput | RetiredInput): input is RetiredInput => 'interval' in input;

const atOnce = 4;

/** One step an asset, as collections did that are still open or may be replayed. */
export async function collectEachAsset(input: CollectPricesInput | RetiredInput): Promise<CollectionReport> {
  const { collectionId, assets, asOf } = input;
  const interval = isRetired(input) ? input.interval : input.intervals[0]!;
  const collected = new Map<string, AssetCollection>();
  const waiting = [...assets];
  const collectNext = async (): Promise<void> => {
    for (let assetId = waiting.shift(); assetId !== undefined; assetId = waiting.shift()) {
      const summary = `${interval} bars of ${assetId} as of ${asOf}`;
      collected.set(
        assetId,
        await collectAsset.executeWithOptions({ summary }, [{ collectionId, assetId, interval, asOf }]),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, collectNext));
  return { assets: assets.map((assetId) => collected.get(assetId)!) };
}
