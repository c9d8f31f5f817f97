import type { Asset } from '../../src/data/domain/asset.js';
import { session } from '../../src/data/domain/exchange-calendar.js';
import { dayMs, hourMs, utcDate, type EpochMs } from '../../src/shared/time.js';
import { isPaid, json, type Answer, type Venue } from './answer.js';
import type { Bar } from './bar.js';
import type { Feed } from './feed.js';

const premiumUrl = 'https://www.alphavantage.co/premium/';
const compactBars = 100;

/** Whatever is wrong is said with status 200. */
const said = (member: 'Information' | 'Note' | 'Error Message', sentence: string) => json(200, { [member]: sentence });
const invalidKey = () =>
  said(
    'Error Message',
    'the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds.',
  );
const invalidCall = (name: string) =>
  said(
    'Error Message',
    `Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for ${name}.`,
  );
const premium = () =>
  said(
    'Information',
    `Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans at ${premiumUrl} to instantly unlock all premium endpoints`,
  );

export const alphavantage: Venue = {
  source: 'alphavantage',
  routeOf: (path) => (path === '/query' ? path : undefined),
  async answer({ query }, feed) {
    const key = query.get('apikey');
    if (!key) return invalidKey();
    const name = query.get('function') ?? '';
    switch (name) {
      case 'TIME_SERIES_DAILY':
        return stockDays(name, query, isPaid(key), feed);
      case 'TIME_SERIES_DAILY_ADJUSTED':
        return isPaid(key) ? stockDays(name, query, true, feed) : premium();
      case 'TIME_SERIES_INTRADAY':
        return premium();
      case 'GLOBAL_QUOTE':
        return globalQuote(query, feed);
      case 'DIGITAL_CURRENCY_DAILY':
        return coinDays(name, query, feed);
      case 'CURRENCY_EXCHANGE_RATE':
        return exchangeRate(name, query, feed);
      default:
        return said('Error Message', `This API function (${name.slice(0, 40)}) does not exist.`);
    }
  },
  tooMany({ window, limit }) {
    if (window === 'second') {
      return said(
        'Information',
        `Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans at ${premiumUrl} to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints`,
      );
    }
    if (window === 'minute') {
      return said(
        'Note',
        `Thank you for using Alpha Vantage! Our standard API call frequency is ${limit} calls per minute and 500 calls per day. Please visit ${premiumUrl} if you would like to target a higher API call frequency.`,
      );
    }
    return said(
      'Information',
      `Thank you for using Alpha Vantage! Our standard API rate limit is ${limit} requests per ${window}. Please subscribe to any of the premium plans at ${premiumUrl} to instantly remove all daily rate limits.`,
    );
  },
};

const isStock = ({ assetClass }: Asset) => assetClass !== 'crypto';
const dollars = (value: number) => value.toFixed(4);
const fine = (value: number) => value.toFixed(8);
const clock = (instant: EpochMs) => new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
/** New York's wall clock of an instant. */
const inNewYork = (instant: EpochMs) =>
  clock(instant - (session(instant).open - Math.floor(instant / dayMs) * dayMs - 9.5 * hourMs));

/** As traded: a split is a jump. The running session stands first, and the time of the last refresh says so. */
async function stockDays(name: string, query: URLSearchParams, isPaidPlan: boolean, feed: Feed): Promise<Answer> {
  const symbol = query.get('symbol') ?? '';
  const size = query.get('outputsize') ?? 'compact';
  const asset = feed.asset(symbol);
  if (!asset || !isStock(asset) || !['compact', 'full'].includes(size)) return invalidCall(name);
  if (size === 'full' && !isPaidPlan) return premium();
  const raw = await feed.bars(asset, '1d', -Infinity, Infinity, { adjusted: false });
  const last = raw.at(-1);
  if (!last) return invalidCall(name);
  const shown = size === 'full' ? raw : raw.slice(-compactBars);
  const isRunning = feed.lastTrade(asset, last) < session(last.start).close;
  const isAdjusted = name.endsWith('_ADJUSTED');
  const rows = isAdjusted ? await adjustedRows(asset, shown, feed) : shown.map((bar) => stockRow(bar));
  const dateOf = ({ start }: Bar) => utcDate(feed.stamp(asset, start));
  return json(200, {
    'Meta Data': {
      '1. Information': isAdjusted
        ? 'Daily Time Series with Splits and Dividend Events'
        : 'Daily Prices (open, high, low, close) and Volumes',
      '2. Symbol': symbol,
      '3. Last Refreshed': isRunning ? inNewYork(feed.stamp(asset, feed.lastTrade(asset, last))) : dateOf(last),
      '4. Output Size': size === 'full' ? 'Full size' : 'Compact',
      '5. Time Zone': 'US/Eastern',
    },
    'Time Series (Daily)': Object.fromEntries(shown.map((bar, i) => [dateOf(bar), rows[i]] as const).reverse()),
  });
}

