import type { RecordedRow, RecordedTable } from '../recorded-table.js';

const asked = (
  file: string,
  outcome: string,
  why: string,
  more: Partial<Pick<RecordedRow, 'asked' | 'symbol' | 'interval' | 'now' | 'from'>> = {},
): RecordedRow => ({
  file: `binance/${file}`,
  asked: 'candles',
  symbol: 'BTCUSDT',
  assetClass: 'crypto',
  outcome,
  why,
  ...more,
});

const quote = { asked: 'quote' } as const;
const mistake = 'a mistake of the question: nothing that asking again would mend (4.4)';
const otherRoute = 'of a route that is never asked for bars: no array of klines';

export const recorded: RecordedTable = {
  folder: 'binance',
  family: 'binance',
  // a full page is followed by the question for the next one
  others: [{ on: '/api/v3/klines', status: 200, body: '[]' }],
  rows: [
    asked(
      'klines-1m-btcusdt-2021-10-22.json',
      '10 bars 2021-10-22T23:03:00Z to 2021-10-22T23:12:00Z, last 60739.85000000',
      'ten minutes, times in ms and prices as texts (4.2)',
      {
        interval: '1m',
      },
    ),
    asked(
      'klines-1m-unknown-usdt-pair-500.json',
      '500 bars 2024-11-16T09:07:00Z to 2024-11-16T17:26:00Z, last 0.75410000',
      'a page of 500 minutes (4.2)',
      { interval: '1m' },
    ),
    asked(
      'klines-1d-btcusdt-2020-page1-1000.json',
      '1000 bars 2020-01-01 to 2022-09-26, last 19227.82000000',
      'a full page of days, the next one is empty (4.2)',
    ),
    asked(
      'klines-1d-btcusdt-2020-page2-1000.json',
      '1000 bars 2022-09-27 to 2025-06-22, last 100963.87000000',
      'the page after it (4.2)',
    ),
    asked(
      'klines-1d-polusdt-from-listing.json',
      '477 bars 2024-09-13 to 2026-01-02, last 0.11330000',
      'POL begins on 2024-09-13, MATIC is not joined (4.5)',
      {
        symbol: 'POLUSDT',
      },
    ),
    asked('klines-empty.json', 'empty', 'nothing in the window (4.2)'),
    asked(
      'ticker-price-btcusdt.json',
      'price 60740.00000000 at 2026-02-01T00:00:00Z',
      'the latest price, as of the answer (4.2)',
      quote,
    ),
    asked('ticker-price-ethbtc.json', 'badAnswer', 'the price of another pair', quote),
    asked(
      'avg-price-btcusdt.json',
      'badAnswer',
      'an average over minutes is no latest price, and names no pair',
      quote,
    ),
    asked('server-time.json', 'badAnswer', otherRoute),
    asked('exchangeinfo-two-symbols-2021.json', 'badAnswer', otherRoute),
    asked('exchangeinfo-full-2020-04.json.gz', 'badAnswer', otherRoute),
    asked('error-400-invalid-symbol.json', 'unknownAsset', 'code -1121 (4.4)'),
    asked('error-400-invalid-symbol.json', 'unknownAsset', 'code -1121 (4.4)', quote),
    asked('error-400-extra-parameter.json', 'badAnswer', mistake),
    asked('error-400-illegal-characters.json', 'badAnswer', mistake),
    asked('error-400-invalid-interval.json', 'badAnswer', mistake),
    asked('error-400-missing-parameter.json', 'badAnswer', mistake),
    asked('error-403-waf.html', 'unavailable', 'a page of the firewall (4.3)'),
    asked(
      'error-418-ip-banned.json',
      'rateLimited',
      'banned; the instant in the text is long past and says nothing (4.3)',
    ),
    asked('error-418-ip-banned.json', 'rateLimited 283228', 'banned for less than five minutes more (4.3)', {
      now: '2022-08-10T00:09:00Z',
    }),
    asked('error-429-too-much-weight.json', 'rateLimited', 'code -1003 (4.4)'),
    asked('error-451-restricted-location.json', 'notOffered', 'not served in this country, code 0 (4.4)'),
  ],
};
