import type { Asset } from '../../src/data/domain/asset.js';
import { intervalMs, type Interval } from '../../src/data/domain/candle.js';
import { isTradingDay, session } from '../../src/data/domain/exchange-calendar.js';
import { dayMs, hourMs, secondMs, type EpochMs } from '../../src/shared/time.js';
import { json, text, type Answer, type Venue } from './answer.js';
import type { Bar } from './bar.js';
import type { Feed } from './feed.js';

const chartRoute = '/v8/finance/chart';

const ranges: Readonly<Record<string, number>> = {
  '1d': 1,
  '5d': 7,
  '1mo': 31,
  '3mo': 92,
  '6mo': 183,
  '1y': 366,
  '2y': 731,
  '5y': 1_827,
  '10y': 3_653,
  max: 36_500,
};
const intervalsOfVenue = ['1m', '2m', '5m', '15m', '30m', '60m', '90m', '1h', '1d', '5d', '1wk', '1mo', '3mo'];
/** Those that are modelled, by the names that the project has for them. */
const modelled: Readonly<Record<string, Interval>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '60m': '1h',
  '1h': '1h',
  '1d': '1d',
  '1wk': '1w',
};
/** How many days back bars within a day reach. */
const reachDays: Readonly<Partial<Record<Interval, number>>> = { '1m': 8, '5m': 60, '15m': 60, '1h': 730 };

const failed = (status: number, code: string, description: string) =>
  json(status, { chart: { result: null, error: { code, description } } });

const tooManyRequests = () => text(429, 'Too Many Requests\r\n', { 'content-type': 'text/plain' });

export const yahoofinance: Venue = {
  source: 'yahoofinance',
  routeOf: (path) => (path.startsWith(`${chartRoute}/`) ? chartRoute : undefined),
  async answer({ path, query, header }, feed) {
    // whoever is no browser is turned away
    if (!header('user-agent')?.startsWith('Mozilla/')) return tooManyRequests();
    return chart(decodeURIComponent(path.slice(chartRoute.length + 1)), query, feed);
  },
  tooMany: tooManyRequests,
};

interface Asked {
  readonly symbol: string;
  readonly asset: Asset;
  readonly interval: Interval;
  /** As it was asked for. */
  readonly granularity: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly range: string;
  readonly events: readonly string[];
}

async function chart(symbol: string, query: URLSearchParams, feed: Feed): Promise<Answer> {
  const granularity = query.get('interval') ?? '1d';
  const interval = modelled[granularity];
  if (interval === undefined || (!feed.knowsParts && interval !== '1d' && interval !== '1w')) {
    const valid = intervalsOfVenue.join(', ');
    return failed(
      422,
      'Unprocessable Entity',
      `Invalid input - interval=${granularity} is not supported. Valid intervals: [${valid}]`,
    );
  }
  const asset = feed.asset(symbol.toUpperCase());
  const [first, last] = asset ? [await feed.firstDay(asset), await feed.last(asset)] : [];
  if (!asset || first === undefined || !last) {
    return failed(404, 'Not Found', 'No data found, symbol may be delisted');
  }
  const window = windowOf(query, feed.now);
  if (!window) return failed(400, 'Bad Request', 'Invalid input - period1 or period2 is no time');
  const [from, to] = window;
  const dates = `startDate = ${from / secondMs}, endDate = ${to / secondMs}`;
  if (to <= opensAt(asset, first)) return failed(400, 'Bad Request', `Data doesn't exist for ${dates}`);
  const reach = reachDays[interval];
  if (reach !== undefined && from < feed.now - reach * dayMs) {
    const what = `${granularity} data not available for startTime=${from / secondMs} and endTime=${to / secondMs}.`;
    return failed(422, 'Unprocessable Entity', `${what} The requested range must be within the last ${reach} days.`);
  }
  const events = (query.get('events') ?? '').split(/[|,]/);
  const asked = { symbol, asset, interval, granularity, from, to, range: query.get('range') ?? '', events };
  return json(200, await chartBody(asked, first, last, feed), { 'cache-control': 'public, max-age=10' });
}

