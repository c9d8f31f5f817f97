import { AssetCatalogue } from '../../../src/data/domain/asset-catalogue.js';
import type { Asset } from '../../../src/data/domain/asset.js';
import type { Interval } from '../../../src/data/domain/candle.js';
import { seedAssets } from '../../../src/data/domain/seed-assets.js';
import { alphavantage } from '../../../src/data/sources/alphavantage/alphavantage.source.js';
import { binance } from '../../../src/data/sources/binance/binance.source.js';
import { coingecko } from '../../../src/data/sources/coingecko/coingecko.source.js';
import { coinmarketcap } from '../../../src/data/sources/coinmarketcap/coinmarketcap.source.js';
import { fks_data } from '../../../src/data/sources/fks_data/fks_data.source.js';
import { HttpSourceIo } from '../../../src/data/sources/http-source-io.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceIo,
} from '../../../src/data/sources/market-data-source.js';
import { polygon } from '../../../src/data/sources/polygon/polygon.source.js';
import { yahoofinance } from '../../../src/data/sources/yahoofinance/yahoofinance.source.js';
import type { AssetId } from '../../../src/shared/ids.js';
import { simulatedSources } from '../../../tools/local/simulated-sources.mjs';
import {
  startMarketSimulator,
  type MarketSimulator,
  type SimulatorOptions,
} from '../../../tools/market-simulator/server.js';
import type { SourceName } from '../../../tools/market-simulator/source-names.js';

// Wednesday 2025-06-18, 15:00 UTC = 11:00 in New York: the session is running
export const now = Date.parse('2025-06-18T15:00:00Z');

const catalogue = new AssetCatalogue(seedAssets);
export const assetOf = (id: string): Asset => catalogue.of(id as AssetId)!;

const families = { binance, yahoofinance, coingecko, polygon, alphavantage, coinmarketcap, fks_data };
export const sourceNames = Object.keys(families) as SourceName[];
/** Neither Yahoo's nor anybody's wire is asked by something that does not look like a client. */
export const browser = { headers: { 'user-agent': 'Mozilla/5.0' } };

const running: MarketSimulator[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.stop();
});

export async function simulate(options: SimulatorOptions = {}): Promise<MarketSimulator> {
  const simulator = await startMarketSimulator({ seed: 7, now, ...options });
  running.push(simulator);
  return simulator;
}

/** The project's own adapter of a source, pointed at the simulator. */
export function sourceAt({ url }: MarketSimulator, name: SourceName, more: NodeJS.ProcessEnv = {}): MarketDataSource {
  return families[name].open({ ...simulatedSources(url), ...more })[0]!;
}

export const ioAt = (instant = now): SourceIo =>
  new HttpSourceIo({ signal: new AbortController().signal, now: () => instant });

export const request = (asset: string, from: string | null, to: string, interval: Interval = '1d'): CandleRequest => ({
  asset: assetOf(asset),
  interval,
  from: from === null ? null : Date.parse(from),
  to: Date.parse(to),
});

export async function bars(source: MarketDataSource, asked: CandleRequest, io = ioAt()): Promise<CandleAnswer> {
  const outcome = await source.candles(asked, io);
  if (outcome.kind !== 'ok') throw new Error(`${source.id}: ${JSON.stringify(outcome)}`);
  return outcome.value;
}
