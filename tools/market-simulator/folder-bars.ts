import path from 'node:path';
import type { Asset } from '../../src/data/domain/asset.js';
import { csv } from '../../src/data/sources/csv/csv.source.js';
import type { MarketDataSource } from '../../src/data/sources/market-data-source.js';
import type { AssetId } from '../../src/shared/ids.js';
import type { EpochMs } from '../../src/shared/time.js';
import type { Bar, BarSource, Dividend, Split } from './bar.js';

/** Daily bars of real histories: the first folder that has the asset's file. */
export class FolderBars implements BarSource {
  /** What happened within a day the files do not tell. */
  readonly parts = undefined;
  private readonly folders: readonly MarketDataSource[];
  private readonly read = new Map<AssetId, readonly Bar[]>();

  constructor(folders: readonly string[]) {
    this.folders = csv.open({ FKS_PRICES: folders.join(path.delimiter) });
  }

  async daily(asset: Asset, until: EpochMs): Promise<readonly Bar[]> {
    const bars = this.read.get(asset.id) ?? (await this.readFile(asset));
    this.read.set(asset.id, bars);
    return bars.filter(({ start }) => start <= until);
  }

  splits(): readonly Split[] {
    return [];
  }

  dividends(): readonly Dividend[] {
    return [];
  }

  private async readFile(asset: Asset): Promise<readonly Bar[]> {
    const io = {
      signal: new AbortController().signal,
      now: () => Date.now(),
      get: () => Promise.resolve({ kind: 'unavailable', why: 'a folder needs no network' } as const),
    };
    for (const folder of this.folders) {
      const outcome = await folder.candles({ asset, interval: '1d', from: null, to: Date.now() }, io);
      if (outcome.kind !== 'ok') continue;
      return outcome.value.candles.map(({ openTime: start, open, high, low, close, volume }) => ({
        start,
        open: Number(open ?? close),
        high: Number(high ?? close),
        low: Number(low ?? close),
        close: Number(close),
        volume: volume === null ? null : Number(volume),
      }));
    }
    return [];
  }
}
