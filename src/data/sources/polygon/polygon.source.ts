import { z } from 'zod';
import { retryAfterMs } from '../../../platform/outbound/retry-after.js';
import { dayMs, hourMs, minuteMs, startOfUtcDay, toIso, utcDate, type EpochMs } from '../../../shared/time.js';
import type { Asset } from '../../domain/asset.js';
import { isBarStart } from '../../domain/bar-grid.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, type Interval, type RefusedRow } from '../../domain/candle.js';
import { isTradingDay, session } from '../../domain/exchange-calendar.js';
import { whyNotOffered } from '../../domain/source-order.js';
import { candleAnswer } from '../candle-answer.js';
import {
  badAnswer,
  jsonOf,
  quoted,
  spellingAt,
  statusOutcome,
  type Answered,
  type FailedOutcome,
} from '../http-outcome.js';
import type {
  ApiKeyState,
  CandleAnswer,
  CandleRequest,
  CorporateAction,
  MarketDataSource,
  Quote,
  RequestOptions,
  SourceAbilities,
  SourceBudget,
  SourceIo,
  SourceOutcome,
  SourceResponse,
} from '../market-data-source.js';
import { quoteAnswer } from '../quote-answer.js';
import { apiKey, baseUrl, budgetOf, planLimit, sourceFamily } from '../source-family.js';
import {
  aggregatesPage,
  envelope,
  lastTrade,
  previousClose,
  readAggregate,
  readSplit,
  splitsPage,
} from './polygon.payloads.js';

const keyVariable = 'POLYGON_API_KEY';
/** Base bars a page: minutes for what is shorter than a day. */
const pageLimit = 50_000;
/** How far a plan that says `DELAYED` is behind. */
const delayMs = 15 * minuteMs;
/** From midnight in New York to the opening of the session. */
const openingMs = 9 * hourMs + 30 * minuteMs;

/** Stocks trade from four in the morning to eight in the evening: so many minutes are read for one of the session. */
const tradedMinutes = 16 * 60;
const tradedToSession = tradedMinutes / 390;

/** Multiplier and timespan of each interval that is offered. */
const spans: Readonly<Partial<Record<Interval, string>>> = {
  '1m': '1/minute',
  '5m': '5/minute',
  '15m': '15/minute',
  '1h': '1/hour',
  '1d': '1/day',
};

export interface PolygonSettings {
  readonly baseUrl: string;
  readonly key: string | undefined;
  readonly requestsPerMinute: number;
  /** How many days of history the plan includes, today's among them. */
  readonly historyDays: number;
}

export class PolygonSource implements MarketDataSource {
  readonly id = 'polygon';
  readonly offers: SourceAbilities;
  readonly budget: SourceBudget;
  readonly apiKey: ApiKeyState;