function windowOf(query: URLSearchParams, now: EpochMs): [EpochMs, EpochMs] | undefined {
  const range = query.get('range');
  if (range !== null) return range in ranges ? [now - ranges[range]! * dayMs, now] : undefined;
  const [from, to] = ['period1', 'period2'].map((name) => Number(query.get(name) ?? NaN) * secondMs);
  return Number.isFinite(from) && Number.isFinite(to) ? [from!, to!] : undefined;
}

/** Yahoo's prices are 32-bit floats that are printed as doubles. */
const noisy = (value: number) => Math.fround(value);
const seconds = (instant: EpochMs) => Math.floor(instant / secondMs);
const opensAt = ({ assetClass }: Asset, day: EpochMs): EpochMs => (assetClass === 'crypto' ? day : session(day).open);

interface Row extends Bar {
  readonly stamp: EpochMs;
}

async function chartBody(asked: Asked, firstDay: EpochMs, last: Bar, feed: Feed) {
  const { asset } = asked;
  const rows =
    asked.interval === '1d' || asked.interval === '1w' ? await days(asked, feed) : await parts(asked, last, feed);
  const meta = metaOf(asked, firstDay, last, feed);
  const hasDays = asked.interval === '1d' || asked.interval === '1w';
  if (rows.length === 0) {
    return {
      chart: { result: [{ meta, indicators: { quote: [{}], ...(hasDays && { adjclose: [{}] }) } }], error: null },
    };
  }
  const column = (field: 'open' | 'high' | 'low' | 'close') => rows.map((bar) => noisy(bar[field]));
  const quote = {
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: rows.map((bar) => volumeOf(asset, bar)),
  };
  const events = eventsOf(asked, feed);
  const adjusted = hasDays ? await closesLessDividends(asked, rows, feed) : [];
  return {
    chart: {
      result: [
        {
          meta,
          timestamp: rows.map(({ stamp }) => seconds(feed.stamp(asset, stamp))),
          ...(events && { events }),
          indicators: { quote: [quote], ...(hasDays && { adjclose: [{ adjclose: adjusted }] }) },
        },
      ],
      error: null,
    },
  };
}

/** Stamped by the session's opening; the running bar is stamped with its last trade instead. */
async function days({ asset, interval, from, to }: Asked, feed: Feed): Promise<Row[]> {
  const step = intervalMs[interval];
  const bars = await feed.bars(asset, interval, from - step, to);
  return bars
    .map((bar) => ({ ...bar, stamp: stampOf(asset, bar, step, feed.now) }))
    .filter(({ start, stamp }) => start + step > from && stamp >= from);
}

function stampOf(asset: Asset, { start }: Bar, step: number, now: EpochMs): EpochMs {
  const open = opensAt(asset, start);
  const close = asset.assetClass === 'crypto' ? start + step : step === dayMs ? session(start).close : start + step;
  return now > open && now < close ? Math.floor(now / secondMs) * secondMs : open;
}

/** Bars within a day, and behind them the latest price, even from outside the window. */
async function parts({ asset, interval, from, to }: Asked, last: Bar, feed: Feed): Promise<Row[]> {
  const bars = (await feed.bars(asset, interval, from, to - 1)).map((bar) => ({ ...bar, stamp: bar.start }));
  const stamp = Math.floor(feed.lastTrade(asset, last) / secondMs) * secondMs;
  const { close } = last;
  // while it runs, the last bar is the latest price: none is put behind a window that nothing traded in
  if (bars.length === 0 || bars.at(-1)!.stamp >= stamp) return bars;
  return [...bars, { start: stamp, stamp, open: close, high: close, low: close, close, volume: 0 }];
}

/** Shares; of a coin what was paid for them. */
const volumeOf = ({ assetClass }: Asset, { volume, close }: Bar) =>
  volume !== null && assetClass === 'crypto' ? Math.round(volume * close) : volume;

