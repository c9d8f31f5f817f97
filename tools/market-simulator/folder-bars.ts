import type { Asset } from '../../src/data/domain/assets.js';
import type { MarketDataSource } from '../../src/data/sources/market-data-source.js';
import { csv } from '../../src/data/sources/csv/csv.source.js';
import type { EpochMs } from '../../src/shared/time.js';
import type { Bar, BarSource } from './price-model.js';

/** Bars of real histories: the first folder that has the asset's file. */
export class FolderBars implements BarSource {
  private readonly folders: readonly MarketDataSource[];
  private readonly read = new Map<string, readonly Bar[]>();

  constructor(folders: readonly string[]) {
    const unused = { baseUrl: '' };
    this.folders = csv.create({ priceFolders: folders, binance: unused, yahoofinance: unused });
  }

  async bars(asset: Asset, until: EpochMs): Promise<readonly Bar[]> {
    const bars = this.read.get(asset.id) ?? (await this.readFile(asset));
    this.read.set(asset.id, bars);
    return bars.filter(({ day }) => day <= until);
  }

  private async readFile({ id }: Asset): Promise<readonly Bar[]> {
    const io = {
      signal: new AbortController().signal,
      now: () => Date.now(),
      get: () => Promise.resolve({ kind: 'unavailable', why: 'a folder needs no network' } as const),
    };
    for (const folder of this.folders) {
      const outcome = await folder.candles({ assetId: id, interval: '1d', from: null, to: Date.now() }, io);
      if (outcome.kind !== 'ok') continue;
      return outcome.value.candles.map(({ openTime: day, open, high, low, close, volume }) => ({
        day,
        open: Number(open),
        high: Number(high),
        low: Number(low),
        close: Number(close),
        volume: volume === null ? null : Number(volume),
      }));
    }
    return [];
  }
}