  constructor(private readonly settings: PolygonSettings) {
    const { key, requestsPerMinute, historyDays } = settings;
    this.apiKey = { variable: keyVariable, isSet: key !== undefined, isNeeded: true };
    this.budget = budgetOf('polygon', settings.baseUrl, key, [{ name: 'minute', limit: requestsPerMinute }]);
    // half of what the plan lets through in a minute, so that a question is not given up half-way
    const mostMinutes = pageLimit * Math.max(1, Math.floor(requestsPerMinute / 2));
    this.offers = {
      candles: {
        crypto: ['1m', '5m', '15m', '1h', '1d'],
        // its hours begin on the full hour and its weeks on Sunday, where the session begins at half past nine
        stock: ['1m', '5m', '15m', '1d'],
        etf: ['1m', '5m', '15m', '1d'],
      },
      bars: 'ohlc',
      quotes: ['crypto', 'stock', 'etf'],
      basis: 'spot',
      historyDays: Object.fromEntries(Object.keys(spans).map((interval) => [interval, historyDays])),
      history: 'as far as the plan reaches: two years on the free one, back to September 2003 on the largest',
      corporateActions: ['split'],
      wholeHistory: false,
      mostBars: {
        '1m': Math.floor(mostMinutes / tradedToSession),
        '5m': Math.floor(mostMinutes / tradedToSession / 5),
        '15m': Math.floor(mostMinutes / tradedToSession / 15),
        '1h': Math.floor(mostMinutes / 60),
      },
      publicationLagMs: delayMs,
    };
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const { asset, interval } = request;
    const why = whyNotOffered(this.offers, asset.assetClass, interval);
    if (why !== undefined) return { kind: 'notOffered', why };
    const symbol = spellingAt('polygon', asset);
    if (typeof symbol !== 'string') return symbol;
    if (this.settings.key === undefined) return { kind: 'missingKey', variable: keyVariable };

    const step = intervalMs[interval];
    const { historyDays } = this.settings;
    const earliest = startOfUtcDay(io.now()) - (historyDays - 1) * dayMs;
    if (request.to <= earliest) {
      return { kind: 'notOffered', why: `the plan's history reaches back ${historyDays} days (POLYGON_HISTORY_DAYS)` };
    }
    const first = Math.ceil(Math.max(request.from ?? -Infinity, earliest) / step) * step;
    const last = Math.floor(Math.min(request.to, io.now()) / step) * step - step;
    if (last < first) return { kind: 'empty' };

    const pages = interval === '1d' ? 1 : pagesOf(asset, first, last + step);
    if (pages > this.settings.requestsPerMinute) {
      // what does not fit into a minute would be given up half-way, and be asked for from the beginning again
      const why = `the window takes up to ${pages} pages, and the plan has ${this.settings.requestsPerMinute} a minute`;
      return { kind: 'notOffered', why };
    }
    const isStockDay = asset.assetClass !== 'crypto' && interval === '1d';
    // bars without their splits are worth nothing: the budget has room for both questions, or none is asked
    const bars = await this.bars({ symbol, asset, interval, first, last }, io, isStockDay ? { ahead: 1 } : {});
    if (bars.kind !== 'bars') return bars;
    const { offered, malformed, isDelayed, simulatedSeed } = bars;
    const splits: Splits | FailedOutcome =
      isStockDay && offered.length > 0 ? await this.splits(symbol, first, last, io) : noSplits;
    // a plan without them does not cost the bars
    if (splits.kind !== 'splits' && splits.kind !== 'empty' && splits.kind !== 'notOffered') return splits;
    const told = splits.kind === 'splits' ? splits : noSplits;

    // a session is over hours before its day is; of anything else a delayed plan has not seen the end yet
    const to = isDelayed && !isStockDay ? Math.min(request.to, io.now() - delayMs) : request.to;
    return candleAnswer(
      {
        quoteCurrency: 'USD',
        adjustment: asset.assetClass === 'crypto' ? 'raw' : 'split',
        offered,
        malformed: [...malformed, ...told.malformed],
        actions: told.actions,
        simulatedSeed,
      },
      { ...request, to },
      io.now(),
    );
  }

  async latestQuote(asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const symbol = spellingAt('polygon', asset);
    if (typeof symbol !== 'string') return symbol;
    if (this.settings.key === undefined) return { kind: 'missingKey', variable: keyVariable };
    return asset.assetClass === 'crypto' ? this.lastTrade(symbol, io) : this.previousClose(symbol, asset, io);
  }

  /** All pages of a window, oldest bar first. */
  private async bars(asked: AskedBars, io: SourceIo, ofFirst: RequestOptions): Promise<Bars | FailedOutcome> {
    const offered: OfferedCandle[] = [];
    const malformed: RefusedRow[] = [];
    let isDelayed = false;
    let rowsBefore = 0;
    let reached = -Infinity;
    let seed: string | null | undefined;
    let url = this.barsUrl(asked);
    while (true) {
      const page = readPage(await this.get(url, io, rowsBefore === 0 ? ofFirst : {}), asked, rowsBefore);
      if (page.kind !== 'page') return page;
      if (seed !== undefined && seed !== page.simulatedSeed) return badAnswer('pages of two simulated worlds');
      seed = page.simulatedSeed;
      offered.push(...page.offered);
      malformed.push(...page.malformed);
      rowsBefore += page.rows;
      isDelayed ||= page.isDelayed;
      if (page.nextUrl === undefined || page.rows === 0) {
        return { kind: 'bars', offered, malformed, isDelayed, simulatedSeed: seed };
      }
      if (page.lastStamp === undefined || page.lastStamp <= reached) {
        return badAnswer(`next_url of ${asked.symbol} leads to no later bar than ${toIso(Math.max(reached, 0))}`);
      }
      reached = page.lastStamp;
      const next = this.onOwnHost(page.nextUrl);
      if (!next) return badAnswer(`next_url ${quoted(page.nextUrl)} is no page of bars`);
      url = next;
    }
  }

