/** The sources that the simulator speaks for, by the names that faults, limits and counts know them by. */
export const sources = [
  'binance',
  'yahoofinance',
  'coingecko',
  'polygon',
  'alphavantage',
  'coinmarketcap',
  'fks_data',
] as const;
export type SourceName = (typeof sources)[number];
