import type { MarketDataSource, SourceIo } from '../../src/data/sources/market-data-source.js';
import { HttpSourceIo } from '../../src/data/sources/http-source-io.js';
import { sourcesInOrder } from '../../src/data/sources/registry.js';
import { readConfig } from '../../src/platform/config/config.js';
import type { AssetId } from '../../src/shared/ids.js';

export interface Probe {
  source: 'binance' | 'yahoofinance';
  reachable: boolean;
  detail: string;
}

const asked = { binance: 'BTC' as AssetId, yahoofinance: 'SPY' as AssetId };

/** Asks both live sources for one price, as the service would, at the same time and at most five seconds in all. */
export async function probeLiveSources(env: NodeJS.ProcessEnv, withinMs = 5_000): Promise<Probe[]> {
  const names = ['binance', 'yahoofinance'] as const;
  const sources = sourcesInOrder(names, readConfig(env).sources);
  const tooLate = AbortSignal.timeout(withinMs);
  const io = new HttpSourceIo({ signal: tooLate });
  return Promise.all(
    names.map(async (name, i) => {
      try {
        return { source: name, ...(await probe(sources[i]!, asked[name], io)) };
      } catch (error) {
        if (!tooLate.aborted) throw error;
        return { source: name, reachable: false, detail: `no answer within ${withinMs / 1_000} s` };
      }
    }),
  );
}

async function probe(source: MarketDataSource, asset: AssetId, io: SourceIo): Promise<Omit<Probe, 'source'>> {
  const outcome = await source.latestQuote?.(asset, io);
  if (outcome?.kind === 'ok') return { reachable: true, detail: 'answers' };
  const why = outcome && 'why' in outcome ? `: ${outcome.why}` : '';
  return { reachable: false, detail: `${outcome?.kind ?? 'has no quotes'}${why}` };
}
