import { z } from 'zod';
import { dayMs, hourMs, minuteMs, secondMs, utcDate, type EpochMs } from '../../../shared/time.js';
import type { Asset } from '../../domain/asset.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import type { RefusedRow } from '../../domain/candle.js';
import { session } from '../../domain/exchange-calendar.js';
import { whyNotOffered } from '../../domain/source-order.js';
import { candleAnswer } from '../candle-answer.js';
import { badAnswer, jsonOf, quoted, spellingAt, statusOutcome, type FailedOutcome } from '../http-outcome.js';
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
import { textQuoteAnswer } from '../quote-answer.js';
import { apiKey, baseUrl, budgetOf, planLimit, sourceFamily } from '../source-family.js';
import { anyObject, byWords, dateOf, refreshed } from './alphavantage.payloads.js';

const keyVariable = 'ALPHA_VANTAGE_API_KEY';
/** So many calendar days hold at most the 100 weekdays of a compact answer. */
const compactDays = 140;
/** From midnight in New York to the opening of the session. */
const openingMs = 9 * hourMs + 30 * minuteMs;

export interface AlphaVantageSettings {
  readonly baseUrl: string;
  readonly key: string | undefined;
  readonly requestsPerDay: number;
  readonly requestsPerMinute: number;
}

export class AlphaVantageSource implements MarketDataSource {
  readonly id = 'alphavantage';
  readonly offers: SourceAbilities = {
    candles: { crypto: ['1d'], stock: ['1d'], etf: ['1d'] },
    bars: 'ohlc',
    quotes: ['crypto', 'stock', 'etf'],
    basis: 'spot',
    historyDays: {},
    history: 'stocks: the last 100 sessions with a free key, more than 20 years with a paid one; coins: years',
    corporateActions: [],
    wholeHistory: false,
    publicationLagMs: hourMs,
  };
  readonly budget: SourceBudget;
  readonly apiKey: ApiKeyState;
  /** That the key's plan has no long histories, as this process was told within the last day: plans change. */
  private noFull: { readonly refusal: FailedOutcome; readonly until: EpochMs } | undefined;

  constructor(private readonly settings: AlphaVantageSettings) {
    this.apiKey = { variable: keyVariable, isSet: settings.key !== undefined, isNeeded: true };
    this.budget = budgetOf('alphavantage', settings.baseUrl, settings.key, [
      { name: 'second', limit: 1 },
      { name: 'minute', limit: settings.requestsPerMinute },
      { name: 'day', limit: settings.requestsPerDay },
    ]);
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const { asset, interval } = request;
    const why = whyNotOffered(this.offers, asset.assetClass, interval);
    if (why !== undefined) return { kind: 'notOffered', why };
    const symbol = this.symbolOf(asset);
    if (typeof symbol !== 'string') return symbol;
    if (asset.assetClass === 'crypto') return this.coinBars(symbol, request, io);
    if (fitsCompact(request.from, io.now())) return this.stockBars(symbol, 'compact', request, io);
    let { refusal } = this.noFull && io.now() < this.noFull.until ? this.noFull : { refusal: undefined };
    if (!refusal) {
      const whole = await this.stockBars(symbol, 'full', request, io);
      if (whole.kind !== 'notOffered') return whole;
      refusal = whole;
      this.noFull = { refusal, until: io.now() + dayMs };
    }
    // a free key is told the last 100 bars; that there are no older ones would be untrue
    const recent = await this.stockBars(symbol, 'compact', request, io);
    return recent.kind === 'empty' ? refusal : recent;
  }

  async latestQuote(asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const symbol = this.symbolOf(asset);
    if (typeof symbol !== 'string') return symbol;
    return asset.assetClass === 'crypto' ? this.exchangeRate(symbol, io) : this.globalQuote(symbol, io);
  }

  /** The asset's spelling when its price is in dollars and there is a key to ask with. */
  private symbolOf(asset: Asset): string | FailedOutcome {
    const symbol = spellingAt('alphavantage', asset);
    if (typeof symbol !== 'string') return symbol;
    // the answer names no currency, and a share in London is priced in pence; BRK.B is a class of shares in New York
    if (/\.[A-Z]{2,}$/i.test(symbol)) {
      return { kind: 'notOffered', why: `${symbol} trades outside the US: its currency is not told` };
    }
    return this.settings.key === undefined ? { kind: 'missingKey', variable: keyVariable } : symbol;
  }

