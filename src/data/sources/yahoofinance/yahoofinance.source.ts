import { z } from 'zod';
import { dayMs, minuteMs, secondMs, type EpochMs } from '../../../shared/time.js';
import type { Asset } from '../../domain/asset.js';
import { isBarStart } from '../../domain/bar-grid.js';
import type { OfferedCandle } from '../../domain/candle-checks.js';
import { intervalMs, type RefusedRow } from '../../domain/candle.js';
import { session } from '../../domain/exchange-calendar.js';
import { whyNotOffered } from '../../domain/source-order.js';
import { candleAnswer } from '../candle-answer.js';
import { badAnswer, jsonOf, quoted, spellingAt, statusOutcome, type FailedOutcome } from '../http-outcome.js';
import type {
  CandleAnswer,
  CandleRequest,
  CorporateAction,
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
import { priceText } from './price-text.js';
import { sessionDates } from './session-dates.js';
import { actionEvent, chartBody, errorBody, type Chart } from './yahoofinance.payloads.js';

/** The vendor answers 429 to the usual names of HTTP libraries. */
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

const offered = ['1m', '5m', '15m', '1h', '1d'] as const;
/** A day less than the vendor allows: a question at the very limit would be refused. */
const historyDays: SourceAbilities['historyDays'] = { '1m': 7, '5m': 59, '15m': 59, '1h': 729 };

class YahooFinanceSource implements MarketDataSource {
  readonly id = 'yahoofinance';
  readonly offers: SourceAbilities = {
    candles: { crypto: offered, stock: offered, etf: offered },
    bars: 'ohlc',
    quotes: ['crypto', 'stock', 'etf'],
    basis: 'spot',
    historyDays,
    history: 'daily bars since the listing, hourly ones two years, 5 and 15 minutes two months, a minute one week',
    corporateActions: ['split', 'dividend'],
    wholeHistory: false,
    publicationLagMs: 0,
  };
  readonly budget: SourceBudget;

  constructor(
    private readonly baseUrl: string,
    requestsPerMinute: number,
  ) {
    this.budget = budgetOf(this.id, baseUrl, undefined, [{ name: 'minute', limit: requestsPerMinute }]);
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const { asset, interval, from, to } = request;
    const why = whyNotOffered(this.offers, asset.assetClass, interval);
    if (why !== undefined) return { kind: 'notOffered', why };
    const symbol = spellingAt('yahoofinance', asset);
    if (typeof symbol !== 'string') return symbol;
    const reach = historyDays[interval];
    const earliest = reach === undefined ? 0 : io.now() - reach * dayMs;
    if (earliest >= to) return { kind: 'notOffered', why: `bars of ${interval} reach ${reach} days back` };
    // a session east of Greenwich is stamped on the UTC day before its date
    const first = Math.max(earliest, (from ?? 0) - (interval === '1d' ? dayMs : 0));
    const response = await this.get(io, symbol, {
      period1: Math.floor(first / secondMs),
      period2: Math.ceil(to / secondMs),
      interval,
      ...(interval === '1d' ? { events: 'div|split' } : {}),
    });
    const answer = chartOf(response, io.now());
    if (answer.kind !== 'chart') return answer;
    return barsOf(answer, symbol, request, io.now());
  }

  async latestQuote(asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const symbol = spellingAt('yahoofinance', asset);
    if (typeof symbol !== 'string') return symbol;
    const answer = chartOf(await this.get(io, symbol, { range: '1d', interval: '1d' }), io.now());
    if (answer.kind !== 'chart') return answer;
    const { meta } = answer.chart;
    const wrong = whyNotInDollars(answer.chart, symbol);
    if (wrong) return wrong;
    const { regularMarketPrice: price, regularMarketTime: time } = meta;
    if (typeof price !== 'number' || typeof time !== 'number') return { kind: 'empty' };
    if (!(price > 0)) return badAnswer(`regularMarketPrice ${price} of ${symbol}`);
    const { simulatedSeed } = answer;
    return textQuoteAnswer(
      {
        of: symbol,
        price: priceText(price, meta.priceHint ?? 2),
        time: time * secondMs,
        quoteCurrency: 'USD',
        simulatedSeed,
      },
      io.now(),
    );
  }

  private get(io: SourceIo, symbol: string, parameters: Record<string, number | string>): Promise<SourceResponse> {
    const url = new URL(`/v8/finance/chart/${encodeURIComponent(symbol)}`, this.baseUrl);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    url.searchParams.set('includePrePost', 'false');
    return io.get(url, { headers: { 'user-agent': userAgent } });
  }
}

export const yahoofinance = sourceFamily(
  'yahoofinance',
  z.object({
    YAHOOFINANCE_BASE_URL: baseUrl('https://query1.finance.yahoo.com'),
    YAHOOFINANCE_REQUESTS_PER_MINUTE: planLimit(60),
  }),
  (env) => [new YahooFinanceSource(env.YAHOOFINANCE_BASE_URL, env.YAHOOFINANCE_REQUESTS_PER_MINUTE)],
);

type ChartAnswer = { kind: 'chart'; chart: Chart; simulatedSeed: string | null };

/** The chart of an answer, or what its status and error mean. */
function chartOf(response: SourceResponse, now: EpochMs): ChartAnswer | FailedOutcome {
  if (response.kind !== 'response') return response;
  const { status, body } = response;
  const general = statusOutcome(response, now);
  if (general) return general;
  const json = jsonOf(body);
  if (json.kind !== 'json') return status === 404 ? badAnswer(`status 404 without an error: ${quoted(body)}`) : json;
  const error = errorBody.safeParse(json.value);
  if (error.success) return errorOutcome(status, error.data);
  if (status !== 200) return badAnswer(`status ${status} without an error of the vendor: ${quoted(body)}`);
  const chart = chartBody.safeParse(json.value);
  if (chart.success) return { kind: 'chart', chart: chart.data, simulatedSeed: response.simulatedSeed };
  const issue = chart.error.issues[0];
  return badAnswer(`no chart: ${issue?.path.join('.')} ${issue?.message}`);
}

function errorOutcome(status: number, error: { code: string; description: string | null }): FailedOutcome {
  const said = `${error.code}: ${error.description ?? ''}`.slice(0, 160);
  if (status === 404 || error.code === 'Not Found') return { kind: 'unknownAsset' };
  if (status === 422) return { kind: 'notOffered', why: said };
  // a window before the listing is no mistake of ours
  if (status === 400 && /data doesn't exist/i.test(error.description ?? '')) return { kind: 'empty' };
  return badAnswer(`status ${status}, ${said}`);
}

function whyNotInDollars({ meta }: Chart, symbol: string): FailedOutcome | undefined {
  if (meta.symbol.toUpperCase() !== symbol.toUpperCase()) return badAnswer(`a chart of ${meta.symbol} for ${symbol}`);
  if (meta.currency == null) return badAnswer(`prices of ${symbol} without a currency`);
  // GBp and the like are hundredths: never taken for the unit itself
  return meta.currency === 'USD' ? undefined : { kind: 'notOffered', why: `${symbol} is quoted in ${meta.currency}` };
}

/** The chart's closed bars, daily ones keyed by the exchange's session date; split-adjusted, dividends not. */
function barsOf(
  { chart, simulatedSeed }: ChartAnswer,
  symbol: string,
  request: CandleRequest,
  now: EpochMs,
): SourceOutcome<CandleAnswer> {
  const { meta, timestamp } = chart;
  if (!timestamp || timestamp.length === 0) return { kind: 'empty' };
  const { interval, asset } = request;
  const wrong = whyNotInDollars(chart, symbol);
  if (wrong) return wrong;
  // an hour has two names
  const given = meta.dataGranularity === '60m' ? '1h' : meta.dataGranularity;
  if (given != null && given !== interval) return badAnswer(`bars of ${given} instead of ${interval}`);
  const dateOf = sessionDates(meta.exchangeTimezoneName);
  if (!dateOf) return badAnswer(`exchangeTimezoneName "${meta.exchangeTimezoneName}" of ${symbol} is not known`);
  const read = readColumns(chart, timestamp, { symbol, request, dateOf, now });
  if (read.kind !== 'rows') return read;
  const told = actionsOf(chart, { symbol, request, dateOf, now });
  return candleAnswer(
    {
      quoteCurrency: 'USD',
      adjustment: asset.assetClass === 'crypto' ? 'raw' : 'split',
      offered: read.offered,
      malformed: [...read.malformed, ...told.malformed],
      actions: told.actions,
      simulatedSeed,
    },
    request,
    now,
  );
}

interface ChartContext {
  readonly symbol: string;
  readonly request: CandleRequest;
  readonly dateOf: (ms: EpochMs) => EpochMs | undefined;
  readonly now: EpochMs;
}

type Columns = { kind: 'rows'; offered: OfferedCandle[]; malformed: RefusedRow[] };

function readColumns(chart: Chart, timestamp: readonly unknown[], context: ChartContext): Columns | FailedOutcome {
  const { symbol, request, dateOf } = context;
  const { meta } = chart;
  const { open, high, low, close, volume } = chart.indicators.quote[0]!;
  const columns = { open, high, low, close, volume };
  for (const [name, column] of Object.entries(columns)) {
    if (column?.length !== timestamp.length) {
      return badAnswer(`${column?.length ?? 'no'} values of ${name} for ${timestamp.length} stamps of ${symbol}`);
    }
  }
  const hint = meta.priceHint ?? 2;
  const isDaily = request.interval === '1d';
  const offered: OfferedCandle[] = [];
  const malformed: RefusedRow[] = [];
  const openOf = isDaily ? dateOf : (ms: EpochMs) => ms;
  for (const [i, stamp] of timestamp.entries()) {
    const [o, h, l, c] = [open?.[i], high?.[i], low?.[i], close?.[i]];
    // a session without a trade; any other mixture is a mistake that the checks name
    if (o === null && h === null && l === null && c === null) continue;
    if (i === timestamp.length - 1 && isUnfinished(chart, stamp, context)) continue;
    const where = `yahoofinance ${symbol} bar[${i}]`;
    const openTime = timeOf(stamp, openOf);
    if (openTime === undefined) {
      malformed.push({ where, reason: `timestamp ${JSON.stringify(stamp).slice(0, 40)} is no time stamp` });
      continue;
    }
    offered.push({
      where,
      openTime,
      open: priceOf(o, hint),
      high: priceOf(h, hint),
      low: priceOf(l, hint),
      close: priceOf(c, hint),
      volume: volumeOf(volume?.[i]),
    });
  }
  // once the session is over the bar may come twice: as it should, and stamped with its last trade
  const [before, last] = [offered.at(-2), offered.at(-1)];
  if (last && last.openTime === before?.openTime && timestamp.at(-1) === meta.regularMarketTime) offered.pop();
  return { kind: 'rows', offered, malformed };
}

function timeOf(stamp: unknown, openOf: (ms: EpochMs) => EpochMs | undefined): EpochMs | undefined {
  return typeof stamp === 'number' && Number.isSafeInteger(stamp) ? openOf(stamp * secondMs) : undefined;
}

/** Text for the checks: whatever is no finite number becomes a text that they refuse by name. */
function priceOf(value: unknown, hint: number): string {
  if (typeof value !== 'number') return JSON.stringify(value ?? null);
  return Number.isFinite(value) && value !== 0 ? priceText(value, hint) : String(value);
}

/** Funds and currencies come with a volume of 0 because nobody counts theirs. */
function volumeOf(value: unknown): string | null {
  if (value === 0 || value === null) return null;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Whether the last bar of a chart is still being made, or is no bar at all but the latest price. */
function isUnfinished(chart: Chart, stamp: unknown, { request: { interval, asset }, now }: ChartContext): boolean {
  const { meta } = chart;
  const tradedAt = meta.regularMarketTime;
  if (typeof stamp !== 'number' || tradedAt == null) return false;
  if (interval !== '1d') {
    const openTime = stamp * secondMs;
    const holdsLastTrade = openTime <= tradedAt * secondMs && tradedAt * secondMs < openTime + intervalMs[interval];
    if (!holdsLastTrade) return false;
    // the answer may be a minute old, so that the clock alone does not tell; after the closing nothing can follow
    const isWhole =
      asset.assetClass !== 'crypto' &&
      isBarStart(asset.assetClass, interval, openTime) &&
      now >= session(openTime).close + minuteMs;
    return !isWhole;
  }
  // stamped with its last trade: outside the current session it is the whole bar of a session that is over; around the
  // clock there is no outside
  if (stamp !== tradedAt) return false;
  const hours = meta.currentTradingPeriod?.regular;
  if (meta.instrumentType === 'CRYPTOCURRENCY' || !hours) return (stamp * secondMs) % dayMs !== 0;
  return stamp >= hours.start && stamp < hours.end;
}

/** Splits and dividends of the window, oldest first, by the date of their session; the wrong ones with the reason. */
function actionsOf(chart: Chart, { symbol, request: { from, to }, dateOf, now }: ChartContext) {
  const actions: CorporateAction[] = [];
  const malformed: RefusedRow[] = [];
  for (const [key, event] of eventsOf(chart)) {
    const parsed = actionEvent.safeParse(event);
    const exDate = parsed.success ? dateOf(parsed.data.date * secondMs) : undefined;
    if (!parsed.success || exDate === undefined) {
      const issue = parsed.error?.issues[0];
      const reason = issue ? `${issue.path.join('.')} ${issue.message}` : 'date is no time stamp';
      malformed.push({ where: `yahoofinance ${symbol} events[${key.slice(0, 20)}]`, reason });
    } else if ('amount' in parsed.data) {
      actions.push({ kind: 'dividend', exDate, amount: priceText(parsed.data.amount, 4) });
    } else {
      const [numerator, denominator] = [String(parsed.data.numerator), String(parsed.data.denominator)];
      actions.push({ kind: 'split', exDate, numerator, denominator });
    }
  }
  const isWanted = ({ exDate }: CorporateAction) => exDate >= (from ?? -Infinity) && exDate < Math.min(to, now);
  return { actions: actions.filter(isWanted).sort((a, b) => a.exDate - b.exDate), malformed };
}

const eventsOf = ({ events }: Chart): [string, unknown][] => [
  ...Object.entries(events?.splits ?? {}),
  ...Object.entries(events?.dividends ?? {}),
];
