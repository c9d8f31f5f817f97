import fs from 'node:fs';
import path from 'node:path';
import type { Asset } from '../../src/data/domain/asset.js';
import {
  intervals,
  type Adjustment,
  type Candle,
  type Interval,
  type SeriesRef,
} from '../../src/data/domain/candle.js';
import { deriveBars } from '../../src/data/domain/derive.js';
import { seedAssets } from '../../src/data/domain/seed-assets.js';
import { csv } from '../../src/data/sources/csv/csv.source.js';

/** A folder of the recorded price histories, and what its prices are. */
export interface PriceFolder {
  /** Below the data sets. */
  readonly folder: string;
  readonly adjustment: Adjustment;
  /** Of the bars in its files, and of those that are put together from them for want of others. */
  readonly interval: Interval;
  readonly derived?: Interval;
}

export const priceFolders: readonly PriceFolder[] = [
  { folder: 'crypto/daily/cmc-usd', adjustment: 'raw', interval: '1d' },
  { folder: 'crypto/daily/binance-usdt', adjustment: 'raw', interval: '1d' },
  { folder: 'crypto/daily/yahoo-usd', adjustment: 'raw', interval: '1d' },
  { folder: 'stocks/daily/yahoo-adjusted', adjustment: 'total_return', interval: '1d' },
  { folder: 'stocks/daily/lean-raw', adjustment: 'raw', interval: '1d' },
  { folder: 'crypto/hourly', adjustment: 'raw', interval: '1h' },
  { folder: 'stocks/intraday', adjustment: 'total_return', interval: '5m', derived: '15m' },
  { folder: 'crypto/minute', adjustment: 'raw', interval: '1m' },
];

/** Bars of one asset, oldest first. */
export interface History {
  readonly asset: Asset;
  readonly series: SeriesRef;
  readonly bars: readonly Candle[];
}

/** Folders that are not there. */
export const missingFolders = (dataSets: string): string[] =>
  priceFolders.map(({ folder }) => folder).filter((folder) => !fs.existsSync(path.join(dataSets, folder)));

/** The files of a folder whose names are those of registered assets, as the source `csv` reads them. */
export async function readHistories(dataSets: string, wanted: PriceFolder): Promise<History[]> {
  const { folder, adjustment, interval, derived } = wanted;
  const place = path.join(dataSets, folder);
  const [source] = csv.open({ FKS_PRICES: place });
  const io = {
    signal: new AbortController().signal,
    now: () => Date.now(),
    get: () => Promise.resolve({ kind: 'unavailable', why: 'a folder needs no network' } as const),
  };
  const stems = new Set(fs.readdirSync(place).map(stemOf));
  const found: History[] = [];
  for (const asset of seedAssets) {
    if (!stems.has(asset.id)) continue;
    const outcome = await source!.candles({ asset, interval, from: null, to: Date.now() }, io);
    if (outcome.kind === 'unknownAsset') continue;
    if (outcome.kind !== 'ok') throw new Error(`${folder}, ${asset.id}: ${JSON.stringify(outcome)}`);
    const { candles, quoteCurrency } = outcome.value;
    const bars = derived ? deriveBars(candles, interval, derived, asset.assetClass) : candles;
    const series = { assetId: asset.id, interval: derived ?? interval, source: source!.id, quoteCurrency, adjustment };
    found.push({ asset, series, bars });
  }
  return found;
}

/** `BTCUSDT-1h.csv.gz` and `BTC-USD.csv` are of BTC. */
function stemOf(file: string): string {
  const name = file.replace(/\.csv(\.gz)?$/, '').replace(new RegExp(`-(${intervals.join('|')})(-.*)?$`), '');
  return name.replace(/(-USD|USDT|USD)$/, '') || name;
}