  /** Splits of the stock in the window. */
  private async splits(symbol: string, first: EpochMs, last: EpochMs, io: SourceIo): Promise<Splits | FailedOutcome> {
    const url = this.url('/v3/reference/splits', {
      ticker: symbol,
      'execution_date.gte': utcDate(first),
      'execution_date.lte': utcDate(last),
      limit: '1000',
    });
    const json = await this.get(url, io);
    if (json.kind !== 'json') return json;
    const page = splitsPage.safeParse(json.value);
    if (!page.success) return badAnswer(`no splits of ${symbol}`);
    const actions: CorporateAction[] = [];
    const malformed: RefusedRow[] = [];
    (page.data.results ?? []).forEach((row, i) => {
      const read = readSplit(row, `polygon ${symbol} splits[${i}]`);
      if ('reason' in read) return malformed.push(read);
      const { ticker, action } = read;
      if (ticker === symbol && action.exDate >= first && action.exDate <= last) actions.push(action);
    });
    return { kind: 'splits', actions: actions.toSorted((a, b) => a.exDate - b.exDate), malformed };
  }

  /** The last trade of a coin; some plans have none. */
  private async lastTrade(symbol: string, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const pair = /^X:(.+)USD$/.exec(symbol)?.[1];
    if (pair === undefined) return { kind: 'notOffered', why: `${symbol} is no pair with the dollar` };
    const json = await this.get(this.url(`/v1/last/crypto/${encodeURIComponent(pair)}/USD`), io);
    if (json.kind !== 'json') return json;
    const parsed = lastTrade.safeParse(json.value);
    if (!parsed.success || parsed.data.symbol !== `${pair}-USD`) return badAnswer(`no last trade of ${symbol}`);
    const { price, timestamp: time } = parsed.data.last;
    return quoteAnswer({ of: symbol, price, time, quoteCurrency: 'USD', simulatedSeed: json.simulatedSeed }, io.now());
  }

  /** The close of the last session that is over, at that instant: all that a free plan tells of a stock. */
  private async previousClose(symbol: string, asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const json = await this.get(this.url(`/v2/aggs/ticker/${pathOf(symbol)}/prev`, { adjusted: 'true' }), io);
    if (json.kind !== 'json') return json;
    const page = aggregatesPage.safeParse(json.value);
    if (!page.success || page.data.ticker !== symbol) return badAnswer(`no previous close of ${symbol}`);
    const row = page.data.results?.[0];
    if (row === undefined) return { kind: 'empty' };
    const close = previousClose.safeParse(row);
    if (!close.success) return badAnswer(`no previous close of ${symbol}`);
    // `t` is the session's end here; its date is right at either end, and the calendar knows when that session closed
    const { t, c: price } = close.data;
    const time = session(t).close;
    if (!isTradingDay(asset.assetClass, t) || !(time <= io.now())) {
      return badAnswer(`previous close of ${symbol} at ${t}, when no session was over`);
    }
    return quoteAnswer({ of: symbol, price, time, quoteCurrency: 'USD', simulatedSeed: json.simulatedSeed }, io.now());
  }

  private barsUrl({ symbol, interval, first, last }: AskedBars): URL {
    const [from, to] =
      interval === '1d' ? [utcDate(first), utcDate(last)] : [first, last + intervalMs[interval] - 1].map(String);
    return this.url(`/v2/aggs/ticker/${pathOf(symbol)}/range/${spans[interval]!}/${from!}/${to!}`, {
      adjusted: 'true',
      sort: 'asc',
      limit: String(pageLimit),
    });
  }

