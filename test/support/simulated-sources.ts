/** The variables that have every source ask the market simulator. */
export const simulatedSources = (url: string): Record<string, string> =>
  Object.fromEntries(
    ['BINANCE', 'YAHOOFINANCE', 'COINGECKO', 'POLYGON', 'ALPHA_VANTAGE', 'COINMARKETCAP', 'FKS_DATA'].map((name) => [
      `${name}_BASE_URL`,
      url,
    ]),
  );
