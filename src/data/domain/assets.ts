import type { AssetId } from '../../shared/ids.js';

export type AssetClass = 'crypto' | 'stock' | 'etf' | 'cash';

/** What is known of an asset without asking anybody. */
export interface Asset {
  readonly id: AssetId;
  readonly assetClass: AssetClass;
  readonly name: string;
  /** How each venue spells it; a venue without an entry does not have it, or its spelling is not known for certain. */
  readonly venues: { readonly binance?: string; readonly yahoofinance?: string };
  /** Earlier names, with the UTC date from which the id is in use; the histories are not joined. */
  readonly aliases: readonly { readonly name: string; readonly until: string }[];
}

const asset = (
  id: string,
  assetClass: AssetClass,
  name: string,
  venues: Asset['venues'],
  aliases: Asset['aliases'] = [],
): Asset => ({ id: id as AssetId, assetClass, name, venues, aliases });

/** A coin that both venues spell in their usual way. */
const coin = (id: string, name: string) =>
  asset(id, 'crypto', name, { binance: `${id}USDT`, yahoofinance: `${id}-USD` });
const stock = (id: string, name: string) => asset(id, 'stock', name, { yahoofinance: id });
const etf = (id: string, name: string) => asset(id, 'etf', name, { yahoofinance: id });

/** Every asset that can be held, in the order in which lists show them. */
export const assets: readonly Asset[] = [
  coin('BTC', 'Bitcoin'),
  coin('ETH', 'Ethereum'),
  coin('SOL', 'Solana'),
  coin('BNB', 'BNB'),
  coin('XRP', 'XRP'),
  coin('ADA', 'Cardano'),
  coin('AVAX', 'Avalanche'),
  coin('DOGE', 'Dogecoin'),
  coin('DOT', 'Polkadot'),
  coin('LINK', 'Chainlink'),
  coin('LTC', 'Litecoin'),
  coin('BCH', 'Bitcoin Cash'),
  coin('TRX', 'Tron'),
  coin('ATOM', 'Cosmos'),
  coin('ALGO', 'Algorand'),
  coin('SHIB', 'Shiba Inu'),
  coin('XLM', 'Stellar'),
  coin('XMR', 'Monero'),
  coin('XEM', 'NEM'),
  coin('PAXG', 'PAX Gold'),
  // Yahoo numbers the newer coins: its UNI-USD is another coin
  asset('UNI', 'crypto', 'Uniswap', { binance: 'UNIUSDT', yahoofinance: 'UNI7083-USD' }),
  asset('APT', 'crypto', 'Aptos', { binance: 'APTUSDT', yahoofinance: 'APT21794-USD' }),
  asset('SUI', 'crypto', 'Sui', { binance: 'SUIUSDT' }),
  asset('POL', 'crypto', 'Polygon', { binance: 'POLUSDT' }, [{ name: 'MATIC', until: '2024-09-13' }]),
  asset('USDT', 'crypto', 'Tether', { yahoofinance: 'USDT-USD' }),

  etf('SPY', 'SPDR S&P 500'),
  etf('QQQ', 'Invesco QQQ'),
  etf('GLD', 'SPDR Gold Shares'),
  etf('IWM', 'iShares Russell 2000'),
  etf('EFA', 'iShares MSCI EAFE'),
  etf('TLT', 'iShares 20+ Year Treasury'),
  etf('VNQ', 'Vanguard Real Estate'),
  etf('XLE', 'Energy Select Sector SPDR'),
  etf('XLF', 'Financial Select Sector SPDR'),
  etf('XLK', 'Technology Select Sector SPDR'),
  etf('VTI', 'Vanguard Total Stock Market'),
  etf('VOO', 'Vanguard S&P 500'),
  etf('AGG', 'iShares Core US Aggregate Bond'),
  etf('EEM', 'iShares MSCI Emerging Markets'),
  etf('SLV', 'iShares Silver'),
  etf('USO', 'United States Oil'),
  etf('DIA', 'SPDR Dow Jones Industrial Average'),

  stock('AAPL', 'Apple'),
  stock('MSFT', 'Microsoft'),
  stock('GOOGL', 'Alphabet A'),
  stock('GOOG', 'Alphabet C'),
  stock('AMZN', 'Amazon'),
  stock('NVDA', 'NVIDIA'),
  stock('TSLA', 'Tesla'),
  asset('META', 'stock', 'Meta Platforms', { yahoofinance: 'META' }, [{ name: 'FB', until: '2022-06-09' }]),
  stock('NFLX', 'Netflix'),
  stock('AMD', 'Advanced Micro Devices'),
  stock('AIG', 'American International Group'),
  stock('BAC', 'Bank of America'),
  stock('DIS', 'Walt Disney'),
  stock('GE', 'GE Aerospace'),
  stock('GM', 'General Motors'),
  stock('IBM', 'IBM'),
  stock('INTC', 'Intel'),
  stock('JPM', 'JPMorgan Chase'),
  stock('KO', 'Coca-Cola'),
  stock('MA', 'Mastercard'),
  stock('ORCL', 'Oracle'),
  stock('PFE', 'Pfizer'),
  stock('V', 'Visa'),
  stock('WM', 'Waste Management'),
  stock('WMT', 'Walmart'),
  stock('XOM', 'Exxon Mobil'),
  asset('BRK-B', 'stock', 'Berkshire Hathaway B', { yahoofinance: 'BRK-B' }, []),

  // cash is worth 1 by definition: no venue prices it, and Yahoo's ticker USD is a fund
  asset('USD', 'cash', 'US dollar', {}),
];

