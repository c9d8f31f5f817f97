import type { Asset } from '../../src/data/domain/assets.js';
import { dayMs, secondMs, type EpochMs } from '../../src/shared/time.js';
import { json, type Answer, type Market } from './answer.js';
import { currentSession, session } from './calendar.js';
import { assetsBySpelling, type Bar } from './price-model.js';

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

const failed = (status: number, code: string, description: string) =>
  json(status, { chart: { result: null, error: { code, description } } });

/** `GET /v8/finance/chart/{symbol}`, daily bars only: the model makes no others. */
export async function chart(symbol: string, query: URLSearchParams, { bars, now }: Market): Promise<Answer> {
  const interval = query.get('interval') ?? '1d';
  if (interval !== '1d') {
    return failed(422, 'Unprocessable Entity', `${interval} data not available for the requested range`);
  }
  const asset = assetsBySpelling.yahoofinance.get(symbol.toUpperCase());
  const all = asset ? (await bars.bars(asset, now)).filter(({ day }) => hasOpened(asset, day, now)) : [];
  const first = all[0];
  if (!asset || !first) return failed(404, 'Not Found', 'No data found, symbol may be delisted');
  const window = windowOf(query, now);
  if (!window) return failed(400, 'Bad Request', 'Invalid input - period1 or period2 is no time');
  const [from, to] = window;
  if (to <= stampOf(asset, first, now)) {
    return failed(400, 'Bad Request', `Data doesn't exist for startDate = ${from / 1000}, endDate = ${to / 1000}`);
  }
  const shown = all.filter((bar) => bar.day + dayMs > from && stampOf(asset, bar, now) >= from && bar.day <= to);
  return json(200, chartBody(asset, symbol, shown, all, now), { 'cache-control': 'public, max-age=10' });
}

function windowOf(query: URLSearchParams, now: EpochMs): [EpochMs, EpochMs] | undefined {
  const range = query.get('range');
  if (range !== null) return range in ranges ? [now - ranges[range]! * dayMs, now] : undefined;
  const [from, to] = ['period1', 'period2'].map((name) => Number(query.get(name) ?? NaN) * secondMs);
  return Number.isFinite(from) && Number.isFinite(to) ? [from!, to!] : undefined;
}

/** Nobody has seen a session's prices before it opens. */
const hasOpened = ({ assetClass }: Asset, day: EpochMs, now: EpochMs): boolean =>
  day + dayMs <= now || (assetClass === 'crypto' ? day : session(day).open) <= now;

/** Session open; the running bar is stamped with its last trade instead. */
function stampOf(asset: Asset, { day }: Bar, now: EpochMs): EpochMs {
  if (asset.assetClass === 'crypto') return day + dayMs > now ? Math.floor(now / secondMs) * secondMs : day;
  const { open, close } = session(day);
  return now > open && now < close ? Math.floor(now / secondMs) * secondMs : open;
}

/** Yahoo's prices are 32-bit floats that are printed as doubles. */
const noisy = (value: number) => Math.fround(value);

function chartBody(asset: Asset, symbol: string, shown: readonly Bar[], all: readonly Bar[], now: EpochMs) {
  const last = all.at(-1)!;
  const isCoin = asset.assetClass === 'crypto';
  const midnight = Math.floor(now / dayMs) * dayMs;
  const regular = isCoin ? { open: midnight, close: midnight + dayMs - 60 * secondMs } : currentSession(now);
  const tradedAt = isCoin ? Math.min(now, last.day + dayMs) : Math.min(now, session(last.day).close + secondMs);
  const zone = isCoin ? { timezone: 'UTC', gmtoffset: 0 } : { timezone: 'EST', gmtoffset: -18_000 };
  const period = (start: EpochMs, end: EpochMs) => ({ ...zone, start: start / secondMs, end: end / secondMs });
  const meta = {
    currency: 'USD',
    symbol: symbol.toUpperCase(),
    exchangeName: isCoin ? 'CCC' : asset.assetClass === 'etf' ? 'PCX' : 'NMS',
    instrumentType: isCoin ? 'CRYPTOCURRENCY' : asset.assetClass === 'etf' ? 'ETF' : 'EQUITY',
    firstTradeDate: all[0]!.day / secondMs,
    regularMarketTime: Math.floor(tradedAt / secondMs),
    gmtoffset: zone.gmtoffset,
    timezone: zone.timezone,
    exchangeTimezoneName: isCoin ? 'UTC' : 'America/New_York',
    regularMarketPrice: last.close,
    priceHint: last.close < 0.01 ? 8 : last.close < 1 ? 4 : 2,
    currentTradingPeriod: {
      pre: period(regular.open, regular.open),
      regular: period(regular.open, regular.close),
      post: period(regular.close, regular.close),
    },
    dataGranularity: '1d',
    range: '',
    validRanges: [...Object.keys(ranges), 'ytd'],
  };
  if (shown.length === 0) {
    return { chart: { result: [{ meta, indicators: { quote: [{}], adjclose: [{}] } }], error: null } };
  }
  const column = (field: 'open' | 'high' | 'low' | 'close') => shown.map((bar) => noisy(bar[field]));
  const quote = {
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: shown.map(({ volume }) => volume),
  };
  const timestamp = shown.map((bar) => stampOf(asset, bar, now) / secondMs);
  return {
    chart: {
      result: [{ meta, timestamp, indicators: { quote: [quote], adjclose: [{ adjclose: quote.close }] } }],
      error: null,
    },
  };
}
