import { z } from 'zod';
import { retryAfterMs, wishedUntil } from '../../../platform/outbound/retry-after.js';
import type { EpochMs } from '../../../shared/time.js';
import type { Asset } from '../../domain/asset.js';
import { intervalMs, intervals, type Interval, type RefusedRow } from '../../domain/candle.js';
import { whyNotOffered } from '../../domain/source-order.js';
import { candleAnswer } from '../candle-answer.js';
import { badAnswer, jsonOf, spellingAt, statusOutcome, type FailedOutcome } from '../http-outcome.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  Quote,
  SourceAbilities,
  SourceBudget,
  SourceIo,
  SourceOutcome,
  SourceResponse,
} from '../market-data-source.js';
import { textQuoteAnswer } from '../quote-answer.js';
import { baseUrl, budgetOf, planLimit, sourceFamily } from '../source-family.js';
import { errorBody, klinesPage, offeredKline, tickerPrice, type Kline } from './binance.payloads.js';

const pageSize = 1_000;
/** What a page of bars and the price of one pair cost of the minute's weight. */
const weight = 2;

class BinanceSource implements MarketDataSource {
  readonly id = 'binance';
  readonly offers: SourceAbilities = {
    candles: { crypto: intervals },
    bars: 'ohlc',
    quotes: ['crypto'],
    basis: 'spot',
    historyDays: {},
    history: 'since the pair was listed, 2017 at the earliest',
    corporateActions: [],
    wholeHistory: false,
    publicationLagMs: 0,
  };
  readonly budget: SourceBudget;

  constructor(
    private readonly baseUrl: string,
    weightPerMinute: number,
  ) {
    this.budget = budgetOf(this.id, baseUrl, undefined, [{ name: 'minute', limit: weightPerMinute }]);
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const why = whyNotOffered(this.offers, request.asset.assetClass, request.interval);
    if (why !== undefined) return { kind: 'notOffered', why };
    const symbol = spellingAt('binance', request.asset);
    if (typeof symbol !== 'string') return symbol;
    const offered: Kline[] = [];
    const malformed: RefusedRow[] = [];
    let simulatedSeed: string | null = null;
    let rowsBefore = 0;
    for (let from = request.from ?? 0; from < request.to;) {
      const url = this.klinesUrl(symbol, request.interval, from, request.to - 1);
      const page = klinesOf(await io.get(url, { weight }), io.now());
      if (page.kind !== 'rows') return page;
      const read: Kline[] = [];
      page.rows.forEach((row, i) => {
        const bar = offeredKline(row, `binance klines[${rowsBefore + i}]`, request.interval);
        if ('reason' in bar) malformed.push(bar);
        else read.push(bar);
      });
      offered.push(...read);
      simulatedSeed ??= page.simulatedSeed;
      rowsBefore += page.rows.length;
      if (page.rows.length < pageSize) break;
      const next = nextPage(read, request.interval, from, io.now());
      if (next === undefined) return badAnswer(`a full page of klines from ${from} without one to go on from`);
      from = next;
    }
    return candleAnswer(
      { quoteCurrency: 'USDT', adjustment: 'raw', offered, malformed, simulatedSeed },
      request,
      io.now(),
    );
  }

  async latestQuote(asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const symbol = spellingAt('binance', asset);
    if (typeof symbol !== 'string') return symbol;
    const url = new URL('/api/v3/ticker/price', this.baseUrl);
    url.searchParams.set('symbol', symbol);
    const response = await io.get(url, { weight });
    const json = answerOf(response, io.now());
    if (json.kind !== 'json') return json;
    const ticker = tickerPrice.safeParse(json.value);
    if (!ticker.success || ticker.data.symbol !== symbol) return badAnswer(`no ticker of ${symbol}`);
    const { price } = ticker.data;
    const { simulatedSeed } = json;
    // the ticker carries no time: it is the last trade as of the answer
    return textQuoteAnswer({ of: symbol, price, time: io.now(), quoteCurrency: 'USDT', simulatedSeed }, io.now());
  }

  private klinesUrl(symbol: string, interval: Interval, from: EpochMs, to: EpochMs): URL {
    const url = new URL('/api/v3/klines', this.baseUrl);
    const parameters = { symbol, interval, startTime: from, endTime: to, limit: pageSize };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    return url;
  }
}

export const binance = sourceFamily(
  'binance',
  z.object({
    BINANCE_BASE_URL: baseUrl('https://data-api.binance.vision'),
    // less than one page's weight would let nothing through
    BINANCE_WEIGHT_PER_MINUTE: planLimit(6_000, weight),
  }),
  (env) => [new BinanceSource(env.BINANCE_BASE_URL, env.BINANCE_WEIGHT_PER_MINUTE)],
);

/**
 * Where the next page begins: after the last row whose two times agree on the end of a bar. One wrong stamp at the end
 * of a page must neither skip what follows it nor ask for the same page again.
 */
function nextPage(read: readonly Kline[], interval: Interval, from: EpochMs, now: EpochMs): EpochMs | undefined {
  const last = read.findLast(({ openTime, closeTime }) => openTime >= from && closeTime >= openTime && openTime <= now);
  return last && last.openTime + intervalMs[interval];
}

type Json = { kind: 'json'; value: unknown; simulatedSeed: string | null };

/** The JSON of an answer that is neither an error nor a page of some machine on the way. */
function answerOf(response: SourceResponse, now: EpochMs): Json | FailedOutcome {
  if (response.kind !== 'response') return response;
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
  return retryAfterMs(header, now) ?? (until === undefined ? undefined : wishedUntil(Number(until), now));
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
