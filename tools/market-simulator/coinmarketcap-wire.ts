import type { Asset } from '../../src/data/domain/asset.js';
import { seedAssets } from '../../src/data/domain/seed-assets.js';
import { dayMs, hourMs, secondMs, utcDate, type EpochMs } from '../../src/shared/time.js';
import { inSeconds, isPaid, json, type Answer, type Venue, type WireRequest } from './answer.js';
import type { Bar } from './bar.js';
import type { Feed } from './feed.js';

const quotesPath = '/v2/cryptocurrency/quotes/latest';
const historyPath = '/v2/cryptocurrency/ohlcv/historical';
const pointsPerCredit = 100;

export const coinmarketcap: Venue = {
  source: 'coinmarketcap',
  routeOf: (path) => (path === quotesPath || path === historyPath ? path : undefined),
  async answer(request, feed) {
    const key = request.header('x-cmc_pro_api_key') ?? request.query.get('CMC_PRO_API_KEY');
    if (!key) return failed(401, 1002, 'API key missing.', feed.now);
    if (request.path === quotesPath) return quotes(request, feed);
    return isPaid(key)
      ? history(request, feed)
      : failed(403, 1006, "Your API Key subscription plan doesn't support this endpoint.", feed.now);
  },
  tooMany(excess) {
    const [code, what] =
      excess.window === 'minute' || excess.window === 'second'
        ? [1008, "You've exceeded your API Key's HTTP request rate limit. Rate limits reset every minute."]
        : excess.window === 'day'
          ? [1009, "You've exceeded your API Key's daily rate limit."]
          : [1010, "You've exceeded your API Key's monthly rate limit."];
    const answer = failed(429, code, what, Date.now());
    return { ...answer, headers: { ...answer.headers, 'x-seconds-to-reset': String(inSeconds(excess)) } };
  },
  // a request of the minute, credits of the month
  costOf: (request) => (window) => (window === 'month' ? credits(request) : 1),
};

const failed = (status: number, code: number, message: string, now: EpochMs) =>
  json(status, {
    status: {
      timestamp: new Date(now).toISOString(),
      error_code: code,
      error_message: message,
      elapsed: 0,
      credit_count: 0,
    },
  });

const succeeded = (data: unknown, request: WireRequest, now: EpochMs) =>
  json(200, {
    status: {
      timestamp: new Date(now).toISOString(),
      error_code: 0,
      error_message: null,
      elapsed: 15,
      credit_count: credits(request),
      notice: null,
    },
    data,
  });

const countOf = (query: URLSearchParams) => Math.min(Number(query.get('count') ?? 10), 10_000);

const credits = ({ path, query }: WireRequest): number =>
  path === historyPath ? Math.max(1, Math.ceil((countOf(query) || 1) / pointsPerCredit)) : 1;

/** The coins that are asked for, in the parameter that names them; a refusal where one is unknown. */
function coinsOf({ query }: WireRequest, feed: Feed): Map<string, Asset> | Answer {
  for (const name of ['id', 'slug', 'symbol'] as const) {
    const value = query.get(name);
    if (value === null) continue;
    const coins = value.split(',').map((part) => [part, coinBy(name, part, feed)] as const);
    const known = coins.filter((entry): entry is readonly [string, Asset] => entry[1] !== undefined);
    if (known.length < coins.length) return failed(400, 400, `Invalid value for "${name}": "${value}"`, feed.now);
    return new Map(known);
  }
  return failed(400, 400, '"value" must contain at least one of [id, symbol, slug]', feed.now);
}

function coinBy(name: 'id' | 'slug' | 'symbol', value: string, feed: Feed): Asset | undefined {
  if (name === 'id') return feed.asset(value);
  return seedAssets.find(
    ({ id, venues }) => venues.coinmarketcap !== undefined && (name === 'symbol' ? id : venues.coingecko) === value,
  );
}

const coin = (asset: Asset) => ({
  id: Number(asset.venues.coinmarketcap),
  name: asset.name,
  symbol: asset.id,
  slug: asset.venues.coingecko,
});

