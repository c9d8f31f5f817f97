import type { RecordedRow, RecordedTable } from '../recorded-table.js';

const aapl = (file: string, outcome: string, why: string): RecordedRow => ({
  file: `polygon/${file}`,
  asked: 'candles',
  symbol: 'AAPL',
  assetClass: 'stock',
  outcome,
  why,
});
const btc = (file: string, outcome: string, why: string): RecordedRow => ({
  ...aapl(file, outcome, why),
  symbol: 'X:BTCUSD',
  assetClass: 'crypto',
});
const quote = (row: RecordedRow): RecordedRow => ({ ...row, asked: 'quote' });

/** Of routes that are never called: their bodies are no page of bars. */
const otherRoute = (file: string, route: string) => aapl(file, 'badAnswer', `5.1: ${route} is not asked for bars`);

export const recorded: RecordedTable = {
  folder: 'polygon',
  family: 'polygon',
  environment: { POLYGON_API_KEY: 'a-key', POLYGON_HISTORY_DAYS: '10000' },
  others: [
    { on: '/v3/reference/splits', status: 200, body: '{"results":[],"status":"OK"}' },
    { on: 'cursor=', status: 200, body: '{"ticker":"AAPL","results":[],"status":"OK"}' },
  ],
  rows: [
    aapl('aggs-1d-aapl-2023-01.json', '6 bars 2023-01-03 to 2023-01-10, last 130.73', '5.2: t is midnight in New York'),
    aapl(
      'aggs-1d-aapl-2005.json',
      '2 bars 2005-04-01 to 2005-04-04, last 1.4675',
      '5.2: 05:00 UTC in winter, 04:00 in summer',
    ),
    aapl(
      'aggs-1d-aapl-with-next-url.json',
      '2 bars 2020-01-02 to 2020-01-03, last 74.3575',
      '5.2: the next page is asked for with the key in the header; here it has no bar',
    ),
    btc(
      'aggs-1d-x-btcusd-2023-01-asc.json',
      '10 bars 2023-01-01 to 2023-01-10, last 17443.46',
      "5.2: a coin's day begins at 00:00 UTC",
    ),
    {
      ...aapl(
        'aggs-1d-i-ndx-no-resultscount.json',
        '54 bars 2023-02-22 to 2023-05-10, last 13347.82747307838',
        '5.2: an index is stamped with midnight in Chicago and has no volume',
      ),
      symbol: 'I:NDX',
    },
    {
      ...aapl(
        'aggs-1d-ibm-status-delayed.json',
        '1 bars 2025-06-12 to 2025-06-12, last 281.03',
        '5.3: DELAYED succeeds; 5.2: the array counts',
      ),
      symbol: 'IBM',
    },
    aapl('aggs-empty-results-null.json', 'empty', '5.2: results is null when there are none'),
    btc('aggs-empty-no-results-key.json', 'empty', '5.2: results is missing when there are none'),
    aapl('error-401-no-key.json', 'missingKey', '5.3: 401 is the key'),
    aapl('error-401-unknown-key.json', 'missingKey', '5.3: 401 is the key'),
    aapl('error-403-not-authorized-timeframe.json', 'notOffered', '5.3: 403 NOT_AUTHORIZED is the plan'),
    aapl('error-429-rate-limit.json', 'rateLimited 60000', '5.3: the next minute'),
    quote(
      aapl(
        'prev-close-aapl.json',
        'price 156.8 at 2022-04-26T20:00:00Z',
        "5.2: of the day before t is the session's end",
      ),
    ),
    quote(
      btc(
        'last-crypto-btc-usd.json',
        'price 39976.89682331 at 2022-04-28T21:13:29.688Z',
        '5.2: milliseconds, status "success"',
      ),
    ),
    otherRoute('last-trade-aapl.json', 'the last trade, which the free plan does not have,'),
    otherRoute('snapshot-stock-aapl.json', 'the snapshot, which the free plan does not have,'),
    btc('snapshot-crypto-x-btcusd.json', 'badAnswer', '5.1: the snapshot is not asked for bars'),
    otherRoute('open-close-aapl.json', 'the open and close of a day'),
    otherRoute('reference-tickers-page1.json', 'the list of tickers'),
    otherRoute('ticker-events-meta.json', 'the list of renamings'),
    otherRoute('reference-splits.json', 'the list of splits, which polygon.source.spec.ts reads,'),
  ],
};