const byId: ReadonlyMap<AssetId, Asset> = new Map(assets.map((one) => [one.id, one]));

/** Asset of each upper-case spelling; ids first, so that no venue's spelling can hide one. */
const bySpelling: ReadonlyMap<string, Asset> = new Map([
  ...assets.flatMap((one) => spellingsOf(one).map((text): [string, Asset] => [text, one])),
  ...assets.map((one): [string, Asset] => [one.id, one]),
]);

function spellingsOf({ id, assetClass, venues, aliases }: Asset): string[] {
  const names = [id as string, ...aliases.map(({ name }) => name)];
  if (assetClass !== 'crypto') return [...names, ...Object.values(venues)];
  const pairs = names.flatMap((name) => [`${name}/USD`, `${name}USD`, `${name}/USDT`, `${name}-USDT`, `${name}USDT`]);
  // where Yahoo's own spelling carries a number, its plain one names another coin
  const isNumbered = venues.yahoofinance !== undefined && venues.yahoofinance !== `${id}-USD`;
  return [...names, ...pairs, ...(isNumbered ? [] : names.map((name) => `${name}-USD`)), ...Object.values(venues)];
}

export type ResolvedAsset =
  | { readonly kind: 'known'; readonly assetId: AssetId }
  | { readonly kind: 'unknown'; readonly message: string; readonly nearest: readonly AssetId[] };

/**
 * The asset that a person or a venue means by `text` (`btc`, `BTC-USD`, `BTCUSDT`, the earlier name `MATIC`).
 *
 * Never a guess: a text that is nobody's spelling is unknown, and the answer names the nearest ids.
 */
export function resolveAsset(text: string): ResolvedAsset {
  const known = bySpelling.get(text.trim().toUpperCase());
  if (known) return { kind: 'known', assetId: known.id };
  const nearest = nearestAssets(text);
  return { kind: 'unknown', nearest, message: `is not a known asset; the nearest are ${nearest.join(', ')}` };
}

/** What is known of the asset with this id; undefined for an id that nobody registered. */
export const assetOf = (id: AssetId): Asset | undefined => byId.get(id);

/** Cash is worth 1 of itself by definition: no source is asked for its price. */
export const isCash = (id: AssetId): boolean => assetOf(id)?.assetClass === 'cash';

/** The three ids whose spelling, or earlier name, is reached by the fewest edits; in the order of the list when even. */
function nearestAssets(text: string): AssetId[] {
  const asked = text.trim().toUpperCase().slice(0, 32);
  const names = assets.flatMap((one) =>
    [one.id as string, ...one.aliases.map(({ name }) => name)].map((name) => ({ one, name })),
  );
  const ranked = names
    .map(({ one, name }) => ({ id: one.id, distance: editDistance(asked, name) }))
    .sort((a, b) => a.distance - b.distance);
  return [...new Set(ranked.map(({ id }) => id))].slice(0, 3);
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
