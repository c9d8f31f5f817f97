import { createHash } from 'node:crypto';
import type { Asset } from '../../src/data/domain/asset.js';
import type { Interval } from '../../src/data/domain/candle.js';
import { session } from '../../src/data/domain/exchange-calendar.js';
import { dayMs, hourMs, utcDate, type EpochMs } from '../../src/shared/time.js';
import { isPaid, json, type Answer, type Venue, type WireRequest } from './answer.js';
import type { Bar } from './bar.js';
import { byTheClock, type Feed } from './feed.js';

const aggregatesPath = /^\/v2\/aggs\/ticker\/([^/]+)\/range\/(\d+)\/([a-z]+)\/([^/]+)\/([^/]+)$/;
const previousPath = /^\/v2\/aggs\/ticker\/([^/]+)\/prev$/;
const lastCryptoPath = /^\/v1\/last\/crypto\/([^/]+)\/([^/]+)$/;
const paidPath = /^\/v2\/(snapshot|last)\//;
/** By path, as it is counted. */
const routes: readonly (readonly [RegExp, string])[] = [
  [aggregatesPath, '/v2/aggs/ticker/{ticker}/range'],
  [previousPath, '/v2/aggs/ticker/{ticker}/prev'],
  [lastCryptoPath, '/v1/last/crypto'],
  [/^\/v2\/snapshot\//, '/v2/snapshot'],
  [/^\/v2\/last\//, '/v2/last'],
  [/^\/v3\/reference\/splits$/, '/v3/reference/splits'],
  [/^\/v3\/reference\/dividends$/, '/v3/reference/dividends'],
];
const freeHistoryDays = 731;
const timespans = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];
const largestPage = 50_000;

export const polygon: Venue = {
  source: 'polygon',
  routeOf: (path) => routes.find(([pattern]) => pattern.test(path))?.[1],
  async answer(request, feed) {
    const key = keyOf(request);
    if (!key) return failed(request, 401, 'ERROR', { error: 'API Key was not provided' });
    const { path } = request;
    if (paidPath.test(path) && !isPaid(key)) return notEntitled(request, 'You are not entitled to this data.');
    const aggregates = aggregatesPath.exec(path);
    if (aggregates) return barsOf(aggregates.slice(1).map(decodeURIComponent), request, isPaid(key), feed);
    const previous = previousPath.exec(path)?.[1];
    if (previous !== undefined) return previousDay(decodeURIComponent(previous), request, feed);
    const pair = lastCryptoPath.exec(path);
    if (pair) return lastCrypto(decodeURIComponent(pair[1]!), decodeURIComponent(pair[2]!), request, feed);
    if (path === '/v3/reference/splits') return reference(request, feed, splitsOf);
    if (path === '/v3/reference/dividends') return reference(request, feed, dividendsOf);
    return failed(request, 404, 'NOT_FOUND', { message: 'Data not found.' });
  },
  tooMany: ({ retryAfterMs }) =>
    json(429, {
      status: 'ERROR',
      request_id: requestId(String(retryAfterMs)),
      error:
        "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue. https://polygon.io/pricing",
    }),
};

function keyOf({ header, query }: WireRequest): string {
  return /^Bearer (.+)$/.exec(header('authorization') ?? '')?.[1] ?? query.get('apiKey') ?? '';
}

const requestId = (of: string) => createHash('sha256').update(of).digest('hex').slice(0, 32);
const idOf = ({ path, query }: WireRequest) => requestId(`${path}?${query.toString()}`);

const failed = (request: WireRequest, status: number, word: string, said: { error: string } | { message: string }) =>
  json(status, { status: word, request_id: idOf(request), ...said });

const notEntitled = (request: WireRequest, what: string) =>
  failed(request, 403, 'NOT_AUTHORIZED', {
    message: `${what} Please upgrade your plan at https://polygon.io/pricing`,
  });

const isStock = ({ assetClass }: Asset) => assetClass !== 'crypto';
const midnightInNewYork = (day: EpochMs) => session(day).open - 9.5 * hourMs;

/** A day's bar begins at the midnight of its exchange. */
const startOf = (asset: Asset, { start }: Bar, timespan: string): EpochMs =>
  isStock(asset) && (timespan === 'day' || timespan === 'week') ? midnightInNewYork(start) : start;

interface Span {
  readonly interval: Interval;
  /** Bars by the hours of the clock, made of shorter ones: a session begins within an hour. */
  readonly byTheClock: boolean;
  /** How many base bars one of these takes of a page. */
  readonly base: number;
}

function spanOf(multiplier: number, timespan: string): Span | undefined {
  const minutes = timespan === 'minute' ? multiplier : timespan === 'hour' ? 60 * multiplier : undefined;
  if (minutes !== undefined) {
    const known: Readonly<Record<number, Interval>> = { 1: '1m', 5: '5m', 15: '15m', 60: '5m' };
    const interval = known[minutes];
    return interval && { interval, byTheClock: minutes === 60, base: minutes };
  }
  if (multiplier !== 1) return undefined;
  if (timespan === 'day') return { interval: '1d', byTheClock: false, base: 1 };
  return timespan === 'week' ? { interval: '1w', byTheClock: false, base: 7 } : undefined;
}

async function barsOf(
  [ticker = '', times = '', timespan = '', from = '', to = '']: readonly string[],
  request: WireRequest,
  isPaidPlan: boolean,
  feed: Feed,
): Promise<Answer> {
  const { query } = request;
  const wrong = (error: string) => failed(request, 400, 'ERROR', { error });
  if (!timespans.includes(timespan)) return wrong(`The parameter 'timespan' has an unknown value: ${timespan}`);
  const span = spanOf(Number(times), timespan);
  if (!span || (!feed.knowsParts && span.interval !== '1d' && span.interval !== '1w')) {
    return wrong(`The simulator has no bars of ${times} ${timespan}.`);
  }
  const asset = feed.asset(ticker);
  const [first, last] = [instantOf(from, asset, 'first'), instantOf(to, asset, 'last')];
  if (first === undefined)
    return wrong(`Could not parse the time parameter: 'from'. Use YYYY-MM-DD or Unix MS Timestamps`);
  if (last === undefined)
    return wrong(`Could not parse the time parameter: 'to'. Use YYYY-MM-DD or Unix MS Timestamps`);
  if (first > last) return wrong("The parameter 'to' cannot be a time that occurs before 'from'");
  if (!isPaidPlan && first < Math.floor(feed.now / dayMs - freeHistoryDays) * dayMs) {
    return notEntitled(request, "Your plan doesn't include this data timeframe.");
  }
  const limit = Math.min(Number(query.get('limit') ?? 5_000), largestPage);
  if (!(limit >= 1)) return wrong("The parameter 'limit' is no number");
  const adjusted = query.get('adjusted') !== 'false';
  const bars = asset ? await barsIn(asset, span, [first, last], timespan, adjusted, feed) : [];
  const sorted = query.get('sort') === 'desc' ? bars.toReversed() : bars;
  const most = Math.max(1, Math.floor(limit / span.base));
  const page = sorted.slice(0, most);
  const next = sorted[most];
  const counts = { queryCount: page.length * span.base, resultsCount: page.length };
  return json(200, {
    ticker,
    ...counts,
    adjusted,
    ...(page.length > 0 && { results: page.map((bar) => aggregate(asset!, bar, timespan, feed)) }),
    status: 'OK',
    request_id: idOf(request),
    count: page.length,
    ...(next && { next_url: nextUrl(request, [ticker, times, timespan], startOf(asset!, next, timespan), to) }),
  });
}

/** Where the rest of the bars is; the key is not in it. */
function nextUrl(
  { origin, query }: WireRequest,
  [ticker, times, timespan]: readonly [string, string, string],
  from: EpochMs,
  to: string,
): string {
  const url = new URL(`/v2/aggs/ticker/${ticker}/range/${times}/${timespan}/${from}/${to}`, origin);
  for (const name of ['adjusted', 'sort', 'limit']) {
    const value = query.get(name);
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
}

async function barsIn(
  asset: Asset,
  { interval, byTheClock: clocked }: Span,
  [first, last]: readonly [EpochMs, EpochMs],
  timespan: string,
  adjusted: boolean,
  feed: Feed,
): Promise<Bar[]> {
  const wide = await feed.bars(asset, interval, first - dayMs, last, { adjusted });
  const bars = clocked ? byTheClock(wide) : wide;
  // the plan without a price is told of a session when it is over
  const isOver = ({ start }: Bar) => !isStock(asset) || timespan !== 'day' || session(start).close <= feed.now;
  return bars.filter(
    (bar) => startOf(asset, bar, timespan) >= first && startOf(asset, bar, timespan) <= last && isOver(bar),
  );
}

/** The begin or the end of a date in the asset's time, or an instant in milliseconds. */
function instantOf(text: string, asset: Asset | undefined, which: 'first' | 'last'): EpochMs | undefined {
  if (/^\d{12,13}$/.test(text)) return Number(text);
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(day)) return undefined;
  const midnight = asset && isStock(asset) ? midnightInNewYork : (date: EpochMs) => date;
  return which === 'first' ? midnight(day) : midnight(day + dayMs) - 1;
}

function aggregate(asset: Asset, bar: Bar, timespan: string, feed: Feed) {
  const { open: o, high: h, low: l, close: c, volume } = bar;
  return {
    ...(volume !== null && { v: volume, vw: Number(((o + h + l + c) / 4).toPrecision(8)) }),
    o,
    c,
    h,
    l,
    t: feed.stamp(asset, startOf(asset, bar, timespan)),
    ...(volume !== null && { n: Math.round(volume / 100) + 1 }),
  };
}

/** The last day that is over; `t` is the end of its session here. */
async function previousDay(ticker: string, request: WireRequest, feed: Feed): Promise<Answer> {
  const asset = feed.asset(ticker);
  const endOf = (start: EpochMs) => (asset && isStock(asset) ? session(start).close : start + dayMs);
  const bars = asset ? await feed.bars(asset, '1d') : [];
  const bar = bars.findLast(({ start }) => endOf(start) <= feed.now);
  const known = asset && bar;
  const t = known && feed.stamp(asset, endOf(bar.start) - (isStock(asset) ? 0 : 1));
  const counts = { queryCount: known ? 1 : 0, resultsCount: known ? 1 : 0 };
  return json(200, {
    ticker,
    ...counts,
    adjusted: true,
    ...(known && { results: [{ T: ticker, ...aggregate(asset, bar, 'day', feed), t }] }),
    status: 'OK',
    request_id: idOf(request),
    count: counts.resultsCount,
  });
}

async function lastCrypto(coin: string, currency: string, request: WireRequest, feed: Feed): Promise<Answer> {
  const asset = currency === 'USD' ? feed.asset(`X:${coin}${currency}`) : undefined;
  const last = asset && (await feed.last(asset));
  if (!last) return failed(request, 404, 'NOT_FOUND', { message: 'Data not found.' });
  const timestamp = feed.stamp(asset, feed.lastTrade(asset, last));
  return json(200, {
    last: { conditions: [2], exchange: 2, price: last.close, size: 0.005, timestamp },
    request_id: idOf(request),
    status: 'success',
    symbol: `${coin}-${currency}`,
  });
}

interface Dated {
  readonly on: EpochMs;
  readonly row: object;
}

const splitsOf = (asset: Asset, ticker: string, feed: Feed): Dated[] =>
  feed.splits(asset).map(({ on, ratio }) => {
    const [from, to] = ratio >= 1 ? [1, ratio] : [Math.round(1 / ratio), 1];
    return { on, row: { execution_date: utcDate(on), split_from: from, split_to: to, ticker } };
  });

const dividendsOf = (asset: Asset, ticker: string, feed: Feed): Dated[] =>
  feed.dividends(asset).map(({ on, amount }) => ({
    on,
    row: { cash_amount: amount, currency: 'USD', ex_dividend_date: utcDate(on), frequency: 4, ticker },
  }));

/** The newest first, as the vendor lists them. */
function reference(
  request: WireRequest,
  feed: Feed,
  rowsOf: (asset: Asset, ticker: string, feed: Feed) => Dated[],
): Answer {
  const { query } = request;
  const ticker = query.get('ticker') ?? '';
  const asset = feed.asset(ticker);
  const bound = (ending: string) =>
    Date.parse(query.get(`execution_date.${ending}`) ?? query.get(`ex_dividend_date.${ending}`) ?? '');
  const [first, last] = [bound('gte') || -Infinity, bound('lte') || Infinity];
  const rows = (asset ? rowsOf(asset, ticker, feed) : []).filter(({ on }) => on >= first && on <= last);
  const results = rows.map(({ row }) => row).reverse();
  return json(200, { results, status: 'OK', request_id: idOf(request) });
}
