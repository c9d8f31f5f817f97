import { dayMs, type EpochMs } from '../../../shared/time.js';
import { checkCandles, type OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, intervals, type Candle, type Interval, type RefusedRow } from '../../domain/candle.js';
import { isDecimalText } from '../../domain/decimal-text.js';
import { badAnswer, jsonOf, retryAfterMs, spellingAt, statusOutcome, type FailedOutcome } from '../http-outcome.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  Quote,
  SourceFamily,
  SourceIo,
  SourceOutcome,
  SourceResponse,
} from '../market-data-source.js';
import { errorBody, klinesPage, offeredKline, tickerPrice } from './binance.payloads.js';

const pageSize = 1_000;

export class BinanceSource implements MarketDataSource {
  readonly id = 'binance';
  readonly offers = {
    candles: intervals,
    assetClasses: ['crypto'],
    quotes: true,
    history: 'since the pair was listed, 2017 at the earliest',
    wholeHistory: false,
    publicationLagMs: 0,
  } as const;
  /** A page weighs 2 of the 6,000 a minute; other processes may share the address. */
  readonly limits = { requestsPerMinute: 1_000 };

  constructor(private readonly baseUrl: string) {}

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const symbol = spellingAt('binance', request);
    if (typeof symbol !== 'string') return symbol;
    const step = intervalMs[request.interval];
    const candles: Candle[] = [];
    const refused: RefusedRow[] = [];
    let simulatedSeed: string | null = null;
    let rowsBefore = 0;
    for (let from = request.from ?? 0; from < request.to;) {
      const response = await io.get(this.klinesUrl(symbol, request.interval, from, request.to - 1));
      const page = klinesOf(response, io.now());
      if (page.kind !== 'rows') return page;
      const read = readPage(page.rows, { ...request, from, rowsBefore, now: io.now() });
      candles.push(...read.candles);
      refused.push(...read.refused);
      simulatedSeed ??= page.simulatedSeed;
      rowsBefore += page.rows.length;
      if (page.rows.length < pageSize) break;
      const last = read.candles.at(-1);
      if (!last) return badAnswer(`a full page of klines from ${from} without one that can be used`);
      from = last.openTime + step;
    }
    if (candles.length === 0 && refused.length === 0) return { kind: 'empty' };
    if (candles.length === 0)
      return badAnswer(`all ${refused.length} klines refused, the first: ${refused[0]!.reason}`);
    const rowsRefused = refused.length;
    return {
      kind: 'ok',
      value: { quoteCurrency: 'USDT', adjustment: 'raw', candles, refused, rowsRefused, simulatedSeed },
    };
  }

  async latestQuote(assetId: CandleRequest['assetId'], io: SourceIo): Promise<SourceOutcome<Quote>> {
    const symbol = spellingAt('binance', { assetId });
    if (typeof symbol !== 'string') return symbol;
    const url = new URL('/api/v3/ticker/price', this.baseUrl);
    url.searchParams.set('symbol', symbol);
    const response = await io.get(url);
    const json = answerOf(response, io.now());
    if (json.kind !== 'json') return json;
    const ticker = tickerPrice.safeParse(json.value);
    if (!ticker.success || ticker.data.symbol !== symbol) return badAnswer(`no ticker of ${symbol}`);
    const { price } = ticker.data;
    if (!isDecimalText(price) || Number(price) <= 0) return badAnswer(`price "${price.slice(0, 40)}" of ${symbol}`);
    // the ticker carries no time: it is the last trade as of the answer
    return { kind: 'ok', value: { price, quoteCurrency: 'USDT', time: io.now(), simulatedSeed: json.simulatedSeed } };
  }

  private klinesUrl(symbol: string, interval: Interval, from: EpochMs, to: EpochMs): URL {
    const url = new URL('/api/v3/klines', this.baseUrl);
    const parameters = { symbol, interval, startTime: from, endTime: to, limit: pageSize };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    return url;
  }
}