  private async stockBars(
    symbol: string,
    outputsize: 'compact' | 'full',
    request: CandleRequest,
    io: SourceIo,
  ): Promise<SourceOutcome<CandleAnswer>> {
    const series = 'Time Series (Daily)';
    const answer = await this.ask({ function: 'TIME_SERIES_DAILY', symbol, outputsize }, series, io);
    if (answer.kind !== 'found') return answer;
    const meta = byWords(answer.body['Meta Data']);
    const wrong = whyOfAnother(meta, 'symbol', symbol, 'US/Eastern');
    if (wrong !== undefined) return badAnswer(wrong);
    const running = runningSession(meta.get('last refreshed') ?? '');
    if (running === undefined) return badAnswer(`bars of ${symbol} without the time of their last refresh`);
    return barsOf(symbol, answer, { ...running, request, now: io.now() });
  }

  private async coinBars(symbol: string, request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const series = 'Time Series (Digital Currency Daily)';
    const answer = await this.ask({ function: 'DIGITAL_CURRENCY_DAILY', symbol, market: 'USD' }, series, io);
    if (answer.kind !== 'found') return answer;
    const meta = byWords(answer.body['Meta Data']);
    const wrong = whyOfAnother(meta, 'digital currency code', symbol, 'UTC');
    if (wrong !== undefined) return badAnswer(wrong);
    const market = meta.get('market code');
    const bars = Object.values(answer.value);
    if (market !== 'USD' && !bars.some((row) => byWords(row).has('close (usd)'))) {
      return badAnswer(`bars of ${symbol} in ${market ?? 'no currency'} instead of USD`);
    }
    const running = runningDay(meta.get('last refreshed') ?? '');
    if (running === undefined) return badAnswer(`bars of ${symbol} without the time of their last refresh`);
    return barsOf(symbol, answer, { ...running, request, now: io.now() });
  }

  /** The last price of a stock: dated by its session alone, so it counts as that session's close. */
  private async globalQuote(symbol: string, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const answer = await this.ask({ function: 'GLOBAL_QUOTE', symbol }, 'Global Quote', io);
    if (answer.kind !== 'found') return answer;
    const quote = byWords(answer.value);
    if (quote.size === 0) return { kind: 'unknownAsset' };
    if (quote.get('symbol')?.toUpperCase() !== symbol.toUpperCase()) {
      return badAnswer(`a quote of ${quote.get('symbol') ?? 'nobody'} for ${symbol}`);
    }
    const day = dateOf(quote.get('latest trading day') ?? '');
    if (day === undefined) return badAnswer(`a quote of ${symbol} without its trading day`);
    const { close } = session(day);
    if (close > io.now()) {
      return { kind: 'notOffered', why: `the price of a running session (${utcDate(day)}) comes without its time` };
    }
    return quoteOf(symbol, quote.get('price'), close, answer.simulatedSeed, io.now());
  }

  private async exchangeRate(symbol: string, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const parameters = { function: 'CURRENCY_EXCHANGE_RATE', from_currency: symbol, to_currency: 'USD' };
    const answer = await this.ask(parameters, 'Realtime Currency Exchange Rate', io);
    if (answer.kind !== 'found') return answer;
    const rate = byWords(answer.value);
    const pair = `${rate.get('from_currency code') ?? ''}/${rate.get('to_currency code') ?? ''}`;
    if (pair !== `${symbol}/USD`) return badAnswer(`a rate of ${pair} for ${symbol}/USD`);
    const stamp = rate.get('last refreshed') ?? '';
    const time = rate.get('time zone') === 'UTC' ? Date.parse(`${stamp.replace(' ', 'T')}Z`) : NaN;
    if (!(time <= io.now() + minuteMs)) return badAnswer(`a rate of ${symbol} at "${stamp.slice(0, 40)}"`);
    return quoteOf(symbol, rate.get('exchange rate'), Math.min(time, io.now()), answer.simulatedSeed, io.now());
  }

