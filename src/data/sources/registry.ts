import { alphavantage } from './alphavantage/alphavantage.source.js';
import { binance } from './binance/binance.source.js';
import { coingecko } from './coingecko/coingecko.source.js';
import { coinmarketcap } from './coinmarketcap/coinmarketcap.source.js';
import { csv } from './csv/csv.source.js';
import { fks_data } from './fks_data/fks_data.source.js';
import type { MarketDataSource, SourceFamily } from './market-data-source.js';
import { polygon } from './polygon/polygon.source.js';
import { yahoofinance } from './yahoofinance/yahoofinance.source.js';

/** Every source there is: one line each. */
export const sourceFamilies: readonly SourceFamily[] = [
  csv,
  binance,
  coingecko,
  yahoofinance,
  polygon,
  alphavantage,
  coinmarketcap,
  fks_data,
];

/**
 * The configured sources in the order of `FKS_SOURCES`, each once; a family whose settings name nothing opens none.
 *
 * @throws Error naming the entry of FKS_SOURCES that is no source, and those that are
 * @throws SourceSettingsError naming each wrong variable of a source, never its value
 */
export function sourcesInOrder(order: readonly string[], environment: NodeJS.ProcessEnv): MarketDataSource[] {
  return [...new Set(order)].flatMap((name) => {
    const family = sourceFamilies.find((known) => known.name === name);
    if (family) return family.open(environment);
    throw new Error(
      `FKS_SOURCES names "${name}", which is none of ${sourceFamilies.map((known) => known.name).join(', ')}`,
    );
  });
}
