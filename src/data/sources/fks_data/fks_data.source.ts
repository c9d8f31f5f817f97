import { z } from 'zod';
import { dayMs, minuteMs, secondMs, toIso, type EpochMs } from '../../../shared/time.js';
import type { Asset } from '../../domain/asset.js';
import { isBarStart } from '../../domain/bar-grid.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, intervals, type Interval, type RefusedRow } from '../../domain/candle.js';
import { whyNotOffered } from '../../domain/source-order.js';
import { candleAnswer } from '../candle-answer.js';
import { badAnswer, jsonOf, quoted, spellingAt, statusOutcome, type FailedOutcome } from '../http-outcome.js';
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
import { quoteAnswer } from '../quote-answer.js';
import { budgetOf, planLimit, sourceFamily } from '../source-family.js';
import { errorBody, offeredBar, ohlcvBody, priceBody } from './fks_data.payloads.js';

/** Bars a page: what Binance gives at most. */
const pageSize = 1_500;
/** The service tries up to four providers in turn, ten seconds and three attempts each. */
const timeoutMs = 15_000;
/** Binance's perpetual futures began in September 2019. */
const beginning = Date.parse('2019-09-01T00:00:00Z');
/** The service may answer from a cache of its own without saying so: what it calls a bar can be so much older. */
const cacheMs = 5 * minuteMs;

export class FksDataSource implements MarketDataSource {
  readonly id = 'fks_data';
  readonly offers: SourceAbilities = {
    candles: { crypto: intervals },
    bars: 'ohlc',
    quotes: ['crypto'],
    basis: 'perpetual',
    historyDays: {},
    history: 'since the perpetual was listed, September 2019 at the earliest',
    corporateActions: [],
    wholeHistory: false,
    publicationLagMs: cacheMs,
  };
  readonly budget: SourceBudget;

  constructor(
    private readonly baseUrl: string,
    requestsPerMinute: number,
  ) {
    this.budget = budgetOf('fks_data', baseUrl, undefined, [{ name: 'minute', limit: requestsPerMinute }]);
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const { asset, interval } = request;
    const why = whyNotOffered(this.offers, asset.assetClass, interval);
    if (why !== undefined) return { kind: 'notOffered', why };
    const symbol = spellingAt('fks_data', asset);
    if (typeof symbol !== 'string') return symbol;

    const step = intervalMs[interval];
    const until = Math.min(request.to, io.now() - cacheMs);
    const offered: OfferedCandle[] = [];
    const malformed: RefusedRow[] = [];
    let seed: string | null | undefined;
    let rowsBefore = 0;
    for (let from = firstOpen(request.from, interval); from + step <= until;) {
      const page = await this.page({ symbol, interval, from, until, rowsBefore }, io);
      if (page.kind !== 'page') return page;
      if (seed !== undefined && seed !== page.simulatedSeed) return badAnswer('pages of two simulated worlds');
      seed = page.simulatedSeed;
      offered.push(...page.offered);
      malformed.push(...page.malformed);
      rowsBefore += page.rows;
      if (page.rows < pageSize) break;
      // a stamp that is none says nothing about how far the page goes
      const opens = page.offered.map(({ openTime }) => openTime);
      const last = Math.max(...opens.filter((open) => open < until && isBarStart('crypto', interval, open)));
      if (!(last >= from)) return badAnswer(`a full page of ${symbol} from ${toIso(from)} without one later bar`);
      from = last + step;
    }
    return candleAnswer(
      { quoteCurrency: 'USDT', adjustment: 'raw', offered, malformed, simulatedSeed: seed ?? null },
      { ...request, to: until },
      io.now(),
    );
  }

  /** The last price of the newest minute, dated by that minute's open: it is at most a minute younger. */
  async latestQuote(asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const symbol = spellingAt('fks_data', asset);
    if (typeof symbol !== 'string') return symbol;
    const json = await this.get('/api/v1/data/price', { symbol }, io);
    if (json.kind !== 'json') return json;
    const parsed = priceBody.safeParse(json.value);
    if (!parsed.success) return badAnswer(`no price of ${symbol}`);
    const wrong = whyOfAnother(parsed.data, symbol);
    if (wrong !== undefined) return badAnswer(wrong);
    const { price, timestamp } = parsed.data;
    const quote = { of: symbol, price, time: timestamp * secondMs, quoteCurrency: 'USDT' } as const;
    return quoteAnswer({ ...quote, simulatedSeed: json.simulatedSeed }, io.now());
  }

  private async page(asked: AskedPage, io: SourceIo): Promise<Page | FailedOutcome> {
    const { symbol, interval, from, until } = asked;
    const parameters = {
      symbol,
      interval,
      start: String(from / secondMs),
      // both ends are inclusive
      end: String(Math.ceil(until / secondMs) - 1),
      limit: String(pageSize),
    };
    const json = await this.get('/api/v1/data/ohlcv', parameters, io);
    return json.kind === 'json' ? readPage(json, asked) : json;
  }

