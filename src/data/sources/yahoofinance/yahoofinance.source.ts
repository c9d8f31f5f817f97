import { dayMs, secondMs, type EpochMs } from '../../../shared/time.js';
import { checkCandles, type OfferedCandle } from '../../domain/candle-checks.js';
import type { RefusedRow } from '../../domain/candle.js';
import { badAnswer, jsonOf, quoted, spellingAt, statusOutcome, type FailedOutcome } from '../http-outcome.js';
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
import { priceText } from './price-text.js';
import { chartBody, errorBody, type Chart } from './yahoofinance.payloads.js';

/** The vendor answers 429 to the usual names of HTTP libraries. */
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

export class YahooFinanceSource implements MarketDataSource {
  readonly id = 'yahoofinance';
  readonly offers = {
    candles: ['1d'],
    assetClasses: ['stock', 'etf', 'crypto'],
    quotes: true,
    history: 'since the listing',
    wholeHistory: false,
    publicationLagMs: 0,
  } as const;
  /** No limit is published; this is polite. */
  readonly limits = { requestsPerMinute: 60 };

  constructor(private readonly baseUrl: string) {}

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    if (request.interval !== '1d') return { kind: 'notOffered', why: `has no bars of ${request.interval}` };
    const symbol = spellingAt('yahoofinance', request);
    if (typeof symbol !== 'string') return symbol;
    const url = this.chartUrl(symbol, {
      // a session east of Greenwich is stamped on the UTC day before its date
      period1: Math.max(0, (request.from ?? 0) - dayMs) / secondMs,
      period2: Math.ceil(request.to / secondMs),
    });
    const response = await io.get(url, { headers: { 'user-agent': userAgent } });
    const chart = chartOf(response, io.now());
    if (chart.kind !== 'chart') return chart;
    return dailyBars(chart.chart, { ...request, symbol, now: io.now(), simulatedSeed: chart.simulatedSeed });
  }

  async latestQuote(assetId: CandleRequest['assetId'], io: SourceIo): Promise<SourceOutcome<Quote>> {
    const symbol = spellingAt('yahoofinance', { assetId });
    if (typeof symbol !== 'string') return symbol;
    const response = await io.get(this.chartUrl(symbol, { range: '1d' }), { headers: { 'user-agent': userAgent } });
    const answer = chartOf(response, io.now());
    if (answer.kind !== 'chart') return answer;
    const { meta } = answer.chart;
    const wrong = whyNotInDollars(answer.chart, symbol);
    if (wrong) return wrong;
    const { regularMarketPrice: price, regularMarketTime: time } = meta;
    if (typeof price !== 'number' || typeof time !== 'number') return { kind: 'empty' };
    if (!(price > 0)) return badAnswer(`regularMarketPrice ${price} of ${symbol}`);
    const text = priceText(price, meta.priceHint ?? 2);
    return {
      kind: 'ok',
      value: { price: text, quoteCurrency: 'USD', time: time * secondMs, simulatedSeed: answer.simulatedSeed },
    };
  }

  private chartUrl(symbol: string, parameters: Record<string, number | string>): URL {
    const url = new URL(`/v8/finance/chart/${encodeURIComponent(symbol)}`, this.baseUrl);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    url.searchParams.set('interval', '1d');
    url.searchParams.set('includePrePost', 'false');
    return url;
  }
}

export const yahoofinance: SourceFamily = {
  name: 'yahoofinance',
  create: ({ yahoofinance: { baseUrl } }) => [new YahooFinanceSource(baseUrl)],
};

type ChartAnswer = { kind: 'chart'; chart: Chart; simulatedSeed: string | null };

