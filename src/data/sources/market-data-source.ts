import type { AssetId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import type { Adjustment, Candle, Interval, QuoteCurrency, RefusedRow } from '../domain/candle.js';
import type { SourceAbilities } from '../domain/source-choice.js';

interface RateLimit {
  /** Kept by the collector in each process: what is over it waits. */
  readonly requestsPerMinute: number;
}

export interface CandleRequest {
  readonly assetId: AssetId;
  readonly interval: Interval;
  /** First open time wanted; null asks for everything the source has. */
  readonly from: EpochMs | null;
  /** Bars must end at or before this instant. */
  readonly to: EpochMs;
}

/** The bars of one series, oldest first, without duplicates, and the rows that were refused on the way. */
export interface CandleAnswer {
  readonly quoteCurrency: QuoteCurrency;
  readonly adjustment: Adjustment;
  readonly candles: readonly Candle[];
  readonly refused: readonly RefusedRow[];
  readonly rowsRefused: number;
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
  | { readonly kind: 'rateLimited'; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'unavailable'; readonly why: string }
  | { readonly kind: 'badAnswer'; readonly why: string }
  | { readonly kind: 'notOffered'; readonly why: string }
  | { readonly kind: 'missingKey'; readonly variable: string };

/** What a source may use of the world: time-limited HTTP, the clock and, for whatever else waits, the caller's signal. */
export interface SourceIo {
  readonly signal: AbortSignal;
  /** @throws the signal's reason when the caller has given up: nobody is left to hear an outcome */
  get(url: URL, options?: { headers?: Record<string, string>; timeoutMs?: number }): Promise<SourceResponse>;
  now(): EpochMs;
}

/** One HTTP exchange; a network failure or a body over the size limit is an `unavailable` outcome, never thrown. */
export type SourceResponse =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly body: string;
      readonly header: (name: string) => string | undefined;
      /** The market simulator marks its answers with the seed of its world. */
      readonly simulatedSeed: string | null;
    }
  | { readonly kind: 'unavailable'; readonly why: string };

export interface MarketDataSource {
  /** Stored with every bar: `binance`, `yahoofinance`, `csv:<folder>`. */
  readonly id: string;
  readonly offers: SourceAbilities;
  readonly limits: RateLimit;
  candles(request: CandleRequest, io: SourceIo): Promise<SourceOutcome<CandleAnswer>>;
  latestQuote?(assetId: AssetId, io: SourceIo): Promise<SourceOutcome<Quote>>;
}

/** What the sources need to be made: addresses and folders, read from the environment by the configuration. */
export interface SourceSettings {
  readonly priceFolders: readonly string[];
  readonly binance: { readonly baseUrl: string };
  readonly yahoofinance: { readonly baseUrl: string };
}

/** The name that `FKS_SOURCES` knows, and the sources behind it: one, or for `csv` one a folder. */
export interface SourceFamily {
  readonly name: string;
  create(settings: SourceSettings): readonly MarketDataSource[];
}
