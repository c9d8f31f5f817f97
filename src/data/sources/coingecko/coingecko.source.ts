import { z } from 'zod';
import { retryAfterMs } from '../../../platform/outbound/retry-after.js';
import { dayMs, minuteMs, secondMs, type EpochMs } from '../../../shared/time.js';
import type { Asset } from '../../domain/asset.js';
import type { Interval } from '../../domain/candle.js';
import { candleAnswer } from '../candle-answer.js';
import { badAnswer, jsonOf, quoted, spellingAt, statusOutcome, type FailedOutcome } from '../http-outcome.js';
import { numberText } from '../json-number.js';
import type {
  ApiKeyState,
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  Quote,
  SourceBudget,
  SourceIo,
  SourceOutcome,
  SourceResponse,
} from '../market-data-source.js';
import { quoteAnswer } from '../quote-answer.js';
import { apiKey, baseUrl, budgetOf, planLimit, sourceFamily } from '../source-family.js';
import { closesOf, errorBody, marketChart, simplePrices, type PointInterval } from './coingecko.payloads.js';

const keyVariable = 'COINGECKO_API_KEY';
const proHost = /^pro-api\./;
/** Of the plans that cost nothing. */
const freeHistoryDays = 365;
/** Longer windows come as daily points, shorter ones than two days as points of five minutes. */
const hourlyDays = { most: 90, least: 2 } as const;

interface CoinGeckoSettings {
  readonly url: string;
  readonly key: string | undefined;
  readonly requestsPerMinute: number;
  readonly requestsPerMonth: number;
}

class CoinGeckoSource implements MarketDataSource {
  readonly id = 'coingecko';
  readonly offers;
  readonly budget: SourceBudget;
  readonly apiKey: ApiKeyState;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(private readonly settings: CoinGeckoSettings) {
    const { url, key, requestsPerMinute, requestsPerMonth } = settings;
    this.apiKey = { variable: keyVariable, isSet: key !== undefined, isNeeded: false };
    const isPaid = proHost.test(new URL(url).host);
    this.headers = key === undefined ? {} : { [isPaid ? 'x-cg-pro-api-key' : 'x-cg-demo-api-key']: key };
    this.budget = budgetOf(this.id, url, key, [
      { name: 'minute', limit: requestsPerMinute },
      { name: 'month', limit: requestsPerMonth },
    ]);
    this.offers = {
      candles: { crypto: ['1h', '1d'] as const },
      bars: 'close',
      quotes: ['crypto'] as const,
      basis: 'spot',
      historyDays: { '1h': hourlyDays.most, ...(isPaid ? {} : { '1d': freeHistoryDays }) },
      history: isPaid
        ? 'days since the coin was listed, hours of the last 90 days'
        : 'days of the last 365 days (free plans), hours of the last 90',
      corporateActions: [],
      wholeHistory: false,
      publicationLagMs: 35 * minuteMs,
    } as const;
  }

  async candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>> {
    const { asset, interval, from, to } = request;
    const id = spellingAt(this.id, asset);
    if (typeof id !== 'string') return id;
    if (asset.assetClass !== 'crypto' || !isPointInterval(interval)) {
      return { kind: 'notOffered', why: `has no bars of ${interval} of a ${asset.assetClass}` };
    }
    const reach = this.offers.historyDays[interval];
    if (reach !== undefined && to <= io.now() - reach * dayMs) {
      return { kind: 'notOffered', why: `points of ${interval} reach ${reach} days back` };
    }
    const response = await io.get(this.chartUrl(id, interval, daysBack(from, io.now(), interval, reach)), {
      headers: this.headers,
    });
    const now = io.now();
    const json = answerOf(response, now);
    if (json.kind !== 'json') return json;
    const chart = marketChart.safeParse(json.value);
    if (!chart.success) return badAnswer('no market chart: prices are missing');
    return candleAnswer(
      {
        quoteCurrency: 'USD',
        adjustment: 'raw',
        simulatedSeed: json.simulatedSeed,
        ...closesOf(chart.data.prices, interval, { from, to, now }),
      },
      request,
      now,
    );
  }