  private url(path: string, parameters: Readonly<Record<string, string>> = {}): URL {
    const url = new URL(path, this.settings.baseUrl);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url;
  }

  /** The next page at the configured host, whatever host the answer names: the key goes nowhere else. */
  private onOwnHost(nextUrl: string): URL | undefined {
    if (!URL.canParse(nextUrl, this.settings.baseUrl)) return undefined;
    const next = new URL(nextUrl, this.settings.baseUrl);
    if (!next.pathname.startsWith('/v2/aggs/ticker/')) return undefined;
    next.searchParams.delete('apiKey');
    return new URL(`${next.pathname}${next.search}`, this.settings.baseUrl);
  }

  private async get(url: URL, io: SourceIo, options: RequestOptions = {}): Promise<Json | FailedOutcome> {
    const headers = { authorization: `Bearer ${this.settings.key ?? ''}` };
    const response = await io.get(url, { ...options, headers });
    return answerOf(response, io.now());
  }
}

export const polygon = sourceFamily(
  'polygon',
  z.object({
    POLYGON_BASE_URL: baseUrl('https://api.polygon.io'),
    [keyVariable]: apiKey,
    // the days of a stock take two at once
    POLYGON_REQUESTS_PER_MINUTE: planLimit(5, 2),
    POLYGON_HISTORY_DAYS: planLimit(730),
  }),
  (env) => [
    new PolygonSource({
      baseUrl: env.POLYGON_BASE_URL,
      key: env[keyVariable],
      requestsPerMinute: env.POLYGON_REQUESTS_PER_MINUTE,
      historyDays: env.POLYGON_HISTORY_DAYS,
    }),
  ],
);

/** How many pages a window of less than daily bars has at most. */
const pagesOf = ({ assetClass }: Asset, from: EpochMs, to: EpochMs): number => {
  const minutesADay = assetClass === 'crypto' ? 24 * 60 : (tradedMinutes * 5) / 7;
  return Math.ceil((((to - from) / dayMs) * minutesADay) / pageLimit);
};

/** A ticker in a path: `X:BTCUSD` as the vendor writes it. */
const pathOf = (symbol: string): string => encodeURIComponent(symbol).replaceAll('%3A', ':');

interface AskedBars {
  readonly symbol: string;
  readonly asset: Asset;
  readonly interval: Interval;
  /** Open times of the first and the last bar that are wanted. */
  readonly first: EpochMs;
  readonly last: EpochMs;
}

interface Bars {
  readonly kind: 'bars';
  readonly offered: readonly OfferedCandle[];
  readonly malformed: readonly RefusedRow[];
  readonly isDelayed: boolean;
  readonly simulatedSeed: string | null;
}

interface Splits {
  readonly kind: 'splits';
  readonly actions: readonly CorporateAction[];
  readonly malformed: readonly RefusedRow[];
}
const noSplits: Splits = { kind: 'splits', actions: [], malformed: [] };

interface Json {
  readonly kind: 'json';
  readonly value: unknown;
  readonly isDelayed: boolean;
  readonly simulatedSeed: string | null;
}

/** The JSON of an answer that succeeded, or what its status and its text mean. */
function answerOf(response: SourceResponse, now: EpochMs): Json | FailedOutcome {
  if (response.kind !== 'response') return response;
  // looked at before the body, which may be empty
  if (response.status === 429) return overLimit(response, now);
  const json = jsonOf(response.body);
  if (json.kind !== 'json') return statusOutcome(response, now) ?? json;
  const said = envelope.safeParse(json.value);
  if (!said.success) {
    const why = `status ${response.status} without a status of the vendor: ${quoted(response.body)}`;
    return statusOutcome(response, now) ?? badAnswer(why);
  }
  const { status, error, message } = said.data;
  if (response.status !== 200 || !['OK', 'DELAYED', 'success'].includes(status)) {
    return errorOutcome(response, `${status}: ${error ?? message ?? ''}`.slice(0, 200), now);
  }
  const { simulatedSeed } = response;
  return { kind: 'json', value: json.value, isDelayed: status === 'DELAYED', simulatedSeed };
}

