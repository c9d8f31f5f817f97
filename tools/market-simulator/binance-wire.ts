import { dayMs } from '../../src/shared/time.js';
import { json, type Answer, type Market } from './answer.js';
import { assetsBySpelling, type Bar } from './price-model.js';

const intervals = ['1s', '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '3d', '1w', '1M'];
const weightHeaders = { 'x-mbx-used-weight': '2', 'x-mbx-used-weight-1m': '2' };

const refused = (code: number, msg: string) => json(400, { code, msg }, weightHeaders);
const mandatory = (name: string) =>
  refused(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);

/** `GET /api/v3/klines`, daily bars only: the model makes no others. */
export async function klines(query: URLSearchParams, { bars, now }: Market): Promise<Answer> {
  const symbol = query.get('symbol');
  if (!symbol) return mandatory('symbol');
  const interval = query.get('interval');
  if (!interval) return mandatory('interval');
  if (interval !== '1d') {
    return intervals.includes(interval)
      ? json(503, { code: -1001, msg: `The simulator has no bars of ${interval}.` })
      : refused(-1120, 'Invalid interval.');
  }
  for (const name of ['startTime', 'endTime', 'limit']) {
    const value = query.get(name);
    if (value !== null && !/^\d{1,20}$/.test(value)) {
      return refused(-1100, `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`);
    }
  }
  const asset = assetsBySpelling.binance.get(symbol);
  const all = asset ? await bars.bars(asset, now) : [];
  if (all.length === 0) return refused(-1121, 'Invalid symbol.');
  const limit = Math.min(Number(query.get('limit') ?? 500), 1_000);
  const start = query.get('startTime');
  const end = Number(query.get('endTime') ?? Infinity);
  const inWindow = all.filter(({ day }) => day >= Number(start ?? 0) && day <= end);
  const page = start === null ? inWindow.slice(-limit) : inWindow.slice(0, limit);
  return json(200, page.map(kline), weightHeaders);
}

const price = (value: number) => value.toFixed(8);

function kline({ day, open, high, low, close, volume: counted }: Bar) {
  // this wire has no word for a volume that nobody counted
  const volume = counted ?? 0;
  const half = price(volume / 2);
  return [
    day,
    ...[open, high, low, close, volume].map(price),
    day + dayMs - 1,
    price(volume * close),
    Math.round(volume / 10) + 1,
    half,
    price((volume / 2) * close),
    '0',
  ];
}

/** `GET /api/v3/ticker/price` of one symbol. */
export async function tickerPrice(query: URLSearchParams, { bars, now }: Market): Promise<Answer> {
  const symbol = query.get('symbol');
  if (!symbol) return mandatory('symbol');
  const asset = assetsBySpelling.binance.get(symbol);
  const last = asset ? (await bars.bars(asset, now)).at(-1) : undefined;
  return last ? json(200, { symbol, price: price(last.close) }, weightHeaders) : refused(-1121, 'Invalid symbol.');
}