  /** The member that holds what was asked for, or what stands in its place. */
  private async ask(
    parameters: Readonly<Record<string, string>>,
    member: string,
    io: SourceIo,
  ): Promise<Found | FailedOutcome> {
    const url = new URL('/query', this.settings.baseUrl);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    // there is no header for it
    url.searchParams.set('apikey', this.settings.key ?? '');
    const response = await io.get(url);
    return foundIn(response, member, { key: this.settings.key ?? '', now: io.now() });
  }
}

export const alphavantage = sourceFamily(
  'alphavantage',
  z.object({
    ALPHA_VANTAGE_BASE_URL: baseUrl('https://www.alphavantage.co'),
    [keyVariable]: apiKey,
    ALPHA_VANTAGE_REQUESTS_PER_DAY: planLimit(25),
    ALPHA_VANTAGE_REQUESTS_PER_MINUTE: planLimit(5),
  }),
  (env) => [
    new AlphaVantageSource({
      baseUrl: env.ALPHA_VANTAGE_BASE_URL,
      key: env[keyVariable],
      requestsPerDay: env.ALPHA_VANTAGE_REQUESTS_PER_DAY,
      requestsPerMinute: env.ALPHA_VANTAGE_REQUESTS_PER_MINUTE,
    }),
  ],
);

/** Whether the last 100 bars, today's among them, begin at `from` or before. */
const fitsCompact = (from: EpochMs | null, now: EpochMs): boolean =>
  from !== null && Math.floor(now / dayMs) - Math.floor(from / dayMs) < compactDays;