function errorOutcome(response: Answered, said: string, now: EpochMs): FailedOutcome {
  if (/maximum requests per minute/i.test(said)) return overLimit(response, now);
  if (response.status === 401 || /api key/i.test(said)) return { kind: 'missingKey', variable: keyVariable };
  if (/^NOT_AUTHORIZED/.test(said)) return { kind: 'notOffered', why: said };
  if (/^NOT_FOUND/.test(said)) return /ticker/i.test(said) ? { kind: 'unknownAsset' } : { kind: 'empty' };
  return statusOutcome(response, now) ?? badAnswer(`status ${response.status}, ${said}`);
}

/** No delay is promised: the count begins anew with the next minute. */
const overLimit = ({ header }: Answered, now: EpochMs): FailedOutcome => ({
  kind: 'rateLimited',
  retryAfterMs: retryAfterMs(header('retry-after'), now) ?? minuteMs - (now % minuteMs),
});

interface Page {
  readonly kind: 'page';
  readonly offered: readonly OfferedCandle[];
  readonly malformed: readonly RefusedRow[];
  readonly rows: number;
  readonly lastStamp: EpochMs | undefined;
  readonly nextUrl: string | undefined;
  readonly isDelayed: boolean;
  readonly simulatedSeed: string | null;
}

function readPage(json: Json | FailedOutcome, asked: AskedBars, rowsBefore: number): Page | FailedOutcome {
  if (json.kind !== 'json') return json;
  const { symbol, asset } = asked;
  const parsed = aggregatesPage.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return badAnswer(`no bars: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const { ticker, adjusted, results, next_url: nextUrl } = parsed.data;
  if (ticker !== symbol) return badAnswer(`bars of ${ticker} for ${symbol}`);
  if (adjusted === false && asset.assetClass !== 'crypto')
    return badAnswer(`bars of ${symbol} not adjusted for splits`);
  const offered: OfferedCandle[] = [];
  const malformed: RefusedRow[] = [];
  let lastStamp: EpochMs | undefined;
  (results ?? []).forEach((row, i) => {
    const where = `polygon ${symbol} results[${rowsBefore + i}]`;
    const bar = readAggregate(row, where);
    if ('reason' in bar) return malformed.push(bar);
    // a stamp of another age says nothing about how far the page goes
    if (bar.t < asked.last + 2 * dayMs) lastStamp = Math.max(lastStamp ?? -Infinity, bar.t);
    const openTime = openTimeOf(bar.t, asked);
    if (openTime === undefined) {
      return malformed.push({ where, reason: `t ${bar.t} is no midnight of the exchange` });
    }
    if (isOutsideSession(openTime, asked)) return;
    const { open, high, low, close, volume } = bar;
    offered.push({ where, openTime, open, high, low, close, volume });
  });
  return {
    kind: 'page',
    offered,
    malformed,
    rows: results?.length ?? 0,
    lastStamp,
    nextUrl: nextUrl ?? undefined,
    isDelayed: json.isDelayed,
    simulatedSeed: json.simulatedSeed,
  };
}

/**
 * Under which open time a bar is kept; undefined for the stamp of a day that is none. A stock's day begins at midnight in
 * New York and an index's in Chicago: they are kept under their date. The grid of the others is checked with all sources'.
 */
function openTimeOf(t: EpochMs, { symbol, asset, interval }: AskedBars): EpochMs | undefined {
  if (interval !== '1d' || asset.assetClass === 'crypto') return t;
  const date = startOfUtcDay(t);
  const newYork = session(date).open - openingMs;
  return t === (symbol.startsWith('I:') ? newYork + hourMs : newYork) ? date : undefined;
}

/** Stocks trade before and after the session, too: those bars belong to no day's prices. */
const isOutsideSession = (openTime: EpochMs, { asset: { assetClass }, interval }: AskedBars): boolean =>
  assetClass !== 'crypto' &&
  interval !== '1d' &&
  !isBarStart(assetClass, '1m', Math.floor(openTime / minuteMs) * minuteMs);
