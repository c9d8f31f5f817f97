import type { AssetId } from '../../shared/ids.js';
import { dayMs, hourMs, minuteMs, type EpochMs } from '../../shared/time.js';

export const intervals = ['1m', '5m', '15m', '1h', '4h', '1d', '1w'] as const;
export type Interval = (typeof intervals)[number];

/** Length of an interval in milliseconds. */
export const intervalMs: Readonly<Record<Interval, number>> = {
  '1m': minuteMs,
  '5m': 5 * minuteMs,
  '15m': 15 * minuteMs,
  '1h': hourMs,
  '4h': 4 * hourMs,
  '1d': dayMs,
  '1w': 7 * dayMs,
};

/** How prices were adjusted for corporate actions; series of different adjustment are never joined. */
export const adjustments = ['raw', 'split', 'total_return', 'unknown'] as const;
export type Adjustment = (typeof adjustments)[number];

export type QuoteCurrency = 'USD' | 'USDT';

/** Where the price was made: of perpetual futures and of the asset itself two series are never joined or compared. */
export const priceBases = ['spot', 'perpetual'] as const;
export type PriceBasis = (typeof priceBases)[number];

/**
 * Prices and volume over one half-open interval `[openTime, openTime + interval)`.
 *
 * Prices are decimal texts exactly as the source printed them, in the series' quote currency per unit of the asset.
 * A daily bar is keyed by its session date at 00:00 UTC (the exchange's date for stocks) and ends 24 hours later; a
 * weekly one by its Monday. A source that knows only closes gives only closes: `open`, `high` and `low` are then null,
 * all three. `volume` is null where the source gives none; it is never zero for "unknown".
 */
export interface Candle {
  readonly openTime: EpochMs;
  readonly open: string | null;
  readonly high: string | null;
  readonly low: string | null;
  readonly close: string;
  readonly volume: string | null;
}

/** One row that a source offered and we did not believe. */
export interface RefusedRow {
  /** `BTC-USD.csv:17`, or `binance klines[3]`. */
  readonly where: string;
  /** Names the field and the value. */
  readonly reason: string;
}

/** Names one series: rows of two series are never mixed. */
export interface SeriesRef {
  readonly assetId: AssetId;
  readonly interval: Interval;
  /** `binance`, `yahoofinance`, `csv:<folder>`, or `simulated:<source>:<seed>` when the market simulator answered. */
  readonly source: string;
  readonly quoteCurrency: QuoteCurrency;
  readonly adjustment: Adjustment;
}

const simulatedName = /^simulated:(.+?)(?::([^:]+))?$/;

/** Under which name the bars of one world of the market simulator are stored: worlds of two seeds never mix. */
export const simulatedSource = (id: string, seed: string): string => `simulated:${id}:${seed}`;

/** Whether bars stored under this name came from the market simulator. */
export const isSimulatedSource = (source: string): boolean => simulatedName.test(source);

/** The id of the source that was asked for the bars stored under this name, simulated or not. */
export const askedSource = (source: string): string => simulatedName.exec(source)?.[1] ?? source;

/** Seed of the simulator's world that bars stored under this name are of; empty for real ones. */
export function worldOf(source: string): string {
  const simulated = simulatedName.exec(source);
  return simulated ? (simulated[2] ?? 'unknown') : '';
}

/** Whether the bar that opens at `openTime` is over at `instant`: its end is at or before it. */
export const isClosed = (openTime: EpochMs, interval: Interval, instant: EpochMs): boolean =>
  openTime + intervalMs[interval] <= instant;

/**
 * Which revisions of a series' bars a run reads: `as_known` the first one, and later ones from when they were known on;
 * `newest` the last one.
 *
 * A rehearsal must not know corrections that came later. Adjusted series are the exception: a source rewrites all of
 * their history at each split or dividend, and revisions of different dates would mix two price bases.
 */
export const revisionsFor = ({ adjustment }: SeriesRef, rehearsal: boolean): 'as_known' | 'newest' =>
  rehearsal && adjustment !== 'split' && adjustment !== 'total_return' ? 'as_known' : 'newest';
