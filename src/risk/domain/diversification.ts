import type { AssetId } from '../../shared/ids.js';

/** Categories in the order in which suggestions are made; the first one that lists an asset is its primary category. */
const categories: readonly { readonly name: string; readonly assets: readonly string[] }[] = [
  { name: 'stable_crypto', assets: ['BTC', 'ETH'] },
  { name: 'high_vol_crypto', assets: ['SOL', 'AVAX', 'POL', 'ADA', 'DOT', 'ATOM', 'ALGO'] },
  { name: 'defi', assets: ['UNI', 'LINK', 'AAVE', 'COMP', 'MKR', 'SUSHI'] },
  { name: 'layer1', assets: ['SOL', 'AVAX', 'ADA', 'DOT', 'ATOM', 'ALGO'] },
  { name: 'layer2', assets: ['POL', 'ARB', 'OP'] },
  { name: 'meme', assets: ['DOGE', 'SHIB', 'PEPE'] },
  { name: 'stocks', assets: ['SPY', 'QQQ', 'AAPL', 'MSFT', 'GOOGL', 'AMZN', 'TSLA', 'NVDA'] },
  { name: 'commodities', assets: ['GLD', 'SLV', 'USO'] },
  { name: 'stablecoins', assets: ['USDT', 'USDC', 'DAI'] },
];

const diversifiedFrom = 3;
const suggestionsPerCategory = 3;
const mostSuggestions = 10;

/** POL's name until 2024, which old clients still use. */
const current = (assetId: string): string => (assetId === 'MATIC' ? 'POL' : assetId);
const primaryCategory = (assetId: string): string | undefined =>
  categories.find(({ assets }) => assets.includes(current(assetId)))?.name;

export interface DiversificationScore {
  /** Distinct primary categories over all nine; weights play no part. */
  readonly score: number;
  readonly isDiversified: boolean;
  /** Primary categories that are represented, in table order. */
  readonly represented: readonly string[];
  readonly suggestions: readonly AssetId[];
}

/**
 * How many kinds of assets there are: each asset counts for its primary category alone, and three make a portfolio
 * diversified. Suggested are the first three assets of each missing category for which it is the primary one, so that
 * following a suggestion always raises the score; at most ten, in table order.
 */
export function diversificationScore(held: readonly AssetId[]): DiversificationScore {
  const present = new Set(held.map(primaryCategory));
  const represented = categories.map(({ name }) => name).filter((name) => present.has(name));
  const suggestions = categories
    .filter(({ name }) => !present.has(name))
    .flatMap(({ name, assets }) =>
      assets.filter((assetId) => primaryCategory(assetId) === name).slice(0, suggestionsPerCategory),
    );
  return {
    score: represented.length / categories.length,
    isDiversified: represented.length >= diversifiedFrom,
    represented,
    suggestions: suggestions.slice(0, mostSuggestions) as AssetId[],
  };
}
