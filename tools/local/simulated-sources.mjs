// Every source's settings when the market simulator stands in for all of them.
const families = ['binance', 'coingecko', 'yahoofinance', 'polygon', 'alphavantage', 'coinmarketcap', 'fks_data'];
/** Any key will do. */
const key = 'simulated';
/** As on a plan that somebody pays for: those that cost nothing are used up by a few runs of the demo. */
const polygonPerMinute = 100;
const alphaVantagePerDay = 500;

/** What the simulator allows: exactly what the services take for allowed. */
export const simulatedLimits = { polygon: { minute: polygonPerMinute }, alphavantage: { day: alphaVantagePerDay } };

/** @param {string} url Where the simulator listens. */
export const simulatedSources = (url) => ({
  FKS_PRICES: '',
  FKS_SOURCES: families.join(','),
  BINANCE_BASE_URL: url,
  COINGECKO_BASE_URL: url,
  COINGECKO_API_KEY: key,
  YAHOOFINANCE_BASE_URL: url,
  POLYGON_BASE_URL: url,
  POLYGON_API_KEY: key,
  POLYGON_REQUESTS_PER_MINUTE: String(polygonPerMinute),
  ALPHA_VANTAGE_BASE_URL: url,
  ALPHA_VANTAGE_API_KEY: key,
  ALPHA_VANTAGE_REQUESTS_PER_DAY: String(alphaVantagePerDay),
  COINMARKETCAP_BASE_URL: url,
  COINMARKETCAP_API_KEY: key,
  FKS_DATA_BASE_URL: url,
});