/** The chart of an answer, or what its status and error mean. */
export function chartOf(response: SourceResponse, now: EpochMs): ChartAnswer | FailedOutcome {
  if (response.kind === 'unavailable') return response;
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

interface BarsContext {
  readonly symbol: string;
  readonly from: EpochMs | null;
  readonly to: EpochMs;
  readonly now: EpochMs;
  readonly simulatedSeed: string | null;
}

/** The chart's closed daily bars, keyed by the exchange's session date; split-adjusted, dividends not. */
export function dailyBars(chart: Chart, context: BarsContext): SourceOutcome<CandleAnswer> {
  const { symbol, from, to, now, simulatedSeed } = context;
  const { meta, timestamp } = chart;
  if (!timestamp || timestamp.length === 0) return { kind: 'empty' };
  const wrong = whyNotInDollars(chart, symbol);
  if (wrong) return wrong;
  if (meta.dataGranularity != null && meta.dataGranularity !== '1d') {
    return badAnswer(`bars of ${meta.dataGranularity} instead of 1d`);
  }
  const read = readColumns(chart, timestamp, symbol);
  if (read.kind !== 'rows') return read;
  const wanted = read.offered.filter(({ openTime }) => {
    const isStillOpen = openTime <= now && openTime + dayMs > Math.min(to, now);
    return !isStillOpen && openTime >= (from ?? -Infinity);
  });
  const { candles, refused: disbelieved } = checkCandles(wanted, '1d', now);
  const refused = [...read.refused, ...disbelieved];
  if (candles.length === 0) {
    return refused[0]
      ? badAnswer(`all ${refused.length} bars refused, the first: ${refused[0].reason}`)
      : { kind: 'empty' };
  }
  return {
    kind: 'ok',
    value: { quoteCurrency: 'USD', adjustment: 'split', candles, refused, rowsRefused: refused.length, simulatedSeed },
  };
}

type Columns = { kind: 'rows'; offered: OfferedCandle[]; refused: RefusedRow[] };

function readColumns(chart: Chart, timestamp: readonly number[], symbol: string): Columns | FailedOutcome {
  const { meta } = chart;
  const { open, high, low, close, volume } = chart.indicators.quote[0]!;
  const columns = { open, high, low, close, volume };
  for (const [name, column] of Object.entries(columns)) {
    if (column?.length !== timestamp.length) {
      return badAnswer(`${column?.length ?? 'no'} values of ${name} for ${timestamp.length} stamps of ${symbol}`);
    }
  }
  const dateOf = sessionDates(meta.exchangeTimezoneName);
  if (!dateOf) return badAnswer(`exchangeTimezoneName "${meta.exchangeTimezoneName}" of ${symbol} is not known`);
  const hint = meta.priceHint ?? 2;
  const offered: OfferedCandle[] = [];
  const refused: RefusedRow[] = [];
  timestamp.forEach((stamp, i) => {
    const prices = [open?.[i], high?.[i], low?.[i], close?.[i]];
    // a session without a trade; any other mixture is a mistake that the checks name
    if (prices.every((price) => price === null)) return;
    if (i === timestamp.length - 1 && isRunning(chart, stamp)) return;
    const where = `yahoofinance ${symbol} bar[${i}]`;
    const openTime = dateOf(stamp * secondMs);
    if (openTime === undefined) return refused.push({ where, reason: `timestamp ${stamp} is no time stamp` });
    const [o, h, l, c] = prices.map((price) => priceOf(price, hint));
    // funds and currencies come with a volume of 0 because nobody counts theirs
    const traded = volume?.[i];
    const v =
      traded === 0 || traded === null ? null : typeof traded === 'number' ? String(traded) : JSON.stringify(traded);
    offered.push({ where, openTime, open: o!, high: h!, low: l!, close: c!, volume: v });
  });
  // once the session is over the bar may come twice: as it should, and stamped with its last trade
  const last = offered.at(-1);
  if (last && last.openTime === offered.at(-2)?.openTime && timestamp.at(-1) === meta.regularMarketTime) offered.pop();
  return { kind: 'rows', offered, refused };
}

/** Text for the checks: whatever is no finite number becomes a text that they refuse by name. */
function priceOf(value: unknown, hint: number): string {
  if (typeof value !== 'number') return JSON.stringify(value ?? null);
  return Number.isFinite(value) && value !== 0 ? priceText(value, hint) : String(value);
}

/**
 * Whether a last bar that is stamped with its last trade is still being made. Outside the current session it is the
 * whole bar of a session that is over; around the clock there is no outside.
 */
function isRunning({ meta }: Chart, stamp: number): boolean {
  if (stamp !== meta.regularMarketTime) return false;
  const session = meta.currentTradingPeriod?.regular;
  if (meta.instrumentType === 'CRYPTOCURRENCY' || !session) return (stamp * secondMs) % dayMs !== 0;
  return stamp >= session.start && stamp < session.end;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Maps an instant to 00:00 UTC of its date on the exchange's calendar; undefined for an unknown zone. */
function sessionDates(timeZone: string): ((ms: EpochMs) => EpochMs | undefined) | undefined {
  let format = formatters.get(timeZone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    formatters.set(timeZone, format);
  }
  const known = format;
  return (ms) => {
    if (Math.abs(ms) > 8.64e15) return undefined;
    const openTime = Date.parse(`${known.format(ms)}T00:00:00Z`);
    return Number.isNaN(openTime) ? undefined : openTime;
  };
}
