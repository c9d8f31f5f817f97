import { AssetCatalogue } from '../../src/data/domain/asset-catalogue.js';
import type { Asset } from '../../src/data/domain/asset.js';
import { seedAssets } from '../../src/data/domain/seed-assets.js';
import { HttpSourceIo } from '../../src/data/sources/http-source-io.js';
import type { MarketDataSource, SourceIo } from '../../src/data/sources/market-data-source.js';
import { sourcesInOrder } from '../../src/data/sources/registry.js';
import { readConfig } from '../../src/platform/config/config.js';
import type { AssetId } from '../../src/shared/ids.js';

export interface Probe {
  source: string;
  reachable: boolean;
  detail: string;
}

/** What the sources that need no key are asked for. */
const asked = { binance: 'BTC', coingecko: 'BTC', yahoofinance: 'SPY' };
/** Sources that are there when their variable is set. They are not asked in advance: each question costs a budget. */
const configured = {
  polygon: 'POLYGON_API_KEY',
  alphavantage: 'ALPHA_VANTAGE_API_KEY',
  coinmarketcap: 'COINMARKETCAP_API_KEY',
  fks_data: 'FKS_DATA_BASE_URL',
};
const catalogue = new AssetCatalogue(seedAssets);

/**
 * Asks the live sources that need no key for one price each, as the service would, at the same time and at most five
 * seconds in all. The others come after them where they are configured: as reachable as any of those is.
 */
export async function probeLiveSources(env: NodeJS.ProcessEnv, withinMs = 5_000): Promise<Probe[]> {
  const names = Object.keys(asked) as (keyof typeof asked)[];
  const sources = sourcesInOrder(names, readConfig(env).sources.environment);
  const tooLate = AbortSignal.timeout(withinMs);
  const io = new HttpSourceIo({ signal: tooLate });
  const probes = await Promise.all(
    names.map(async (name, i) => {
      try {
        return { source: name, ...(await probe(sources[i]!, catalogue.of(asked[name] as AssetId)!, io)) };
      } catch (error) {
        if (!tooLate.aborted) throw error;
        return { source: name, reachable: false, detail: `no answer within ${withinMs / 1_000} s` };
      }
    }),
  );
  const isOnline = probes.some(({ reachable }) => reachable);
  const others = Object.entries(configured).flatMap(([source, variable]) =>
    env[variable] ? [{ source, reachable: isOnline, detail: `${variable} is set` }] : [],
  );
  return [...probes, ...others];
}

async function probe(source: MarketDataSource, asset: Asset, io: SourceIo): Promise<Omit<Probe, 'source'>> {
  const outcome = await source.latestQuote?.(asset, io);
  if (outcome?.kind === 'ok') return { reachable: true, detail: 'answers' };
  const why = outcome && 'why' in outcome ? `: ${outcome.why}` : '';
  return { reachable: false, detail: `${outcome?.kind ?? 'has no quotes'}${why}` };
}
