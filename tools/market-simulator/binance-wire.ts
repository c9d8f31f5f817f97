import { intervalMs, intervals, type Interval } from '../../src/data/domain/candle.js';
import { inSeconds, json, type Answer, type Venue, type WireRequest } from './answer.js';
import type { Bar } from './bar.js';
import type { Excess } from './budgets.js';
import type { Feed } from './feed.js';
import { pageWindow } from './page-window.js';

const intervalsOfVenue = [
  '1s',
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
  '3d',
  '1w',
  '1M',
];
const parametersOf: Readonly<Record<string, readonly string[]>> = {
  '/api/v3/klines': ['symbol', 'interval', 'startTime', 'endTime', 'limit', 'timeZone'],
  '/api/v3/ticker/price': ['symbol', 'symbols'],
  '/api/v3/time': [],
};
const weightHeaders = { 'x-mbx-used-weight': '2', 'x-mbx-used-weight-1m': '2' };

const refused = (code: number, msg: string) => json(400, { code, msg }, weightHeaders);
const mandatory = (name: string) =>
  refused(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
const invalidSymbol = () => refused(-1121, 'Invalid symbol.');

export const binance: Venue = {
  source: 'binance',
  routeOf: (path) => (path in parametersOf ? path : undefined),
  async answer({ path, query }, feed) {
    const known = parametersOf[path] ?? [];
    const read = [...query.keys()].filter((name) => known.includes(name)).length;
    if (read < query.size) {
      return refused(
        -1104,
        `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${query.size}'.`,
      );
    }
    if (path === '/api/v3/time') return json(200, { serverTime: feed.now }, weightHeaders);
    return path === '/api/v3/klines' ? klines(query, feed) : tickerPrice(query, feed);
  },
  tooMany: (excess) => json(429, tooMuchWeight(excess), { 'retry-after': String(inSeconds(excess)) }),
  costOf: (request) => () => weightOf(request),
};

const tooMuchWeight = ({ limit }: Excess) => ({
  code: -1003,
  msg: `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use the websocket for live updates to avoid polling the API.`,
});

function weightOf({ path, query }: WireRequest): number {
  if (path === '/api/v3/time') return 1;
  return path === '/api/v3/klines' || query.has('symbol') ? 2 : 4;
}

async function klines(query: URLSearchParams, feed: Feed): Promise<Answer> {
  const symbol = query.get('symbol');
  if (!symbol) return mandatory('symbol');
  const interval = query.get('interval');
  if (!interval) return mandatory('interval');
  if (!intervalsOfVenue.includes(interval)) return refused(-1120, 'Invalid interval.');
  if (!isModelled(interval, feed)) {
    return json(503, { code: -1001, msg: `The simulator has no bars of ${interval}.` });
  }
  for (const name of ['startTime', 'endTime', 'limit']) {
    const value = query.get(name);
    if (value !== null && !/^\d{1,20}$/.test(value)) {
      return refused(-1100, `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`);
    }
  }
  const asset = feed.asset(symbol);
  if (!asset || !(await feed.has(asset))) return invalidSymbol();
  const limit = Math.min(Number(query.get('limit') ?? 500), 1_000);
  const end = Number(query.get('endTime') ?? Infinity);
  const start = query.get('startTime');
  const first = (await feed.firstDay(asset)) ?? 0;
  const asked = { interval, start: start === null ? undefined : Math.max(Number(start), first), end, limit };
  const [from, to] = pageWindow(asked, feed);
  const bars = await feed.bars(asset, interval, from, to);
  const page = start === null ? bars.slice(-limit) : bars.slice(0, limit);
  return json(
    200,
    page.map((bar) => kline({ ...bar, start: feed.stamp(asset, bar.start) }, interval)),
    weightHeaders,
  );
}

const isModelled = (interval: string, feed: Feed): interval is Interval =>
  (intervals as readonly string[]).includes(interval) && (feed.knowsParts || interval === '1d' || interval === '1w');

const price = (value: number) => value.toFixed(8);

function kline({ start, open, high, low, close, volume: counted }: Bar, interval: Interval) {
  // this wire has no word for a volume that nobody counted
  const volume = counted ?? 0;
  const half = price(volume / 2);
  return [
    start,
    ...[open, high, low, close, volume].map(price),
    start + intervalMs[interval] - 1,
    price(volume * close),
    Math.round(volume / 10) + 1,
    half,
    price((volume / 2) * close),
    '0',
  ];
}

/** Of one symbol, of a list or of all: an object, or an array of them. */
async function tickerPrice(query: URLSearchParams, feed: Feed): Promise<Answer> {
  const [symbol, list] = [query.get('symbol'), query.get('symbols')];
  if (symbol === '') return mandatory('symbol');
  if (symbol !== null) {
    const ticker = await tickerOf(symbol, feed);
    return ticker ? json(200, ticker, weightHeaders) : invalidSymbol();
  }
  if (list === null) return mandatory('symbol');
  const symbols = /^\["[A-Z0-9]+"(,"[A-Z0-9]+")*\]$/.test(list) ? (JSON.parse(list) as string[]) : undefined;
  if (!symbols) {
    return refused(-1100, `Illegal characters found in parameter 'symbols'; legal range is '^\\["[A-Z0-9]+"...\\]$'.`);
  }
  const tickers = await Promise.all(symbols.map((one) => tickerOf(one, feed)));
  return tickers.includes(undefined) ? invalidSymbol() : json(200, tickers, weightHeaders);
}

async function tickerOf(symbol: string, feed: Feed) {
  const asset = feed.asset(symbol);
  const last = asset && (await feed.last(asset));
  return last && { symbol, price: price(last.close) };
}