export const binance: SourceFamily = {
  name: 'binance',
  create: ({ binance: { baseUrl } }) => [new BinanceSource(baseUrl)],
};

type Json = { kind: 'json'; value: unknown; simulatedSeed: string | null };

/** The JSON of an answer that is neither an error nor a page of some machine on the way. */
function answerOf(response: SourceResponse, now: EpochMs): Json | FailedOutcome {
  if (response.kind === 'unavailable') return response;
  const { status, body, header } = response;
  const json = jsonOf(body);
  const error = json.kind === 'json' ? errorBody.safeParse(json.value) : undefined;
  if (status === 418) return { kind: 'rateLimited', retryAfterMs: banEndsIn(header('retry-after'), body, now) };
  if (status === 451) return { kind: 'notOffered', why: 'Binance does not serve this country (status 451)' };
  if (error?.success) return errorOutcome(error.data, response, now);
  const general = statusOutcome(response, now);
  if (general) return general;
  if (status !== 200) return badAnswer(`status ${status}`);
  return json.kind === 'json' ? { ...json, simulatedSeed: response.simulatedSeed } : json;
}

function errorOutcome(
  { code, msg }: { code: number; msg: string },
  response: Extract<SourceResponse, { kind: 'response' }>,
  now: EpochMs,
): FailedOutcome {
  const said = `code ${code}: ${msg.slice(0, 120)}`;
  if (code === -1121 || code === -1122) return { kind: 'unknownAsset' };
  if (code === -1003) {
    return { kind: 'rateLimited', retryAfterMs: banEndsIn(response.header('retry-after'), msg, now) };
  }
  if ([-1000, -1001, -1006, -1007, -1008].includes(code)) return { kind: 'unavailable', why: said };
  return statusOutcome(response, now) ?? badAnswer(said);
}

/** The header, or for a ban the instant that stands in the text. */
function banEndsIn(header: string | undefined, text: string, now: EpochMs): number | undefined {
  const until = /banned until (\d{13})/.exec(text)?.[1];
  return retryAfterMs(header, now) ?? (until === undefined ? undefined : Math.max(0, Number(until) - now));
}

type Page = { kind: 'rows'; rows: unknown[]; simulatedSeed: string | null };

function klinesOf(response: SourceResponse, now: EpochMs): Page | FailedOutcome {
  const json = answerOf(response, now);
  if (json.kind !== 'json') return json;
  const page = klinesPage.safeParse(json.value);
  return page.success
    ? { kind: 'rows', rows: page.data, simulatedSeed: json.simulatedSeed }
    : badAnswer(`klines are no array but ${typeof json.value}`);
}

interface PageContext {
  readonly interval: Interval;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly now: EpochMs;
  /** Rows of the pages before, so that a refused row is named by its place in the whole answer. */
  readonly rowsBefore: number;
}

/** Believed bars of a page between `from` and `to`; the running bar is left out without complaint. */
function readPage(rows: readonly unknown[], { interval, from, to, now, rowsBefore }: PageContext) {
  const step = intervalMs[interval];
  // weeks begin on Monday, four days after the epoch
  const origin = interval === '1w' ? 4 * dayMs : 0;
  const offered: OfferedCandle[] = [];
  const malformed: RefusedRow[] = [];
  rows.forEach((row, i) => {
    const read = offeredKline(row, `binance klines[${rowsBefore + i}]`);
    if ('reason' in read) return malformed.push(read);
    const { where, openTime } = read;
    if ((openTime - origin) % step !== 0) {
      return malformed.push({ where, reason: `open time ${openTime} is no start of a bar of ${interval}` });
    }
    const isUnasked = openTime < from || (openTime <= now && openTime + step > Math.min(to, now));
    if (!isUnasked) offered.push(read);
  });
  const { candles, refused } = checkCandles(offered, interval, now);
  return { candles, refused: [...malformed, ...refused] };
}