interface Found {
  readonly kind: 'found';
  readonly body: Readonly<Record<string, unknown>>;
  /** The member that was looked for. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly simulatedSeed: string | null;
}

/** The vendor's answers, its errors among them, come with status 200 alone: success is that the member is there. */
function foundIn(
  response: SourceResponse,
  member: string,
  { key, now }: { key: string; now: EpochMs },
): Found | FailedOutcome {
  if (response.kind !== 'response') return response;
  const withoutKey = (text: string) => (key === '' ? text : text.replaceAll(key, 'REDACTED'));
  // a page of some machine on the way may repeat the address, and the key in it
  const shown = { ...response, body: withoutKey(response.body) };
  const general = statusOutcome(shown, now);
  if (general) return general;
  if (response.status !== 200) return badAnswer(`status ${response.status}: ${quoted(shown.body)}`);
  const json = jsonOf(response.body);
  if (json.kind !== 'json') return badAnswer(`no JSON: ${quoted(shown.body)}`);
  const body = anyObject.safeParse(json.value);
  if (!body.success) return badAnswer('status 200 without an object');
  const value = anyObject.safeParse(body.data[member]);
  if (value.success)
    return { kind: 'found', body: body.data, value: value.data, simulatedSeed: response.simulatedSeed };
  return refusalOf(byWords(body.data), member, withoutKey, now);
}

/** What the vendor's sentences mean: by their member first, then by their words. */
function refusalOf(
  body: ReadonlyMap<string, string>,
  member: string,
  withoutKey: (text: string) => string,
  now: EpochMs,
): FailedOutcome {
  if (body.size === 0) return { kind: 'unknownAsset' };
  const error = body.get('error message');
  if (error !== undefined) {
    if (/apikey/i.test(error)) return { kind: 'missingKey', variable: keyVariable };
    // a bad call and an unknown symbol are one sentence, and the call is a good one
    if (/invalid api call/i.test(error)) return { kind: 'unknownAsset' };
    return badAnswer(withoutKey(error).slice(0, 160));
  }
  const said = body.get('information') ?? body.get('note');
  if (said === undefined) return badAnswer(`no "${member}" but ${[...body.keys()].slice(0, 4).join(', ')}`);
  // the sentence about bursts names the daily limit and the premium plans, too, and that about the day names the key
  if (/per second/i.test(said)) return { kind: 'rateLimited', retryAfterMs: secondMs, why: 'one request a second' };
  if (/\bis a premium\b/i.test(said)) return { kind: 'notOffered', why: withoutKey(said).slice(0, 160) };
  if (/per minute/i.test(said)) {
    return {
      kind: 'rateLimited',
      retryAfterMs: minuteMs - (now % minuteMs),
      why: 'the requests of this minute are used up',
    };
  }
  if (/per day/i.test(said)) {
    // when the vendor's day begins is not documented: one attempt at each UTC midnight finds its budget renewed
    return { kind: 'rateLimited', retryAfterMs: dayMs - (now % dayMs), why: 'the requests of this day are used up' };
  }
  return badAnswer(withoutKey(said).slice(0, 160));
}

/** Why the answer is of something else than was asked, or undefined. */
function whyOfAnother(
  meta: ReadonlyMap<string, string>,
  name: string,
  symbol: string,
  zone: string,
): string | undefined {
  const named = meta.get(name);
  if (named?.toUpperCase() !== symbol.toUpperCase()) return `bars of ${named ?? 'nobody'} for ${symbol}`;
  const told = meta.get('time zone');
  return told === zone ? undefined : `bars of ${symbol} on the clock of ${told ?? 'nowhere'} instead of ${zone}`;
}

/** Until which date bars are told, and whether that date's is still being made. */
interface Refresh {
  readonly refreshedOn: EpochMs;
  readonly isRunning: boolean;
}

/** With a time of day before the close the bar of that date is the running session's. */
function runningSession(text: string): Refresh | undefined {
  const [, date = '', hours, minutes, seconds] = refreshed.exec(text) ?? [];
  const refreshedOn = dateOf(date);
  if (refreshedOn === undefined) return undefined;
  if (hours === undefined) return { refreshedOn, isRunning: false };
  const { open, close } = session(refreshedOn);
  const sinceMidnight = Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * secondMs;
  return { refreshedOn, isRunning: open - openingMs + sinceMidnight < close };
}

/** The newest bar of a coin is that of the running UTC day, whatever the clock says when the answer is read. */
function runningDay(text: string): Refresh | undefined {
  const [, date = '', , , , endOfDay] = refreshed.exec(text) ?? [];
  const refreshedOn = dateOf(date);
  return refreshedOn === undefined ? undefined : { refreshedOn, isRunning: endOfDay === undefined };
}

interface BarsContext extends Refresh {
  readonly request: CandleRequest;
  readonly now: EpochMs;
}

/** Prices as traded, in dollars. */
function barsOf(
  symbol: string,
  { value, simulatedSeed }: Found,
  { refreshedOn, isRunning, request, now }: BarsContext,
): SourceOutcome<CandleAnswer> {
  const offered: OfferedCandle[] = [];
  const malformed: RefusedRow[] = [];
  for (const [date, row] of Object.entries(value)) {
    const where = `alphavantage ${symbol} ${date.slice(0, 40)}`;
    const openTime = dateOf(date);
    if (openTime === undefined) {
      malformed.push({ where, reason: `date "${date.slice(0, 40)}" is none` });
      continue;
    }
    if (isRunning && openTime === refreshedOn) continue;
    if (openTime > refreshedOn && openTime <= now) {
      malformed.push({ where, reason: `date ${date} is after the last refresh (${utcDate(refreshedOn)})` });
      continue;
    }
    const fields = byWords(row);
    // until 2024 each price of a coin stood there twice: in the market's currency and in dollars
    const price = (word: string) => fields.get(`${word} (usd)`) ?? fields.get(word) ?? 'missing';
    const [open, high, low, close] = [price('open'), price('high'), price('low'), price('close')];
    offered.push({ where, openTime, open, high, low, close, volume: fields.get('volume') ?? null });
  }
  // members of an object have no order; the vendor writes the newest first
  offered.sort((a, b) => a.openTime - b.openTime);
  return candleAnswer({ quoteCurrency: 'USD', adjustment: 'raw', offered, malformed, simulatedSeed }, request, now);
}

function quoteOf(
  symbol: string,
  price: string | undefined,
  time: EpochMs,
  simulatedSeed: string | null,
  now: EpochMs,
): SourceOutcome<Quote> {
  return textQuoteAnswer({ of: symbol, price: price ?? 'missing', time, quoteCurrency: 'USD', simulatedSeed }, now);
}
