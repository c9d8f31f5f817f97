import type { z } from 'zod';
import type { Budget } from '../../platform/outbound/budget.js';
import type { EpochMs } from '../../shared/time.js';
import type { Asset, AssetClass } from '../domain/asset.js';
import type { Adjustment, Candle, Interval, PriceBasis, QuoteCurrency, RefusedRow } from '../domain/candle.js';

/** What a source really has; the API, the documentation and the choice of a source all read this. */
export interface SourceAbilities {
  /** The intervals it has bars of, by asset class; a class without an entry it does not know. */
  readonly candles: Readonly<Partial<Record<AssetClass, readonly Interval[]>>>;
  /** `close`: it knows no open, high and low, and gives none. */
  readonly bars: 'ohlc' | 'close';
  /** Asset classes whose latest price it tells. */
  readonly quotes: readonly AssetClass[];
  readonly basis: PriceBasis;
  /** How many days back bars reach, by interval; an interval without an entry reaches back to the listing. */
  readonly historyDays: Readonly<Partial<Record<Interval, number>>>;
  /** How far back candles reach, in words. */
  readonly history: string;
  /** What it tells beside the bars. */
  readonly corporateActions: readonly CorporateAction['kind'][];
  /** True when every answer holds all that the source has: asking for a part saves nothing. */
  readonly wholeHistory: boolean;
  /** Bars that one question may ask for, by interval, where the source's pages and limits set a bound. */
  readonly mostBars?: Readonly<Partial<Record<Interval, number>>>;
  /** From the end of a bar until the source publishes it. */
  readonly publicationLagMs: number;
}

/** What all processes together may ask of one source with one key. */
export type SourceBudget = Budget;

export interface CandleRequest {
  readonly asset: Asset;
  readonly interval: Interval;
  /** First open time wanted; null asks for everything the source has. */
  readonly from: EpochMs | null;
  /** Bars must end at or before this instant. */
  readonly to: EpochMs;
}

/** A split (`numerator` new shares for `denominator` old ones) or a cash dividend, on the session date at 00:00 UTC. */
export type CorporateAction =
  | { readonly kind: 'split'; readonly exDate: EpochMs; readonly numerator: string; readonly denominator: string }
  | { readonly kind: 'dividend'; readonly exDate: EpochMs; readonly amount: string };

/** The bars of one series, oldest first, without duplicates, and the rows that were refused on the way. */
export interface CandleAnswer {
  readonly quoteCurrency: QuoteCurrency;
  readonly adjustment: Adjustment;
  readonly candles: readonly Candle[];
  readonly refused: readonly RefusedRow[];
  readonly rowsRefused: number;
  readonly actions: readonly CorporateAction[];
  /** The world of the market simulator that answered; null when the prices are real. */
  readonly simulatedSeed: string | null;
}

/** Latest price with the time it was true. */
export interface Quote {
  readonly price: string;
  readonly quoteCurrency: QuoteCurrency;
  readonly time: EpochMs;
  readonly simulatedSeed: string | null;
}

/** "Could not ask" is never "there is nothing". */
export type SourceOutcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unknownAsset' }
  | {
      readonly kind: 'rateLimited';
      readonly retryAfterMs: number | undefined;
      readonly why?: string;
      /** Set when it is our own budget or rest that said so, and nothing was sent. */
      readonly unsent?: true;
    }
  | { readonly kind: 'unavailable'; readonly why: string }
  | { readonly kind: 'badAnswer'; readonly why: string }
  | { readonly kind: 'notOffered'; readonly why: string }
  | { readonly kind: 'missingKey'; readonly variable: string };

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** What the request costs of the budget; 1 unless the provider weighs it. */
  readonly weight?: number;
  /** Weight of the question's next requests, taken together with this one's: they are not refused half-way. */
  readonly ahead?: number;
}

/** What a source may use of the world: time-limited HTTP, the clock and, for whatever else waits, the caller's signal. */
export interface SourceIo {
  readonly signal: AbortSignal;
  /** @throws the signal's reason when the caller has given up: nobody is left to hear an outcome */
  get(url: URL, options?: RequestOptions): Promise<SourceResponse>;
  now(): EpochMs;
}

/**
 * One HTTP exchange; a network failure or a body over the size limit is an `unavailable` outcome, never thrown, and a
 * request that the budget does not allow now is `rateLimited` without having been sent.
 */
export type SourceResponse =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly body: string;
      readonly header: (name: string) => string | undefined;
      /** The market simulator marks its answers with the seed of its world. */
      readonly simulatedSeed: string | null;
    }
  | Extract<SourceOutcome<never>, { kind: 'unavailable' | 'rateLimited' }>;

/** Whether a provider's key is there; never the key itself. */
export interface ApiKeyState {
  readonly variable: string;
  readonly isSet: boolean;
  /** False where it answers without one, too, within narrower limits. */
  readonly isNeeded: boolean;
}

export interface MarketDataSource {
  /** Stored with every bar: `binance`, `yahoofinance`, `csv:<folder>`. */
  readonly id: string;
  readonly offers: SourceAbilities;
  readonly budget: SourceBudget;
  /** Absent for one that knows no keys. */
  readonly apiKey?: ApiKeyState;
  candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>>;
  latestQuote?(asset: Asset, io: SourceIo): Promise<SourceOutcome<Quote>>;
}

/** The name that `FKS_SOURCES` knows, and the sources behind it: one, or for `csv` one a folder. */
export interface SourceFamily {
  readonly name: string;
  /** The environment variables of its own, as a zod object. */
  readonly environment: z.ZodObject;
  /**
   * @throws SourceSettingsError naming each wrong variable, never its value
   */
  open(environment: NodeJS.ProcessEnv): readonly MarketDataSource[];
}
