import type { Asset } from '../../src/data/domain/asset.js';
import { dayMs, hourMs, minuteMs, secondMs, type EpochMs } from '../../src/shared/time.js';
import { inSeconds, json, type Answer, type Venue } from './answer.js';
import { joinedBy, type Bar } from './bar.js';
import type { Feed } from './feed.js';
import { SeededNoise } from './random.js';

const root = '/api/v3/';
const chartPath = /^\/api\/v3\/coins\/([^/]+)\/(market_chart|market_chart\/range|ohlc)$/;
/** Of the plans that cost nothing. */
const freeHistoryDays = 365;
/** The day that is over is served so long after midnight. */
const dailyLagMs = 35 * minuteMs;
/** Hourly points were so late in the bodies of 2022 and 2024. */
const lateness = { least: 41, most: 132 } as const;

const cached = { 'cache-control': 'public, max-age=30' };
const missing = (name: string) => json(422, { error: `Missing parameter ${name}` });

export const coingecko: Venue = {
  source: 'coingecko',
  routeOf(path) {
    if (path === `${root}simple/price`) return path;
    const kind = chartPath.exec(path)?.[2];
    return kind === undefined ? undefined : `${root}coins/{id}/${kind}`;
  },
  async answer({ path, query }, feed) {
    if (path === `${root}simple/price`) return simplePrice(query, feed);
    const [, id = '', kind] = chartPath.exec(path) ?? [];
    const asset = feed.asset(decodeURIComponent(id));
    const last = asset && (await feed.last(asset));
    if (!last) return json(404, { error: 'coin not found' });
    const currency = query.get('vs_currency');
    if (!currency) return kind === 'ohlc' && !query.has('days') ? serverError() : missing('vs_currency');
    if (currency.toLowerCase() !== 'usd') return json(400, { error: 'invalid vs_currency' });
    if (kind === 'ohlc') return ohlc(asset, query, feed);
    return kind === 'market_chart' ? chartOfDays(asset, last, query, feed) : chartOfRange(asset, last, query, feed);
  },
  tooMany: (excess) =>
    json(
      429,
      {
        status: {
          error_code: 429,
          error_message:
            "You've exceeded the Rate Limit. Please visit https://www.coingecko.com/en/api/pricing to subscribe to our API plans for higher rate limits.",
        },
      },
      { 'retry-after': String(inSeconds(excess)) },
    ),
};

const serverError = () => json(500, { status: 500, error: 'Internal Server Error' });

const tooOld = (now: EpochMs) =>
  json(401, {
    error: {
      status: {
        timestamp: new Date(now).toISOString().replace('Z', '+00:00'),
        error_code: 10012,
        error_message:
          'Your request exceeds the allowed time range. Public API users are limited to querying historical data within the past 365 days. Upgrade to a paid plan to enjoy full historical data access: https://www.coingecko.com/en/api/pricing. ',
      },
    },
  });

/** Coins that were not found are left out, and so is a coin behind a comma and a blank. */
async function simplePrice(query: URLSearchParams, feed: Feed): Promise<Answer> {
  const [ids, currencies] = [query.get('ids'), query.get('vs_currencies')];
  if (!ids) return missing('ids');
  if (!currencies) return missing('vs_currencies');
  const inDollars = currencies.toLowerCase().split(',').includes('usd');
  const wants = (name: string) => query.get(name) === 'true';
  const found: Record<string, Record<string, number>> = {};
  for (const id of ids.split(',')) {
    const asset = feed.asset(id);
    const last = asset && (await feed.last(asset));
    if (!last) continue;
    const lastUpdated = feed.stamp(asset, feed.lastTrade(asset, last));
    found[id] = {
      ...(inDollars && { usd: last.close }),
      ...(inDollars && wants('include_24hr_vol') && { usd_24h_vol: traded(last) }),
      ...(wants('include_last_updated_at') && { last_updated_at: Math.floor(lastUpdated / secondMs) }),
    };
  }
  return json(200, found, cached);
}

const traded = ({ volume, close }: Bar) => (volume ?? 0) * close;

