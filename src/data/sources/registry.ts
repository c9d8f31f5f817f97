import { binance } from './binance/binance.source.js';
import { csv } from './csv/csv.source.js';
import type { MarketDataSource, SourceFamily, SourceSettings } from './market-data-source.js';
import { yahoofinance } from './yahoofinance/yahoofinance.source.js';

/** Every source there is: one line each. */
export const sourceFamilies: readonly SourceFamily[] = [csv, binance, yahoofinance];

/**
 * The configured sources in the order in which they are asked.
 *
 * @throws Error naming the entry of FKS_SOURCES that is no source, and those that are
 */
export function sourcesInOrder(order: readonly string[], settings: SourceSettings): MarketDataSource[] {
  return [...new Set(order)].flatMap((name) => {
    const family = sourceFamilies.find((known) => known.name === name);
    if (family) return family.create(settings);
    throw new Error(
      `FKS_SOURCES names "${name}", which is none of ${sourceFamilies.map((known) => known.name).join(', ')}`,
    );
  });
}
