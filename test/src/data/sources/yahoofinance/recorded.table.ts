import type { RecordedRow, RecordedTable } from '../recorded-table.js';

const asked = (
  file: string,
  symbol: string,
  outcome: string,
  why: string,
  more: Partial<Pick<RecordedRow, 'asked' | 'assetClass' | 'interval' | 'now' | 'from'>> = {},
): RecordedRow => ({
  file: `yahoo/${file}`,
  asked: 'candles',
  symbol,
  assetClass: 'stock',
  outcome,
  why,
  ...more,
});

const coin = { assetClass: 'crypto' } as const;
const quote = { asked: 'quote' } as const;
const crumbless =
  'of a route that wants a crumb, under "finance": never asked for, and no answer to our question (2.3)';

export const recorded: RecordedTable = {
  folder: 'yahoo',
  family: 'yahoofinance',
  rows: [
    asked(
      'chart-1d-aapl-2020-01.json',
      'AAPL',
      '1 bars 2020-01-02 to 2020-01-02, last 75.0875',
      'the 1st is a holiday; close, not adjclose (2.2)',
    ),
    asked(
      'chart-1d-aapl-2020-01.json',
      'AAPL',
      'price 244.87 at 2025-02-19T21:00:01Z',
      'the latest price of the meta block, with its time (2.1)',
      quote,
    ),
    asked(
      'chart-1d-aapl-split-and-dividend-2020.json',
      'AAPL',
      '49 bars 2020-08-31 to 2020-11-06, last 118.69, 2 action(s)',
      'a split and a dividend of the window (2.2)',
    ),
    asked(
      'chart-1d-btc-usd-2020-01.json',
      'BTC-USD',
      '3 bars 2020-01-01 to 2020-01-03, last 7344.8843',
      'three bars for two days, at 00:00 UTC (2.1)',
      coin,
    ),
    asked('chart-1d-btc-usd-open-bar.json', 'BTC-USD', 'empty', 'the only bar is the running one (2.2)', coin),
    asked(
      'chart-1d-btc-usd-open-bar.json',
      'BTC-USD',
      'price 95219.02 at 2025-02-19T05:02:00Z',
      'the running bar is the quote (2.1)',
      {
        ...coin,
        ...quote,
      },
    ),
    asked(
      'chart-1d-tsla-2010-2023.json',
      'TSLA',
      '3303 bars 2010-06-29 to 2023-08-11, last 242.65',
      'since the listing in one body (2.1)',
    ),
    asked(
      'chart-1d-tsla-2021-01.json',
      'TSLA',
      '5 bars 2021-01-04 to 2021-01-08, last 293.34',
      'five sessions, split-adjusted (2.2)',
    ),
    asked(
      'chart-1d-msft-dividends-1y.json',
      'MSFT',
      '252 bars 2021-02-01 to 2022-01-28, last 308.26, 4 action(s)',
      'a year with four dividends (2.2)',
    ),
    asked(
      'chart-1d-nvda-split-1y.json',
      'NVDA',
      '252 bars 2021-02-01 to 2022-01-28, last 22.84, 1 action(s)',
      'a year over a split of 4:1 (2.2)',
    ),
    asked(
      'chart-1d-gold-future.json',
      'GC=F',
      '1 bars 2020-01-02 to 2020-01-02, last 1524.5',
      'a future in USD, dated by the clock of New York (2.2)',
    ),
    asked(
      'chart-1d-mutual-fund.json',
      '0P000071W8.TO',
      'notOffered',
      'a fund in another currency is not offered (2.2)',
    ),
    asked(
      'chart-1d-eurusd-fx.json',
      'EURUSD=X',
      '3 bars 2020-01-01 to 2020-01-03, last 1.1171438',
      'a pair with the dollar, dated by the clock of London (2.2)',
    ),
    asked('chart-1d-aps-ax-no-timestamp.json', 'APS.AX', 'empty', 'meta only, without a stamp (2.3)'),
    asked('chart-1d-capio-st-delisted-nodata.json', 'CAPIO.ST', 'empty', 'a dead listing with status 200 (2.3)'),
    asked('chart-1m-aapl-weekend-empty.json', 'AAPL', 'empty', 'a weekend has no minutes (2.3)', {
      interval: '1m',
      now: '2025-02-02T00:00:00Z',
    }),
    asked(
      'chart-1m-aapl-2024-10-02.json',
      'AAPL',
      '389 bars 2024-10-02T13:30:00Z to 2024-10-02T19:59:00Z, last 226.81',
      'one minute without a trade, and the live price at the end (2.2)',
      {
        interval: '1m',
        now: '2024-10-03T23:00:00Z',
      },
    ),
    asked('chart-1m-aapl-2024-10-02.json', 'AAPL', 'badAnswer', 'minutes where days were asked for'),
    asked('chart-1d-adh-null-currency.json', 'ADH', 'badAnswer', 'a price without a currency is none (2.2)'),
    asked('chart-1d-ocdo-l-pence.json', 'OCDO.L', 'notOffered', 'pence are not pounds, and neither is a dollar (2.2)'),
    asked('chart-1d-wsu-de-xetra.json', 'WSU.DE', 'notOffered', 'quoted in euro'),
    asked('chart-1d-muv2-de-2020.json', 'MUV2.DE', 'notOffered', 'quoted in euro'),
    asked('chart-1d-muv2-de-2025.json', 'MUV2.DE', 'notOffered', 'quoted in euro; its adjclose was rewritten (2.2)'),
    asked('chart-1d-inrx-null-bar.json', 'INR=X', 'notOffered', 'quoted in rupees'),
    asked('error-400-no-data-for-dates.json', 'BEKE', 'empty', 'a window before the listing (2.3)'),
    asked('error-404-delisted.json', 'SI', 'unknownAsset', 'unknown or delisted (2.3)'),
    asked('error-401-invalid-crumb.json', 'AAPL', 'badAnswer', crumbless),
    asked('error-401-invalid-crumb-2024-text.json', 'AAPL', 'badAnswer', crumbless),
    asked('error-429-too-many-requests.txt', 'AAPL', 'rateLimited', 'plain text without a delay (2.3)'),
  ],
};
