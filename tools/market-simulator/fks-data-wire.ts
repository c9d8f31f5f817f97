import { intervals, type Interval } from '../../src/data/domain/candle.js';
import { secondMs, toIso } from '../../src/shared/time.js';
import { json, type Answer, type Venue } from './answer.js';
import type { Feed } from './feed.js';
import { pageWindow } from './page-window.js';

const ohlcvPath = '/api/v1/data/ohlcv';
const pricePath = '/api/v1/data/price';
const usualBars = 500;
const mostBars = 1_500;
const firstFuture = Date.UTC(2019, 8, 8);

/** Perpetual futures of Binance behind a service of our own: seconds, JSON numbers, one error for everything. */
export const fksData: Venue = {
  source: 'fks_data',
  routeOf: (path) => ([ohlcvPath, pricePath, '/health'].includes(path) ? path : undefined),
  async answer({ path, query }, feed) {
    if (path === '/health') {
      const timestamp = toIso(feed.now).replace('Z', '');
      return json(200, { status: 'healthy', service: 'fks_data', timestamp, version: '1.0.0' });
    }
    const symbol = query.get('symbol');
    if (symbol === null) return invalid('symbol', 'missing', 'Field required');
    return path === ohlcvPath ? ohlcv(symbol, query, feed) : price(symbol, feed);
  },
  // the service has no limit of its own: this is what it says when Binance refuses it
  tooMany: () => allFailed('binance: 429 Client Error: Too Many Requests'),
};

const invalid = (name: string, type: string, msg: string) =>
  json(422, { detail: [{ type, loc: ['query', name], msg, input: null }] });

const allFailed = (why: string) => json(500, { detail: `All providers failed: ${why}` });

/** Upper-cased, with USDT behind it, unless it ends with that already. */
const pairOf = (symbol: string) => (symbol.endsWith('USDT') ? symbol : `${symbol.toUpperCase()}USDT`);

async function ohlcv(symbol: string, query: URLSearchParams, feed: Feed): Promise<Answer> {
  const interval = query.get('interval') ?? '1h';
  for (const name of ['start', 'end', 'limit']) {
    const value = query.get(name);
    if (value !== null && !/^-?\d+$/.test(value)) {
      return invalid(name, 'int_parsing', 'Input should be a valid integer, unable to parse string as an integer');
    }
  }
  const asset = feed.asset(pairOf(symbol));
  const limit = Number(query.get('limit') ?? usualBars);
  const isAnswered = asset && (await feed.has(asset)) && isKnown(interval, feed) && limit >= 1 && limit <= mostBars;
  if (!isAnswered) return allFailed('binance: 400 Client Error: Bad Request');
  const start = query.get('start');
  const end = query.get('end');
  const asked = {
    interval,
    start: start === null ? undefined : Math.max(firstFuture, Number(start) * secondMs),
    end: end === null ? Infinity : Number(end) * secondMs,
    limit,
  };
  const [from, to] = pageWindow(asked, feed);
  const bars = (await feed.bars(asset, interval, from, to)).filter((bar) => bar.start >= firstFuture);
  const page = start === null ? bars.slice(-limit) : bars.slice(0, limit);
  return json(200, {
    symbol,
    interval,
    data: page.map((bar) => ({
      ts: feed.stamp(asset, bar.start) / secondMs,
      open: bar.open,
      high: bar.high,
      low: bar.low,
      close: bar.close,
      volume: bar.volume ?? 0,
    })),
    provider: 'binance',
    cached: false,
  });
}

const isKnown = (interval: string, feed: Feed): interval is Interval =>
  (intervals as readonly string[]).includes(interval) && (feed.knowsParts || interval === '1d');

/** Stamped with the open of the minute that it is of. */
async function price(symbol: string, feed: Feed): Promise<Answer> {
  const asset = feed.asset(pairOf(symbol));
  const last = asset && (await feed.last(asset));
  if (!last) return allFailed('binance: 400 Client Error: Bad Request');
  const tradedAt = feed.stamp(asset, feed.lastTrade(asset, last));
  const timestamp = Math.floor(tradedAt / (60 * secondMs)) * 60;
  return json(200, { symbol, price: last.close, timestamp, provider: 'binance', cached: false });
}
