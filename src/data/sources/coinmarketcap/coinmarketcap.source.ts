import { z } from 'zod';
import { retryAfterMs } from '../../../platform/outbound/retry-after.js';
import { dayMs, hourMs, minuteMs, toIso, utcDate, type EpochMs } from '../../../shared/time.js';
import type { Asset } from '../../domain/asset.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, type Interval, type RefusedRow } from '../../domain/candle.js';
import { candleAnswer } from '../candle-answer.js';
import { badAnswer, jsonOf, spellingAt, statusOutcome, type Answered, type FailedOutcome } from '../http-outcome.js';
import { numberText } from '../json-number.js';
import type {
  ApiKeyState,
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
import { quoteAnswer } from '../quote-answer.js';
import { apiKey, baseUrl, budgetOf, planLimit, sourceFamily } from '../source-family.js';
import {
  coinsOf,
  dollar,
  envelope,
  history,
  inCurrency,
  instantOf,
  latest,
  offeredBar,
  type Coin,
} from './coinmarketcap.payloads.js';

const keyVariable = 'COINMARKETCAP_API_KEY';
type BarInterval = '1h' | '1d';

/** A credit buys this many bars: a page within it costs one, and the two windows of the budget count the same. */
const barsPerCredit = 100;
/** Hours are asked for with one more before and two after, which may or may not come. */
const marginBars: Readonly<Record<BarInterval, number>> = { '1d': 0, '1h': 3 };
/** Nothing in its database is older. */
const oldest = Date.UTC(2010, 0, 1);

interface CoinMarketCapSettings {
  readonly url: string;
  readonly key: string | undefined;
  readonly requestsPerMinute: number;
  readonly creditsPerMonth: number;
  /** How far back the plan's hours reach. */
  readonly hourlyHistoryDays: number;
}

class CoinMarketCapSource implements MarketDataSource {
  readonly id = 'coinmarketcap';
  readonly offers: SourceAbilities;
  readonly budget: SourceBudget;
  readonly apiKey: ApiKeyState;

  constructor(private readonly settings: CoinMarketCapSettings) {
    const { url, key, requestsPerMinute, creditsPerMonth, hourlyHistoryDays } = settings;
    this.apiKey = { variable: keyVariable, isSet: key !== undefined, isNeeded: true };
    this.budget = budgetOf(this.id, url, key, [
      { name: 'minute', limit: requestsPerMinute },
      { name: 'month', limit: creditsPerMonth },
    ]);
    // half of what the plan lets through in a minute, so that a question is not given up half-way
    const mostBars = barsPerCredit * Math.max(1, Math.floor(requestsPerMinute / 2));
    this.offers = {
      candles: { crypto: ['1h', '1d'] },
      bars: 'ohlc',
      quotes: ['crypto'],
      basis: 'spot',
      historyDays: { '1h': hourlyHistoryDays },
      history: 'paid plans: days since 2010, hours of the last 1 to 12 months',
      corporateActions: [],
      wholeHistory: false,
      mostBars: { '1h': mostBars, '1d': mostBars },
      publicationLagMs: 10 * minuteMs,
    };
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const { asset, interval } = request;
    const id = spellingAt(this.id, asset);
    if (typeof id !== 'string') return id;
    if (asset.assetClass !== 'crypto' || !isBarInterval(interval)) {
      return { kind: 'notOffered', why: `has no bars of ${interval} of a ${asset.assetClass}` };
    }
    if (this.settings.key === undefined) return { kind: 'missingKey', variable: keyVariable };
    const reach = this.offers.historyDays[interval];
    const earliest = reach === undefined ? oldest : io.now() - reach * dayMs;
    if (request.to <= earliest) return { kind: 'notOffered', why: `bars of ${interval} begin ${toIso(earliest)}` };
    const pages = pagesOf(request, interval, earliest, io.now());
    if (pages.length > this.settings.requestsPerMinute) {
      // what does not fit into a minute would be given up half-way, and asked for from the beginning again
      const why = `the window takes ${pages.length} pages, and the plan has ${this.settings.requestsPerMinute} a minute`;
      return { kind: 'notOffered', why };
    }
    const offered: OfferedCandle[] = [];
    const malformed: RefusedRow[] = [];
    let seed: string | null | undefined;
    for (const page of pages) {
      const read = await this.page(id, interval, page, io);
      // where the history begins, an id is as unknown as where there is none
      if (read.kind === 'unknownAsset' && offered.length > 0) break;
      if (read.kind !== 'page') return read;
      if (seed !== undefined && seed !== read.simulatedSeed) return badAnswer('pages of two simulated worlds');
      seed = read.simulatedSeed;
      offered.unshift(...read.offered);
      malformed.unshift(...read.malformed);
      if (request.from === null && read.rows === 0) break;
    }
    const bars = { quoteCurrency: 'USD', adjustment: 'raw', offered, malformed, simulatedSeed: seed ?? null } as const;
    return candleAnswer(bars, request, io.now());
  }

  async latestQuote(asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const id = spellingAt(this.id, asset);
    if (typeof id !== 'string') return id;
    if (this.settings.key === undefined) return { kind: 'missingKey', variable: keyVariable };
    const answer = await this.coin('/v2/cryptocurrency/quotes/latest', { id }, io);
    return answer.kind === 'coin' ? quoteOf(answer, io.now()) : answer;
  }

  private async page(id: string, interval: BarInterval, { first, last }: Page, io: SourceIo) {
    const step = intervalMs[interval];
    const answer = await this.coin(
      '/v2/cryptocurrency/ohlcv/historical',
      { id, ...windowOf(first, last, interval) },
      io,
    );
    if (answer.kind !== 'coin') return answer;
    const body = history.safeParse(answer.coin);
    if (!body.success) return badAnswer('no history: quotes are missing');
    const offered: OfferedCandle[] = [];
    const malformed: RefusedRow[] = [];
    body.data.quotes.forEach((row, i) => {
      const where = `coinmarketcap quotes[${i}] since ${utcDate(first)}`;
      const read = offeredBar(row, { where, step, isFirst: i === 0 });
      if (read === undefined) return;
      if ('reason' in read) malformed.push(read);
      else if (!isNeighbour(read.openTime, first, last, step)) offered.push(read);
    });
    return {
      kind: 'page' as const,
      rows: body.data.quotes.length,
      offered,
      malformed,
      simulatedSeed: answer.simulatedSeed,
    };
  }

  /** What an endpoint says of the one coin that it is asked about, in dollars. */
  private async coin(path: string, parameters: Readonly<Record<string, string>>, io: SourceIo) {
    const url = new URL(path, this.settings.url);
    for (const [name, value] of Object.entries({ ...parameters, convert: 'USD' })) url.searchParams.set(name, value);
    const answer = answerOf(await io.get(url, { headers: { 'X-CMC_PRO_API_KEY': this.settings.key ?? '' } }), io.now());
    return answer.kind === 'data' ? coinIn(answer, parameters['id'] ?? '') : answer;
  }
}

export const coinmarketcap = sourceFamily(
  'coinmarketcap',
  z.object({
    COINMARKETCAP_BASE_URL: baseUrl('https://pro-api.coinmarketcap.com'),
    [keyVariable]: apiKey,
    COINMARKETCAP_REQUESTS_PER_MINUTE: planLimit(30),
    COINMARKETCAP_CREDITS_PER_MONTH: planLimit(15_000),
    /** Of the smallest plan that has hours. */
    COINMARKETCAP_HOURLY_HISTORY_DAYS: planLimit(30),
  }),
  (settings) => [
    new CoinMarketCapSource({
      url: settings.COINMARKETCAP_BASE_URL,
      key: settings[keyVariable],
      requestsPerMinute: settings.COINMARKETCAP_REQUESTS_PER_MINUTE,
      creditsPerMonth: settings.COINMARKETCAP_CREDITS_PER_MONTH,
      hourlyHistoryDays: settings.COINMARKETCAP_HOURLY_HISTORY_DAYS,
    }),
  ],
);

const isBarInterval = (interval: Interval): interval is BarInterval => interval === '1h' || interval === '1d';

/** The open times of the first and the last bar that a request asks for. */
interface Page {
  readonly first: EpochMs;
  readonly last: EpochMs;
}

/** The window in pages of one credit, the newest first: where the history begins is known only on the way. */
function pagesOf({ from, to }: CandleRequest, interval: BarInterval, earliest: EpochMs, now: EpochMs): Page[] {
  const step = intervalMs[interval];
  const pageMs = (barsPerCredit - marginBars[interval]) * step;
  const start = Math.ceil(Math.max(from ?? -Infinity, earliest) / step) * step;
  const end = Math.floor(Math.min(to, now) / step) * step;
  const pages: Page[] = [];
  for (let pageEnd = end; pageEnd > start; pageEnd -= pageMs) {
    pages.push({ first: Math.max(start, pageEnd - pageMs), last: pageEnd - step });
  }
  return pages;
}

/** `time_start` is exclusive and `time_end` inclusive; of days only the date counts, of hours it is not said which end. */
function windowOf(first: EpochMs, last: EpochMs, interval: BarInterval): Readonly<Record<string, string>> {
  const count = String(barsPerCredit);
  return interval === '1d'
    ? { time_period: 'daily', time_start: utcDate(first - dayMs), time_end: utcDate(last), count }
    : {
        time_period: 'hourly',
        interval: '1h',
        time_start: toIso(first - 2 * hourMs),
        time_end: toIso(last + hourMs),
        count,
      };
}

/** Whether the bar stands just outside its page: the next page has it, or nobody asked. */
const isNeighbour = (openTime: EpochMs, first: EpochMs, last: EpochMs, step: number) =>
  (openTime < first && openTime >= first - 2 * step) || (openTime > last && openTime <= last + 2 * step);

interface Data {
  readonly kind: 'data';
  readonly data: unknown;
  readonly simulatedSeed: string | null;
}

/** The data of an answer that is no error: its own code counts more than the status, with which four limits come. */
function answerOf(response: SourceResponse, now: EpochMs): Data | FailedOutcome {
  if (response.kind !== 'response') return response;
  const json = jsonOf(response.body);
  const body = json.kind === 'json' ? envelope.safeParse(json.value) : undefined;
  if (body?.success) {
    const { status, data } = body.data;
    if (status.error_code !== 0) return codeOutcome(status.error_code, status.error_message ?? '', response, now);
    if (response.status === 200) return { kind: 'data', data, simulatedSeed: response.simulatedSeed };
  }
  const general = statusOutcome(response, now);
  if (general) return general;
  if (response.status === 401) return { kind: 'missingKey', variable: keyVariable };
  if (json.kind !== 'json') return json;
  return badAnswer(`status ${response.status} without a code of its own`);
}

function codeOutcome(code: number, message: string, response: Answered, now: EpochMs): FailedOutcome {
  const why = `code ${code}: ${message.slice(0, 120)}`;
  const asked = retryAfterMs(response.header('retry-after'), now);
  // refused or missing: either way it is the variable that has to be set right
  if (code === 1001 || code === 1002) return { kind: 'missingKey', variable: keyVariable };
  if (code >= 1003 && code <= 1007) return { kind: 'notOffered', why };
  if (code === 1008 || code === 1011) return { kind: 'rateLimited', retryAfterMs: asked ?? minuteMs, why };
  if (code === 1009) return { kind: 'rateLimited', retryAfterMs: nextDay(now) - now, why };
  if (code === 1010) return { kind: 'rateLimited', retryAfterMs: nextMonth(now) - now, why };
  if (code === 400 && unknownText.test(message)) return { kind: 'unknownAsset' };
  if (code === 500) return { kind: 'unavailable', why };
  return statusOutcome(response, now) ?? badAnswer(why);
}

/** An id that is nobody's is a bad parameter like any other, told by its text alone. */
const unknownText = /^no items found|invalid values? for "?(id|slug|symbol)\b/i;

const nextDay = (now: EpochMs) => (Math.floor(now / dayMs) + 1) * dayMs;

function nextMonth(now: EpochMs): EpochMs {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function coinIn({ data, simulatedSeed }: Data, id: string) {
  if (typeof data !== 'object' || data === null) return badAnswer('no data');
  if (Object.keys(data).length === 0) return { kind: 'unknownAsset' } as const;
  // a symbol can be shared, so nothing but the id tells the coin
  const coin = coinsOf(data).find((one) => String(one.id) === id);
  return coin ? ({ kind: 'coin', coin, simulatedSeed } as const) : badAnswer(`no coin ${id} in the data`);
}

function quoteOf(
  { coin, simulatedSeed }: { readonly coin: Coin; readonly simulatedSeed: string | null },
  now: EpochMs,
): SourceOutcome<Quote> {
  const body = latest.safeParse(coin);
  const said = body.success ? inCurrency(body.data.quote, dollar) : undefined;
  if (!said) return badAnswer(`no quote of ${coin.id} in USD`);
  const { price, last_updated: updated } = said;
  const time = typeof updated === 'string' ? instantOf(updated) : undefined;
  if (time === undefined) return badAnswer(`last_updated ${numberText(updated).slice(0, 40)} of ${coin.id}`);
  return quoteAnswer({ of: `coin ${coin.id}`, price, time, quoteCurrency: 'USD', simulatedSeed }, now);
}
