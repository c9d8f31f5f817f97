import type { RecordedRow, RecordedTable } from '../recorded-table.js';

const ibm = (file: string, outcome: string, why: string): RecordedRow => ({
  file: `alphavantage/${file}`,
  asked: 'candles',
  symbol: 'IBM',
  assetClass: 'stock',
  outcome,
  why,
});
const btc = (file: string, outcome: string, why: string): RecordedRow => ({
  ...ibm(file, outcome, why),
  symbol: 'BTC',
  assetClass: 'crypto',
});
const quote = (row: RecordedRow): RecordedRow => ({ ...row, asked: 'quote' });

export const recorded: RecordedTable = {
  folder: 'alphavantage',
  family: 'alphavantage',
  environment: { ALPHA_VANTAGE_API_KEY: 'a-key' },
  others: [{ on: 'outputsize=compact', status: 200, body: '{"Information":"This is a premium endpoint"}' }],
  rows: [
    ibm('daily-ibm-2024.json', '6 bars 2024-08-28 to 2024-09-05, last 202.5750', '6.2: newest first, all texts'),
    {
      ...ibm(
        'daily-aapl-after-split-2020.json',
        '5 bars 2020-08-31 to 2020-09-04, last 120.9600',
        '6.2: raw, as traded',
      ),
      symbol: 'AAPL',
    },
    ibm(
      'daily-ibm-2020-running-session.json',
      '1 bars 2020-05-07 to 2020-05-07, last 121.2300',
      '6.2: the first bar is the running session',
    ),
    ibm(
      'daily-ibm-2021-no-volume.json',
      '7 bars 2020-12-31 to 2021-01-11, last 128.58',
      '6.2: the volume may be missing',
    ),
    btc(
      'digital-currency-daily-btc-aud-2021.json',
      'badAnswer',
      '6.2: prices in the asked market, and dollars are asked for',
    ),
    btc(
      'digital-currency-daily-btc-eur-2025.json',
      'badAnswer',
      '6.2: prices in the asked market, and dollars are asked for',
    ),
    btc(
      'digital-currency-daily-btc-cny-old-keys.json',
      '1 bars 2017-11-08 to 2017-11-08, last 7636.33185031',
      "6.2: the old keys have a column of dollars beside the market's",
    ),
    btc('digital-currency-intraday-btc-cny-2017.json.gz', 'badAnswer', '6.2: the daily series is not there'),
    { ...ibm('intraday-1min-msft-2017.json', 'badAnswer', '6.2: the daily series is not there'), symbol: 'MSFT' },
    ibm('symbol-search.json', 'badAnswer', '6.1: the search is not asked for bars'),
    quote({
      ...ibm(
        'global-quote-msft.json',
        'price 112.1300 at 2018-10-05T20:00:00Z',
        '6.2: dated by its trading day, so the close of that session',
      ),
      symbol: 'MSFT',
    }),
    quote(ibm('global-quote-empty-unknown-symbol.json', 'unknownAsset', '6.3: an empty quote is an unknown symbol')),
    quote(btc('currency-exchange-rate-btc-cny.json', 'badAnswer', '6.2: a rate of yuan, and dollars are asked for')),
    quote({
      ...btc('currency-exchange-rate-no-bid-ask.json', 'badAnswer', '6.2: a rate of yen, and dollars are asked for'),
      symbol: 'USD',
    }),
    ibm('empty-object.json', 'unknownAsset', '6.3: nothing known, treated as unknown'),
    ibm('error-message-invalid-call.json', 'unknownAsset', '6.3: an unknown symbol and a bad call are one sentence'),
    ibm('error-message-invalid-api-key.json', 'missingKey', '6.3: the key'),
    ibm('error-information-daily-limit.json', 'rateLimited 86400000', '6.3: the daily quota; the next day'),
    ibm('error-information-premium-endpoint.json', 'notOffered', '6.3: the plan'),
    ibm('error-note-5-per-minute.json', 'rateLimited 60000', '6.3: the old sentence; the next minute'),
    ibm('error-503-html.html', 'unavailable', '6.3: trouble of the host'),
  ],
};
