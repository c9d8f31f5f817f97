import type { RecordedRow, RecordedTable } from '../recorded-table.js';

const asked = (
  file: string,
  outcome: string,
  why: string,
  more: Partial<Pick<RecordedRow, 'asked' | 'symbol' | 'interval' | 'now'>> = {},
): RecordedRow => ({
  file: `coingecko/${file}`,
  asked: 'candles',
  symbol: 'bitcoin',
  assetClass: 'crypto',
  outcome,
  why,
  ...more,
});

const quote = (file: string, outcome: string, why: string, symbol = 'bitcoin') =>
  asked(file, outcome, why, { asked: 'quote', symbol });

const noTime = 'recorded without include_last_updated_at, which we ask for: a price without its time is none (3.1)';

export const recorded: RecordedTable = {
  folder: 'coingecko',
  family: 'coingecko',
  rows: [
    asked(
      'market-chart-90d-daily-bitcoin-usd.json',
      '90 bars 2021-02-14 to 2021-05-14, last 49913.26314398822',
      'the point at 00:00 UTC is the close of the day before; the last one is the moment of the call and no bar (3.2)',
      { now: '2021-05-15T14:42:27Z' },
    ),
    asked(
      'market-chart-1d-bitcoin-usd.json',
      'badAnswer',
      'points of five minutes instead of days: none stands at midnight (3.2)',
      { now: '2021-05-15T14:42:25Z' },
    ),
    asked(
      'market-chart-1d-bitcoin-usd.json',
      '10 bars 2021-05-14T19:00:00Z to 2021-05-15T12:00:00Z, last 49213.462053977644, 269 refused',
      'only a point within three minutes after the hour is its close; the tail that runs backwards is of the running hour (3.2)',
      { interval: '1h', now: '2021-05-15T14:42:25Z' },
    ),
    asked('ohlc-7d-bitcoin-usd.json', 'badAnswer', 'another route: an array of candles is no chart (3.2)', {
      now: '2021-05-15T15:34:27Z',
    }),
    asked('coin-history-bitcoin-2017-12-30.json', 'badAnswer', 'another route: one coin is no chart (3.2)'),
    asked('coins-list.json.gz', 'badAnswer', 'another route: the list of coins is no chart (3.1)'),
    asked('coins-markets-bitcoin-usd.json', 'badAnswer', 'another route: an array of coins is no chart (3.2)'),
    quote('coins-markets-bitcoin-usd.json', 'badAnswer', 'another route: prices come in an object by coin (3.2)'),
    quote('simple-price-bitcoin-usd.json', 'badAnswer', noTime),
    quote('simple-price-ethereum-with-volume.json', 'badAnswer', noTime, 'ethereum'),
    quote('simple-price-ethereum-with-marketcap.json', 'badAnswer', noTime, 'ethereum'),
    quote('simple-price-space-in-ids-drops-coin.json', 'badAnswer', noTime),
    quote(
      'simple-price-space-in-ids-drops-coin.json',
      'unknownAsset',
      'keys are the ids that were found, and this one is missing (3.2, 3.4)',
      'ethereum',
    ),
    quote('simple-price-bitcoin-eth.json', 'notOffered', 'found, but without a price in the asked currency (3.3)'),
    quote('simple-price-unknown-vs-currency.json', 'notOffered', 'found, but without a price in any currency (3.3)'),
    asked('error-404-coin-not-found.json', 'unknownAsset', 'its own words with 404: unknown symbol (3.3, 9)'),
    asked('error-422-missing-vs-currency.json', 'badAnswer', 'bad request: a mistake of ours (3.3, 9)'),
    quote('error-422-missing-ids.json', 'badAnswer', 'bad request: a mistake of ours (3.3, 9)'),
    asked('error-429-rate-limit.json', 'rateLimited 119000', 'throttled: after Retry-After (3.3, 9)'),
    quote('error-429-cloudflare-1015.txt', 'rateLimited 60000', 'throttled at the CDN: a minute (3.3, 9)'),
    asked('error-401-history-older-than-365-days.json', 'notOffered', '10012 is a limit of the plan (3.3, 9)'),
    asked(
      'error-400-demo-key-on-pro-host.json',
      'missingKey',
      '10011: the key that this host needs is missing (3.3, 9)',
    ),
    asked(
      'error-500-ohlc-without-days.json',
      'unavailable',
      'server: status 500, here as a number in the body (3.3, 9)',
    ),
  ],
};
