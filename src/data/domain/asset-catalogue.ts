import type { AssetId } from '../../shared/ids.js';
import type { AssetIdentity } from './asset.js';

export type ResolvedAsset =
  | { readonly kind: 'known'; readonly assetId: AssetId }
  | { readonly kind: 'unknown'; readonly message: string; readonly nearest: readonly AssetId[] };

/** The assets that are known, by id and by every spelling of theirs. */
export class AssetCatalogue<T extends AssetIdentity = AssetIdentity> {
  private readonly byId: ReadonlyMap<string, T>;
  private readonly bySpelling: ReadonlyMap<string, T>;

  constructor(readonly assets: readonly T[]) {
    this.byId = new Map(assets.map((one) => [one.id, one]));
    // ids last, so that no venue's spelling can hide one
    this.bySpelling = new Map([
      ...assets.flatMap((one) => spellingsOf(one).map((text): [string, T] => [text.toUpperCase(), one])),
      ...assets.map((one): [string, T] => [one.id, one]),
    ]);
  }

  /** What is known of the asset with this id; undefined for an id that nobody registered. */
  of(id: AssetId): T | undefined {
    return this.byId.get(id);
  }

  /**
   * The asset that a person or a venue means by `text` (`btc`, `BTC-USD`, `BTCUSDT`, the earlier name `MATIC`).
   *
   * Never a guess: a text that is nobody's spelling is unknown, and the answer names the nearest ids.
   */
  resolve(text: string): ResolvedAsset {
    const known = this.bySpelling.get(text.trim().toUpperCase());
    if (known) return { kind: 'known', assetId: known.id };
    const nearest = this.nearest(text);
    return { kind: 'unknown', nearest, message: `is not a known asset; the nearest are ${nearest.join(', ')}` };
  }

  /** The three ids whose spelling, or earlier name, is reached by the fewest edits; in the order of the list when even. */
  private nearest(text: string): AssetId[] {
    const asked = text.trim().toUpperCase().slice(0, 32);
    const names = this.assets.flatMap((one) =>
      [one.id as string, ...one.aliases.map(({ name }) => name)].map((name) => ({ one, name })),
    );
    const ranked = names
      .map(({ one, name }) => ({ id: one.id, distance: editDistance(asked, name) }))
      .sort((a, b) => a.distance - b.distance);
    return [...new Set(ranked.map(({ id }) => id))].slice(0, 3);
  }
}

/**
 * Every text that names the asset. Spellings of venues that are numbers or words of their own (an id of CoinMarketCap, of
 * CoinGecko) name nothing here.
 */
export function spellingsOf({ id, assetClass, venues, aliases }: AssetIdentity): string[] {
  const { coingecko: _id, coinmarketcap: _number, ...spelled } = venues;
  const own = Object.values(spelled);
  const names = [id as string, ...aliases.map(({ name }) => name)];
  if (assetClass !== 'crypto') return [...names, ...own];
  const pairs = names.flatMap((name) => [`${name}/USD`, `${name}USD`, `${name}/USDT`, `${name}-USDT`, `${name}USDT`]);
  // where Yahoo's own spelling carries a number, its plain one names another coin
  const isNumbered = venues.yahoofinance !== undefined && venues.yahoofinance !== `${id}-USD`;
  return [...names, ...pairs, ...(isNumbered ? [] : names.map((name) => `${name}-USD`)), ...own];
}

/** Insertions, deletions and substitutions between two texts (Levenshtein, 1966). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