function eventsOf({ asset, from, to, events, interval }: Asked, feed: Feed) {
  if (interval !== '1d' && interval !== '1w') return undefined;
  const within = ({ on }: { on: EpochMs }) => on + dayMs > from && on <= to && opensAt(asset, on) <= feed.now;
  const at = (on: EpochMs) => opensAt(asset, on) / secondMs;
  const splits = events.includes('split') ? feed.splits(asset).filter(within) : [];
  const dividends = events.includes('div') ? feed.dividends(asset).filter(within) : [];
  if (splits.length + dividends.length === 0) return undefined;
  const paid = dividends.map(({ on, amount }) => [at(on), { amount, date: at(on) }] as const);
  const divided = splits.map(
    ({ on, ratio }) => [at(on), { date: at(on), numerator: ratio, denominator: 1, splitRatio: `${ratio}:1` }] as const,
  );
  return {
    ...(paid.length > 0 && { dividends: Object.fromEntries(paid) }),
    ...(divided.length > 0 && { splits: Object.fromEntries(divided) }),
  };
}

/** Adjusted for dividends, too: all before a payment is less by its part of the close before it. */
async function closesLessDividends({ asset }: Asked, rows: readonly Row[], feed: Feed): Promise<number[]> {
  const dividends = feed.dividends(asset);
  if (dividends.length === 0) return rows.map(({ close }) => noisy(close));
  const daily = await feed.bars(asset, '1d');
  const factors = dividends.map(({ on, amount }) => {
    const before = daily.findLast(({ start }) => start < on);
    return { on, factor: before ? 1 - amount / before.close : 1 };
  });
  return rows.map(({ start, close }) =>
    noisy(factors.reduce((price, { on, factor }) => (start < on ? price * factor : price), close)),
  );
}

/** The session that is running at `now`, or the next one. */
function currentSession(now: EpochMs): { open: EpochMs; close: EpochMs } {
  for (let day = Math.floor(now / dayMs) * dayMs; ; day += dayMs) {
    if (isTradingDay('stock', day) && session(day).close > now) return session(day);
  }
}

function metaOf({ symbol, asset, granularity, range }: Asked, firstDay: EpochMs, last: Bar, feed: Feed) {
  const { now } = feed;
  const isCoin = asset.assetClass === 'crypto';
  const midnight = Math.floor(now / dayMs) * dayMs;
  const regular = isCoin ? { open: midnight, close: midnight + dayMs - 60 * secondMs } : currentSession(now);
  // the last trade is stamped a second after the closing
  const tradedAt = feed.lastTrade(asset, last) + (!isCoin && now > session(last.start).close ? secondMs : 0);
  const summer = session(now).open % dayMs === 13.5 * hourMs;
  const newYork = summer ? { timezone: 'EDT', gmtoffset: -14_400 } : { timezone: 'EST', gmtoffset: -18_000 };
  const zone = isCoin ? { timezone: 'UTC', gmtoffset: 0 } : newYork;
  const period = (start: EpochMs, end: EpochMs) => ({ ...zone, start: start / secondMs, end: end / secondMs });
  return {
    currency: 'USD',
    symbol: symbol.toUpperCase(),
    exchangeName: isCoin ? 'CCC' : asset.assetClass === 'etf' ? 'PCX' : 'NMS',
    fullExchangeName: isCoin ? 'CCC' : asset.assetClass === 'etf' ? 'NYSEArca' : 'NasdaqGS',
    instrumentType: isCoin ? 'CRYPTOCURRENCY' : asset.assetClass === 'etf' ? 'ETF' : 'EQUITY',
    firstTradeDate: opensAt(asset, firstDay) / secondMs,
    regularMarketTime: seconds(feed.stamp(asset, tradedAt)),
    hasPrePostMarketData: !isCoin,
    ...zone,
    exchangeTimezoneName: isCoin ? 'UTC' : 'America/New_York',
    regularMarketPrice: last.close,
    regularMarketDayHigh: last.high,
    regularMarketDayLow: last.low,
    regularMarketVolume: volumeOf(asset, last),
    longName: isCoin ? `${asset.name} USD` : asset.name,
    shortName: isCoin ? `${asset.name} USD` : asset.name,
    priceHint: last.close < 0.01 ? 8 : last.close < 1 ? 4 : 2,
    currentTradingPeriod: {
      pre: period(regular.open, regular.open),
      regular: period(regular.open, regular.close),
      post: period(regular.close, regular.close),
    },
    dataGranularity: granularity,
    range,
    validRanges: [...Object.keys(ranges).filter((name) => name !== 'max'), 'ytd', 'max'],
  };
}