  private async get(path: string, parameters: Record<string, string>, io: SourceIo): Promise<Json | FailedOutcome> {
    const url = new URL(path, this.baseUrl);
    for (const [name, value] of Object.entries({ ...parameters, use_cache: 'false' }))
      url.searchParams.set(name, value);
    return answerOf(await io.get(url, { timeoutMs }), io.now());
  }
}

export const fks_data = sourceFamily(
  'fks_data',
  z.object({
    FKS_DATA_BASE_URL: z.url({ protocol: /^https?$/, error: 'is not a URL of the expected kind' }).optional(),
    FKS_DATA_REQUESTS_PER_MINUTE: planLimit(60),
  }),
  ({ FKS_DATA_BASE_URL: url, FKS_DATA_REQUESTS_PER_MINUTE: requestsPerMinute }) =>
    // a service of one's own: without its address there is none
    url === undefined ? [] : [new FksDataSource(url, requestsPerMinute)],
);

/** Weeks begin on Monday, four days after the epoch. */
const originOf = (interval: Interval): EpochMs => (interval === '1w' ? 4 * dayMs : 0);

function firstOpen(from: EpochMs | null, interval: Interval): EpochMs {
  const [step, origin] = [intervalMs[interval], originOf(interval)];
  return origin + Math.ceil((Math.max(from ?? -Infinity, beginning) - origin) / step) * step;
}

interface Json {
  readonly kind: 'json';
  readonly value: unknown;
  readonly simulatedSeed: string | null;
}

function answerOf(response: SourceResponse, now: EpochMs): Json | FailedOutcome {
  if (response.kind !== 'response') return response;
  const { status, body, simulatedSeed } = response;
  // the service leaves out its routes when a module of its own is missing
  if (status === 404) return { kind: 'unavailable', why: 'status 404: the service runs without its data routes' };
  if (status === 500) return failureOf(body);
  const general = statusOutcome(response, now);
  if (general) return general;
  if (status !== 200) return badAnswer(`status ${status}: ${quoted(body)}`);
  const json = jsonOf(body);
  return json.kind === 'json' ? { ...json, simulatedSeed } : json;
}

/** Binance's codes of a symbol that it does not know, or does not trade any more, as they stand in a sentence. */
const unknownSymbol = /(?<![\w-])-112[12](?!\d)/;

/**
 * What the service says of its providers' failures, without the keys that their addresses may carry. Binance is asked
 * first: what it does not know is no failure of the service, whatever the other providers say of it.
 */
function failureOf(body: string): FailedOutcome {
  const json = jsonOf(body);
  const error = json.kind === 'json' ? errorBody.safeParse(json.value) : undefined;
  if (!error?.success) return { kind: 'unavailable', why: 'status 500' };
  const { detail } = error.data;
  if (unknownSymbol.test(detail)) return { kind: 'unknownAsset' };
  const said = detail.replaceAll(/((?:key|token|secret|signature)=)[^&\s"']+/gi, '$1REDACTED').slice(0, 160);
  return { kind: 'unavailable', why: `status 500: ${said}` };
}

interface AskedPage {
  readonly symbol: string;
  readonly interval: Interval;
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly rowsBefore: number;
}

interface Page {
  readonly kind: 'page';
  readonly offered: readonly OfferedCandle[];
  readonly malformed: readonly RefusedRow[];
  readonly rows: number;
  readonly simulatedSeed: string | null;
}

function readPage({ value, simulatedSeed }: Json, asked: AskedPage): Page | FailedOutcome {
  const { symbol, interval, from, until, rowsBefore } = asked;
  const parsed = ohlcvBody.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return badAnswer(`no bars: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const { data: rows } = parsed.data;
  const wrong = whyOfAnother(parsed.data, symbol);
  if (wrong !== undefined) return badAnswer(wrong);
  if (parsed.data.interval !== interval) return badAnswer(`bars of ${parsed.data.interval} instead of ${interval}`);
  const step = intervalMs[interval];
  const offered: OfferedCandle[] = [];
  const malformed: RefusedRow[] = [];
  rows.forEach((row, i) => {
    const where = `fks_data ${symbol} data[${rowsBefore + i}]`;
    const read = offeredBar(row, where);
    if ('reason' in read) return malformed.push(read);
    offered.push(read);
  });
  const [only] = offered;
  if (rows.length === 1 && only && isFlat(only) && until - from >= 2 * step) {
    return badAnswer(`one flat bar of ${symbol} for ${Math.floor((until - from) / step)}: a quote, no history`);
  }
  return { kind: 'page', offered, malformed, rows: rows.length, simulatedSeed };
}

const isFlat = ({ open, high, low, close }: OfferedCandle): boolean =>
  [open, high, low].every((text) => text === close);

/** Other providers behind the service serve other instruments, or a namesake's single quote dressed as a bar. */
function whyOfAnother(answer: { symbol: string; provider: string }, symbol: string): string | undefined {
  if (answer.provider !== 'binance') return `prices of ${answer.provider.slice(0, 40)} instead of binance`;
  return answer.symbol.toUpperCase() === symbol.toUpperCase()
    ? undefined
    : `prices of ${answer.symbol.slice(0, 40)} for ${symbol}`;
}
