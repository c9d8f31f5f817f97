import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { AssetCollection, CollectPrices, DataActivities } from '../../src/data/data.contract.js';
import { askSource } from '../activity-options.js';

const { collectAsset } = proxyActivities<DataActivities>(askSource);

/** Assets that are asked for at the same time: a source's limits are shared by all of them. */
const atOnce = 4;

/** Bars of every asset from the first source that has them; what each source said is in the report. */
export const collectPrices: CollectPrices = async ({ collectionId, assets, interval, asOf }) => {
  const collected = new Map<string, AssetCollection>();
  const waiting = [...assets];
  const collectNext = async (): Promise<void> => {
    for (let assetId = waiting.shift(); assetId !== undefined; assetId = waiting.shift()) {
      const summary = `${interval} bars of ${assetId} as of ${asOf}`;
      const asset = await collectAsset.executeWithOptions({ summary }, [{ collectionId, assetId, interval, asOf }]);
      collected.set(assetId, asset);
      setCurrentDetails(detailsOf(assets.length, [...collected.values()]));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, collectNext));
  return { assets: assets.map((assetId) => collected.get(assetId)!) };
};

const detailsOf = (total: number, done: readonly AssetCollection[]) =>
  [
    `**${done.length} of ${total}** assets`,
    ...done.map(({ assetId, series, rowsNew, rowsRevised, rowsStored }) =>
      series
        ? `- ${assetId} from ${series.source}: ${rowsStored} bars, ${rowsNew} new, ${rowsRevised} revised`
        : `- ${assetId}: no source has it`,
    ),
  ].join('\n');
