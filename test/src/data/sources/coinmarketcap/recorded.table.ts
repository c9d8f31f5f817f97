import type { RecordedRow, RecordedTable } from '../recorded-table.js';

const asked = (
  file: string,
  outcome: string,
  why: string,
  more: Partial<Pick<RecordedRow, 'asked' | 'symbol' | 'interval'>> = {},
): RecordedRow => ({
  file: `coinmarketcap/${file}`,
  asked: 'candles',
  symbol: '1',
  assetClass: 'crypto',
  outcome,
  why,
  ...more,
});

const quote = (file: string, outcome: string, why: string, symbol = '1') =>
  asked(file, outcome, why, { asked: 'quote', symbol });

const australian = 'bars in Australian dollars, where US dollars were asked for (7.2)';
const ofId = 'the coin is told by its id, in whichever shape it comes (7.2)';

export const recorded: RecordedTable = {
  folder: 'coinmarketcap',
  family: 'coinmarketcap',
  // everything since 2010 takes 59 pages
  environment: { COINMARKETCAP_API_KEY: 'a-key', COINMARKETCAP_REQUESTS_PER_MINUTE: '60' },
  // it is asked for page by page, until one is empty
  others: [
    {
      on: '/ohlcv/historical',
      status: 200,
      body: '{"status":{"error_code":0},"data":[{"id":1,"quotes":[]},{"id":1027,"quotes":[]}]}',
    },
  ],
  rows: [
    asked(
      'ohlcv-historical-v2-btc-2020-2021-flat.json',
      '547 bars 2020-01-01 to 2021-06-30, last 35040.83724889',
      'data is the coin; the bar is of the date of time_open, high and low have no time (7.2)',
    ),
    asked(
      'ohlcv-historical-v2-eth-2021q1-keyed-by-id.json',
      '90 bars 2021-01-01 to 2021-03-31, last 1918.36206064',
      `data by id: ${ofId}`,
      { symbol: '1027' },
    ),
    asked(
      'ohlcv-historical-v2-btc-2021-01-keyed-by-symbol-array.json',
      '31 bars 2021-01-01 to 2021-01-31, last 33114.35774753',
      `data by symbol, of arrays: ${ofId}`,
    ),
    asked(
      'ohlcv-historical-doc-example.json',
      '2 bars 2019-01-02 to 2019-01-03, last 3836.74131867',
      'time_high of the second bar is of the day before, and is not read (7.2)',
    ),
    asked(
      'ohlcv-historical-doc-example.json',
      'badAnswer',
      'days are no hours: the close does not lie in the hour of the open (7.2)',
      { interval: '1h' },
    ),
    asked('ohlcv-historical-btc-aud-2021-01.json', 'badAnswer', australian),
    asked('ohlcv-historical-id1-convert-id-2021-01.json', 'badAnswer', `${australian}, named by the id 2782`),
    asked('ohlcv-historical-btc-aud-first-bar-null-open.json', 'badAnswer', australian),
    asked(
      'quotes-historical-eth-btc-5m.json',
      'badAnswer',
      'another route: points without a coin are no history (7.1)',
    ),
    asked('cryptocurrency-map-partial.json', 'badAnswer', 'another route: the list of ids has no bars (7.1)'),
    quote('cryptocurrency-map-partial.json', 'badAnswer', 'another route: the list of ids has no prices (7.1)'),
    quote('quotes-latest-v2-by-id.json', 'price 21864.74930690019 at 2022-06-16T07:18:00Z', `data by id: ${ofId}`),
    quote(
      'quotes-latest-v2-by-symbol.json',
      'price 21871.88352845583 at 2022-06-16T07:10:00Z',
      `data by symbol, of arrays: ${ofId}`,
    ),
    quote(
      'quotes-latest-by-ids-2019.json',
      'price 3475.55287338 at 2019-02-04T08:22:25Z',
      'of many coins the asked one, with the time at which the price was true (7.2)',
    ),
    quote('quotes-latest-by-ids-2019.json', 'badAnswer', 'of many coins none is the asked one (7.2)', '21794'),
    quote('listings-latest-2019.json', 'price 3453.70296808 at 2019-02-08T12:28:26Z', `data is an array: ${ofId}`),
    quote(
      'quotes-latest-v2-symbol-shared-by-two-coins.json',
      'price 18.5 at 2023-07-13T19:18:00Z',
      `the second of two coins with one symbol: ${ofId}`,
      '1321',
    ),
    quote('quotes-latest-v2-symbol-shared-by-two-coins.json', 'empty', 'a dead coin has no price: null (7.2)', '646'),
    asked('error-401-key-missing.json', 'missingKey', '1002: key (7.3, 9)'),
    asked('error-401-key-invalid.json', 'missingKey', '1001: key, refused; the variable has to be set right (7.3, 9)'),
    asked('error-403-plan.json', 'notOffered', '1006: plan (7.3, 9)'),
    asked('error-400-id-not-allowed.json', 'badAnswer', '400: bad request, a mistake of ours (7.3, 9)'),
    asked('error-400-invalid-convert.json', 'badAnswer', '400: bad request, a mistake of ours (7.3, 9)'),
    asked('error-400-no-items-found.json', 'unknownAsset', '400 with the words of an unknown id (7.3, 9)'),
    quote(
      'error-200-with-error-code.json',
      'unknownAsset',
      'its code counts, not status 200: 400, unknown symbol (7.3, 9)',
    ),
    asked('error-429-per-minute.json', 'rateLimited 60000', '1008: throttled, short; after 60 s (7.3, 9)'),
    asked(
      'error-429-monthly-credits.json',
      'rateLimited 2419200000',
      '1010: quota, long; not before the next month begins (7.3, 9)',
    ),
  ],
};