/** By id and slug keyed by the id; by symbol lists of all coins that share it. */
async function quotes(request: WireRequest, feed: Feed): Promise<Answer> {
  const coins = coinsOf(request, feed);
  if (!(coins instanceof Map)) return coins;
  const convert = request.query.get('convert') ?? 'USD';
  if (convert !== 'USD') return failed(400, 400, `Invalid value for "convert": "${convert}"`, feed.now);
  const data: Record<string, unknown> = {};
  for (const [name, asset] of coins) {
    const last = await feed.last(asset);
    if (!last) return failed(400, 400, 'No items found.', feed.now);
    const updated = new Date(feed.stamp(asset, feed.lastTrade(asset, last))).toISOString();
    const price = { price: last.close, volume_24h: (last.volume ?? 0) * last.close, market_cap: last.close * 1e7 };
    const row = { ...coin(asset), is_active: 1, is_fiat: 0, last_updated: updated };
    const quoted = { ...row, quote: { USD: { ...price, last_updated: updated } } };
    if (request.query.has('symbol')) data[name] = [quoted];
    else data[String(quoted.id)] = quoted;
  }
  return succeeded(data, request, feed.now);
}

/** Bars after `time_start` up to `time_end`; of days only the dates count. One coin stands alone, several by their ids. */
async function history(request: WireRequest, feed: Feed): Promise<Answer> {
  const coins = coinsOf(request, feed);
  if (!(coins instanceof Map)) return coins;
  const { query } = request;
  const convert = query.get('convert') ?? 'USD';
  const period = query.get('time_period') ?? 'daily';
  if (convert !== 'USD') return failed(400, 400, `Invalid value for "convert": "${convert}"`, feed.now);
  if (period !== 'daily' && period !== 'hourly') {
    return failed(400, 400, '"time_period" must be one of [daily, hourly]', feed.now);
  }
  const step = period === 'daily' ? dayMs : hourMs;
  const [start, end] = [timeOf(query.get('time_start')), timeOf(query.get('time_end'))];
  if (Number.isNaN(start) || Number.isNaN(end)) return failed(400, 400, '"time_start" must be a valid date', feed.now);
  const count = countOf(query);
  if (!(count >= 1)) return failed(400, 400, '"count" must be a number', feed.now);
  const onGrid = (time: number) => Math.floor(time / step) * step;
  const data: Record<string, unknown> = {};
  for (const asset of coins.values()) {
    const last = end === undefined ? feed.now : onGrid(end);
    const first = start === undefined ? onGrid(last) - count * step : onGrid(start) + 1;
    const bars = await feed.bars(asset, period === 'daily' ? '1d' : '1h', first, last);
    // a bar is served when it is over
    const over = bars.filter((bar) => bar.start + step <= feed.now);
    const shown = start === undefined ? over.slice(-count) : over.slice(0, count);
    const { id, name, symbol } = coin(asset);
    data[String(id)] = { id, name, symbol, quotes: shown.map((bar) => quoteOf(asset, bar, step, feed)) };
  }
  const all = Object.values(data);
  return succeeded(all.length === 1 ? all[0] : data, request, feed.now);
}

/** ISO 8601 or seconds; undefined when it is not sent. */
function timeOf(text: string | null): EpochMs | undefined {
  if (text === null) return undefined;
  return /^\d{9,10}$/.test(text)
    ? Number(text) * secondMs
    : Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
}

function quoteOf(asset: Asset, bar: Bar, step: number, feed: Feed) {
  const { open, high, low, close, volume } = bar;
  const start = feed.stamp(asset, bar.start);
  const iso = (instant: EpochMs) => new Date(instant).toISOString();
  // the vendor's highs and lows are of days of their own, now and then
  const [timeHigh, timeLow] = [iso(start + step / 3), step === dayMs ? `${utcDate(start)}T02:43:00.000Z` : null];
  return {
    time_open: iso(start),
    time_close: iso(start + step - 1),
    time_high: timeHigh,
    time_low: timeLow,
    quote: {
      USD: {
        open,
        high,
        low,
        close,
        volume: volume === null ? null : volume * close,
        market_cap: close * 1e7,
        timestamp: iso(start + step - 54 * secondMs),
      },
    },
  };
}
