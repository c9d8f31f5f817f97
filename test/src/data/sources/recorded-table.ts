import type { Interval } from '../../../../src/data/domain/candle.js';

/**
 * What one recorded body is when it comes as the answer to a question of ours.
 *
 * Every body of the manifest stands in a table: those of routes that are never called, too, with the outcome that they
 * give when they come as the answer to the call that is made.
 */
export interface RecordedRow {
  /** `yahoo/chart-1d-aapl-2020-01.json`, as in the manifest. */
  readonly file: string;
  readonly asked: 'candles' | 'quote';
  /** As the venue spells it; the framework asks for an asset of this class with this one spelling. */
  readonly symbol: string;
  readonly assetClass: 'crypto' | 'stock' | 'etf';
  /** Of candles; `1d` when it is left out. */
  readonly interval?: Interval;
  /** ISO instant of the question; the framework's own (2026-02-01) when it is left out. */
  readonly now?: string;
  /** First open time asked for; null or left out: everything. */
  readonly from?: string | null;
  /**
   * `5 bars 2021-01-04 to 2021-01-08, last 293.34`, with `, 2 refused` and `, 1 action(s)` where there are some (open
   * times with their time of day for intervals under a day); `price 60740 at 2026-02-01T00:00:00Z`; or the kind of any
   * other outcome, with its delay in ms (`rateLimited 7000`) when the answer names one.
   */
  readonly outcome: string;
  /** Why it is this: the reviewer's sentence, with the section of the contract where it says so. */
  readonly why: string;
}

/** Exported as `recorded` by each `test/src/data/sources/<source>/recorded.table.ts`. */
export interface RecordedTable {
  /** Folder of the recordings: `yahoo`, `coingecko`. */
  readonly folder: string;
  readonly family: string;
  /** Variables of the family, its key for one; the base URL is the framework's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What further requests of one question get, by a part of their address; `first` is the recorded body alone. */
  readonly others?: readonly { readonly on: string; readonly status: number; readonly body: string }[];
  readonly rows: readonly RecordedRow[];
}
