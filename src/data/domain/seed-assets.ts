import type { AssetId } from '../../shared/ids.js';
import type { Asset, AssetIdentity, AssetSettings } from './asset.js';

type Venues = AssetIdentity['venues'];

const asset = (
  id: string,
  assetClass: AssetIdentity['assetClass'],
  name: string,
  venues: Venues,
  aliases: AssetIdentity['aliases'] = [],
): AssetIdentity => ({ id: id as AssetId, assetClass, name, venues, aliases });

/** A pair with Tether: spot at Binance, the perpetual of the same name behind fks_data. */
const pair = (id: string) => ({ binance: `${id}USDT`, fks_data: `${id}USDT` });

/** A coin that the venues spell in their usual way; CoinGecko's and CoinMarketCap's ids are fixed, symbols are not unique. */
const coin = (id: string, name: string, coingecko: string, coinmarketcap: number, more: Venues = {}) =>
  asset(id, 'crypto', name, {
    ...pair(id),
    coingecko,
    coinmarketcap: String(coinmarketcap),
    yahoofinance: `${id}-USD`,
    alphavantage: id,
    ...more,
  });
const listed = (id: string): Venues => ({ yahoofinance: id, polygon: id, alphavantage: id });
const stock = (id: string, name: string) => asset(id, 'stock', name, listed(id));
const etf = (id: string, name: string) => asset(id, 'etf', name, listed(id));
const polygonPair = (id: string): Venues => ({ polygon: `X:${id}USD` });

/** The assets that a new database begins with, in the order in which lists show them. */
const identities: readonly AssetIdentity[] = [
  coin('BTC', 'Bitcoin', 'bitcoin', 1, polygonPair('BTC')),
  coin('ETH', 'Ethereum', 'ethereum', 1027, polygonPair('ETH')),
  coin('SOL', 'Solana', 'solana', 5426, polygonPair('SOL')),
  coin('BNB', 'BNB', 'binancecoin', 1839),
  coin('XRP', 'XRP', 'ripple', 52, polygonPair('XRP')),
  coin('ADA', 'Cardano', 'cardano', 2010, polygonPair('ADA')),
  coin('AVAX', 'Avalanche', 'avalanche-2', 5805),
  coin('DOGE', 'Dogecoin', 'dogecoin', 74, polygonPair('DOGE')),
  coin('DOT', 'Polkadot', 'polkadot', 6636),
  coin('LINK', 'Chainlink', 'chainlink', 1975),
  coin('LTC', 'Litecoin', 'litecoin', 2, polygonPair('LTC')),
  coin('BCH', 'Bitcoin Cash', 'bitcoin-cash', 1831),
  coin('TRX', 'Tron', 'tron', 1958),
  coin('ATOM', 'Cosmos', 'cosmos', 3794),
  coin('ALGO', 'Algorand', 'algorand', 4030),
  // its perpetual is made for a thousand coins, under another name
  asset('SHIB', 'crypto', 'Shiba Inu', {
    binance: 'SHIBUSDT',
    coingecko: 'shiba-inu',
    coinmarketcap: '5994',
    yahoofinance: 'SHIB-USD',
    alphavantage: 'SHIB',
  }),
  coin('XLM', 'Stellar', 'stellar', 512),
  coin('XMR', 'Monero', 'monero', 328),
  coin('XEM', 'NEM', 'nem', 873),
  coin('PAXG', 'PAX Gold', 'pax-gold', 4705),
  // Yahoo numbers the newer coins by CoinMarketCap's id: its UNI-USD is another coin
  coin('UNI', 'Uniswap', 'uniswap', 7083, { yahoofinance: 'UNI7083-USD' }),
  coin('APT', 'Aptos', 'aptos', 21794, { yahoofinance: 'APT21794-USD' }),
  coin('SUI', 'Sui', 'sui', 20947, { yahoofinance: 'SUI20947-USD' }),
  asset(
    'POL',
    'crypto',
    'Polygon',
    { ...pair('POL'), coingecko: 'polygon-ecosystem-token', coinmarketcap: '28321', alphavantage: 'POL' },
    [{ name: 'MATIC', until: '2024-09-13' }],
  ),
  // it is what the pairs are quoted in, so no pair prices it
  asset('USDT', 'crypto', 'Tether', {
    coingecko: 'tether',
    coinmarketcap: '825',
    yahoofinance: 'USDT-USD',
    ...polygonPair('USDT'),
    alphavantage: 'USDT',
  }),

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
  asset('META', 'stock', 'Meta Platforms', listed('META'), [{ name: 'FB', until: '2022-06-09' }]),
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
  asset('BRK-B', 'stock', 'Berkshire Hathaway B', { yahoofinance: 'BRK-B', polygon: 'BRK.B' }),

  // prices are told in it: no venue prices it, and Yahoo's ticker USD is a fund
  asset('USD', 'cash', 'US dollar', {}),
  asset('EUR', 'cash', 'Euro', { yahoofinance: 'EURUSD=X' }),
  asset('GBP', 'cash', 'Pound sterling', { yahoofinance: 'GBPUSD=X' }),
];

const defaultOrder: Readonly<Record<AssetIdentity['assetClass'], readonly string[]>> = {
  crypto: ['binance', 'coingecko', 'yahoofinance', 'coinmarketcap'],
  stock: ['yahoofinance', 'polygon', 'alphavantage'],
  etf: ['yahoofinance', 'polygon', 'alphavantage'],
  cash: [],
};

const enabled = (priority: number, ...sourceOrder: string[]) => ({ enabled: true, priority, sourceOrder });

/** What is collected from the first day on; everything else waits until somebody enables it. */
const settings: Readonly<Record<string, Pick<AssetSettings, 'enabled' | 'priority' | 'sourceOrder'>>> = {
  BTC: enabled(1, 'binance', 'coingecko', 'coinmarketcap'),
  ETH: enabled(1, 'binance', 'coingecko', 'coinmarketcap'),
  SPY: enabled(1, 'yahoofinance', 'polygon', 'alphavantage'),
  SOL: enabled(2, 'binance', 'coingecko'),
  BNB: enabled(2, 'binance', 'coingecko'),
  QQQ: enabled(2, 'yahoofinance', 'polygon'),
  ADA: enabled(3, 'binance', 'coingecko'),
  AVAX: enabled(3, 'binance', 'coingecko'),
  POL: enabled(3, 'binance', 'coingecko'),
};

export const defaultSettings = (assetClass: AssetIdentity['assetClass']): AssetSettings => ({
  enabled: false,
  priority: 3,
  intervals: ['1d'],
  sourceOrder: defaultOrder[assetClass],
});

export const seedAssets: readonly Asset[] = identities.map((one) => ({
  ...one,
  ...defaultSettings(one.assetClass),
  ...settings[one.id],
}));

const cash: ReadonlySet<string> = new Set(identities.filter((one) => one.assetClass === 'cash').map(({ id }) => id));

/** Money of some currency: no source is asked for its price. Nobody can add cash to the registry. */
export const isCash = (id: AssetId): boolean => cash.has(id);

/** Prices are in it, so it is worth 1 by definition; other cash is worth what a stored series of it in dollars says. */
export const isDollar = (id: AssetId): boolean => id === 'USD';