const stockRow = ({ open, high, low, close, volume }: Bar) => ({
  '1. open': dollars(open),
  '2. high': dollars(high),
  '3. low': dollars(low),
  '4. close': dollars(close),
  ...(volume !== null && { '5. volume': String(Math.round(volume)) }),
});

/** The volume has another number here. */
async function adjustedRows(asset: Asset, shown: readonly Bar[], feed: Feed) {
  const adjusted = new Map((await feed.bars(asset, '1d', shown[0]!.start)).map(({ start, close }) => [start, close]));
  const splits = new Map(feed.splits(asset).map(({ on, ratio }) => [on, ratio]));
  const dividends = new Map(feed.dividends(asset).map(({ on, amount }) => [on, amount]));
  return shown.map((bar) => {
    const { '5. volume': volume = '0', ...prices } = stockRow(bar);
    return {
      ...prices,
      '5. adjusted close': dollars(adjusted.get(bar.start) ?? bar.close),
      '6. volume': volume,
      '7. dividend amount': dollars(dividends.get(bar.start) ?? 0),
      '8. split coefficient': (splits.get(bar.start) ?? 1).toFixed(1),
    };
  });
}

async function globalQuote(query: URLSearchParams, feed: Feed): Promise<Answer> {
  const symbol = query.get('symbol') ?? '';
  const asset = feed.asset(symbol);
  const bars = asset && isStock(asset) ? await feed.bars(asset, '1d') : [];
  const [before, last] = [bars.at(-2), bars.at(-1)];
  if (!asset || !last) return json(200, { 'Global Quote': {} });
  const change = last.close - (before?.close ?? last.open);
  return json(200, {
    'Global Quote': {
      '01. symbol': symbol,
      '02. open': dollars(last.open),
      '03. high': dollars(last.high),
      '04. low': dollars(last.low),
      '05. price': dollars(last.close),
      '06. volume': String(Math.round(last.volume ?? 0)),
      '07. latest trading day': utcDate(feed.stamp(asset, last.start)),
      '08. previous close': dollars(before?.close ?? last.open),
      '09. change': dollars(change),
      '10. change percent': `${dollars((100 * change) / (before?.close ?? last.open))}%`,
    },
  });
}

/** The first bar is always the running UTC day. */
async function coinDays(name: string, query: URLSearchParams, feed: Feed): Promise<Answer> {
  const [symbol, market] = [query.get('symbol') ?? '', query.get('market') ?? ''];
  const asset = feed.asset(symbol);
  const bars = asset && !isStock(asset) ? await feed.bars(asset, '1d') : [];
  const last = bars.at(-1);
  if (!asset || !last || market !== 'USD') return invalidCall(name);
  const dateOf = ({ start }: Bar) => utcDate(feed.stamp(asset, start));
  const row = ({ open, high, low, close, volume }: Bar) => ({
    '1. open': fine(open),
    '2. high': fine(high),
    '3. low': fine(low),
    '4. close': fine(close),
    ...(volume !== null && { '5. volume': fine(volume) }),
  });
  return json(200, {
    'Meta Data': {
      '1. Information': 'Daily Prices and Volumes for Digital Currency',
      '2. Digital Currency Code': symbol,
      '3. Digital Currency Name': asset.name,
      '4. Market Code': 'USD',
      '5. Market Name': 'United States Dollar',
      '6. Last Refreshed': `${dateOf(last)} 00:00:00`,
      '7. Time Zone': 'UTC',
    },
    'Time Series (Digital Currency Daily)': Object.fromEntries(
      bars.map((bar) => [dateOf(bar), row(bar)] as const).reverse(),
    ),
  });
}

async function exchangeRate(name: string, query: URLSearchParams, feed: Feed): Promise<Answer> {
  const [from, to] = [query.get('from_currency') ?? '', query.get('to_currency') ?? ''];
  const asset = feed.asset(from);
  const last = asset && !isStock(asset) && to === 'USD' ? await feed.last(asset) : undefined;
  if (!asset || !last) return invalidCall(name);
  const price = fine(last.close);
  return json(200, {
    'Realtime Currency Exchange Rate': {
      '1. From_Currency Code': from,
      '2. From_Currency Name': asset.name,
      '3. To_Currency Code': 'USD',
      '4. To_Currency Name': 'United States Dollar',
      '5. Exchange Rate': price,
      '6. Last Refreshed': clock(feed.stamp(asset, feed.lastTrade(asset, last))),
      '7. Time Zone': 'UTC',
      '8. Bid Price': price,
      '9. Ask Price': '-',
    },
  });
}