  async latestQuote(asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>> {
    const id = spellingAt(this.id, asset);
    if (typeof id !== 'string') return id;
    const url = new URL('/api/v3/simple/price', this.settings.url);
    const parameters = { ids: id, vs_currencies: 'usd', include_last_updated_at: 'true', precision: 'full' };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const json = answerOf(await io.get(url, { headers: this.headers }), io.now());
    if (json.kind !== 'json') return json;
    const prices = simplePrices.safeParse(json.value);
    if (!prices.success) return badAnswer('no prices by coin');
    const coin = prices.data[id];
    if (coin === undefined) return { kind: 'unknownAsset' };
    return quoteOf(coin, id, json.simulatedSeed, io.now());
  }

  private chartUrl(id: string, interval: PointInterval, days: number | 'max'): URL {
    const url = new URL(`/api/v3/coins/${encodeURIComponent(id)}/market_chart`, this.settings.url);
    url.searchParams.set('vs_currency', 'usd');
    url.searchParams.set('days', String(days));
    // by name hours are for the dearest plan only; without a name they follow from the number of days
    if (interval === '1d') url.searchParams.set('interval', 'daily');
    return url;
  }
}

export const coingecko = sourceFamily(
  'coingecko',
  z.object({
    COINGECKO_BASE_URL: baseUrl('https://api.coingecko.com'),
    [keyVariable]: apiKey,
    /** 30 with a key, 10 without. */
    COINGECKO_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
    COINGECKO_REQUESTS_PER_MONTH: planLimit(10_000),
  }),
  (settings) => [
    new CoinGeckoSource({
      url: settings.COINGECKO_BASE_URL,
      key: settings[keyVariable],
      requestsPerMinute: settings.COINGECKO_REQUESTS_PER_MINUTE ?? (settings[keyVariable] === undefined ? 10 : 30),
      requestsPerMonth: settings.COINGECKO_REQUESTS_PER_MONTH,
    }),
  ],
);

const isPointInterval = (interval: Interval): interval is PointInterval => interval === '1h' || interval === '1d';

/** The `days` parameter: points of this many days back to the moment of the call. */
function daysBack(
  from: EpochMs | null,
  now: EpochMs,
  interval: PointInterval,
  reach: number | undefined,
): number | 'max' {
  if (from === null) return reach ?? 'max';
  const days = Math.max(interval === '1h' ? hourlyDays.least : 1, Math.ceil((now - from) / dayMs));
  return Math.min(days, reach ?? days);
}

type Json = { kind: 'json'; value: unknown; simulatedSeed: string | null };

/** The JSON of an answer that is no error. */
function answerOf(response: SourceResponse, now: EpochMs): Json | FailedOutcome {
  if (response.kind !== 'response') return response;
  const { status, body, header, simulatedSeed } = response;
  const json = jsonOf(body);
  const error = json.kind === 'json' ? errorBody.safeParse(json.value).data : undefined;
  const outcome = error?.code === undefined ? undefined : codeOutcome(error.code, error.message);
  if (outcome) return outcome;
  // the limit of the machine before the API, which sends 429 or 403 and names no delay
  if (/^\s*error code: 1015\b/.test(body)) {
    return { kind: 'rateLimited', retryAfterMs: retryAfterMs(header('retry-after'), now) ?? minuteMs };
  }
  const general = statusOutcome(response, now);
  if (general) return general;
  // without the API's own words a 404 is of some other machine
  if (status === 404 && error) return { kind: 'unknownAsset' };
  if (status === 401) return { kind: 'missingKey', variable: keyVariable };
  if (status !== 200 || error) {
    return badAnswer(`status ${status}: ${error === undefined ? quoted(body) : error.message.slice(0, 120)}`);
  }
  return json.kind === 'json' ? { ...json, simulatedSeed } : json;
}

/** What the codes of its own mean; undefined for one that only repeats the status. */
function codeOutcome(code: number, message: string): FailedOutcome | undefined {
  // missing, of the other kind of plan, or of the other host
  if (code === 10002 || code === 10010 || code === 10011) return { kind: 'missingKey', variable: keyVariable };
  if (code === 10005 || code === 10012) return { kind: 'notOffered', why: `code ${code}: ${message.slice(0, 120)}` };
  return undefined;
}

function quoteOf(
  { usd: price, last_updated_at: updated }: Readonly<Record<string, unknown>>,
  id: string,
  simulatedSeed: string | null,
  now: EpochMs,
): SourceOutcome<Quote> {
  if (price === undefined) return { kind: 'notOffered', why: `has no price of ${id} in usd` };
  if (price === null) return { kind: 'empty' };
  // its time is asked for: without it nobody can say how old the price is
  const seconds = z.int().min(1).max(8.64e12).safeParse(updated);
  if (!seconds.success) return badAnswer(`last_updated_at ${numberText(updated).slice(0, 40)} of ${id}`);
  const time = seconds.data * secondMs;
  return quoteAnswer({ of: id, price, time, quoteCurrency: 'USD', simulatedSeed }, now);
}
