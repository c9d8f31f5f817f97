import type { Asset } from '../../src/data/domain/asset.js';
import { seedAssets } from '../../src/data/domain/seed-assets.js';
import type { SourceName } from './source-names.js';

const spelled = (source: SourceName): ReadonlyMap<string, Asset> =>
  new Map(
    seedAssets.flatMap((asset): [string, Asset][] => {
      const spelling = asset.venues[source];
      return spelling === undefined ? [] : [[spelling, asset]];
    }),
  );

/** The asset behind each source's spelling. */
export const assetsBySpelling: Readonly<Record<SourceName, ReadonlyMap<string, Asset>>> = {
  binance: spelled('binance'),
  yahoofinance: spelled('yahoofinance'),
  coingecko: spelled('coingecko'),
  polygon: spelled('polygon'),
  alphavantage: spelled('alphavantage'),
  coinmarketcap: spelled('coinmarketcap'),
  fks_data: spelled('fks_data'),
};