async function chartOfDays(asset: Asset, last: Bar, query: URLSearchParams, feed: Feed): Promise<Answer> {
  const asked = query.get('days');
  if (!asked) return missing('days');
  const days = asked === 'max' ? Infinity : Number(asked);
  if (!(days > 0)) return json(422, { error: 'Invalid days parameter' });
  if (days > freeHistoryDays) return tooOld(feed.now);
  const interval = query.get('interval');
  const step = interval === 'daily' || days > 90 ? dayMs : days > 1 || interval === 'hourly' ? hourMs : 5 * minuteMs;
  return points(asset, last, step, [feed.now - days * dayMs, feed.now], feed);
}

async function chartOfRange(asset: Asset, last: Bar, query: URLSearchParams, feed: Feed): Promise<Answer> {
  for (const name of ['from', 'to']) if (!query.get(name)) return missing(name);
  const [from, to] = [Number(query.get('from')) * secondMs, Number(query.get('to')) * secondMs];
  if (!Number.isFinite(from) || !Number.isFinite(to)) return json(422, { error: 'Invalid date range' });
  if (from < feed.now - freeHistoryDays * dayMs) return tooOld(feed.now);
  const width = to - from;
  const step = width > 90 * dayMs ? dayMs : width > dayMs || to < feed.now ? hourMs : 5 * minuteMs;
  return points(asset, last, step, [from, to], feed);
}

/** A point is the close of what ended then; the last one is the moment of the call. */
async function points(
  asset: Asset,
  last: Bar,
  step: number,
  [from, to]: readonly [EpochMs, EpochMs],
  feed: Feed,
): Promise<Answer> {
  const interval = step === dayMs ? '1d' : step === hourMs ? '1h' : '5m';
  const late = (end: EpochMs) => (step === dayMs ? 0 : lateBy(asset, end));
  const isServed = (end: EpochMs) => (step === dayMs ? end + dailyLagMs : end + late(end)) <= feed.now;
  const bars = await feed.bars(asset, interval, from - 2 * step, to);
  const ended = bars
    .map((bar) => ({ time: bar.start + step, price: bar.close, volume: traded(bar) }))
    .filter(({ time }) => isServed(time))
    .map((point) => ({ ...point, time: point.time + late(point.time) }))
    .filter(({ time }) => time >= from && time <= to);
  // a feed that has stopped has no newer price for the moment of the call
  const tradedAt = feed.lastTrade(asset, last);
  const live = { time: tradedAt, price: last.close, volume: traded(last) };
  const isLive = to >= feed.now - minuteMs && tradedAt > (ended.at(-1)?.time ?? -Infinity);
  // of five minutes the end comes twice, the second time in whole seconds: behind the first
  const repeated = step === 5 * minuteMs ? [{ ...live, time: Math.floor(tradedAt / secondMs) * secondMs }] : [];
  const all = [...ended, ...(isLive ? [live, ...repeated] : [])];
  const column = (value: (point: (typeof all)[number]) => number) =>
    all.map((point) => [feed.stamp(asset, point.time), value(point)]);
  return json(
    200,
    {
      prices: column(({ price }) => price),
      market_caps: column(({ price }) => price * 1e7),
      total_volumes: column(({ volume }) => volume),
    },
    cached,
  );
}

/** Milliseconds from the end of an hour, or of five minutes, to the stamp of its point. */
function lateBy(asset: Asset, end: EpochMs): number {
  const share = new SeededNoise(0).stream(`lateness/${asset.id}`).uniform(end / minuteMs, 0);
  return Math.floor((lateness.least + share * (lateness.most - lateness.least)) * secondMs);
}

/** Candles stamped with their end, the last one still running. */
async function ohlc(asset: Asset, query: URLSearchParams, feed: Feed): Promise<Answer> {
  const days = query.get('days');
  if (days === null) return serverError();
  if (!['1', '7', '14', '30', '90', '180', '365'].includes(days)) return json(422, { error: 'Invalid days parameter' });
  const from = feed.now - Number(days) * dayMs;
  const step = days === '1' ? 30 * minuteMs : Number(days) <= 30 ? 4 * hourMs : 4 * dayMs;
  const bars = await feed.bars(asset, days === '1' ? '5m' : Number(days) <= 30 ? '1h' : '1d', from);
  const candles = joinedBy(bars, (start) => Math.floor(start / step) * step).map(
    ({ start, open, high, low, close }) => [feed.stamp(asset, start + step), open, high, low, close],
  );
  return json(200, candles, cached);
}
