import { dayMs, hourMs, toIso, type EpochMs } from '../../shared/time.js';
import type { Asset } from '../domain/asset.js';
import { intervalMs, type Interval } from '../domain/candle.js';
import type { AssetView, EnabledAssetsView } from './assets.schemas.js';

export const assetView = (asset: Asset): AssetView => ({
  id: asset.id,
  class: asset.assetClass,
  name: asset.name,
  venues: { ...asset.venues },
  aliases: asset.aliases.map(({ name, until }) => ({ name, until })),
  enabled: asset.enabled,
  priority: asset.priority,
  intervals: [...asset.intervals],
  source_order: [...asset.sourceOrder],
});

/** An enabled asset as the old route shows it. */
export const enabledAssetView = (
  { id, priority, sourceOrder, intervals }: Asset,
  lastCollected: EpochMs | undefined,
): EnabledAssetsView['assets'][number] => ({
  symbol: id,
  priority,
  adapters: [...sourceOrder],
  collection_interval: oldNameOf(intervals),
  last_collected: lastCollected === undefined ? null : toIso(lastCollected),
});

/** The old routes know three intervals: the finest that is collected, by the unit that it is counted in. */
function oldNameOf(intervals: readonly Interval[]): 'daily' | 'hourly' | 'minute' {
  const finest = Math.min(...intervals.map((one) => intervalMs[one]));
  if (finest < hourMs) return 'minute';
  return finest < dayMs ? 'hourly' : 'daily';
}
