import type { Asset } from '../../src/data/domain/asset.js';
import type { EpochMs } from '../../src/shared/time.js';

/** One bar as numbers; a daily one starts at its UTC date, 00:00. */
export interface Bar {
  readonly start: EpochMs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Null where nobody counted. */
  readonly volume: number | null;
}

/** `ratio` new shares for each old one from the session of `on` (00:00 UTC) on. */
export interface Split {
  readonly on: EpochMs;
  readonly ratio: number;
}

/** A cash payment a share; whoever bought in the session of `on` (00:00 UTC) does not get it. */
export interface Dividend {
  readonly on: EpochMs;
  readonly amount: number;
}

/** Where the simulator's bars come from. */
export interface BarSource {
  /**
   * All daily bars of an asset with dates up to `until`, oldest first; none for an asset that it does not have. They
   * count in the shares of the first day: no split moves them.
   */
  daily(asset: Asset, until: EpochMs): Promise<readonly Bar[]>;
  /** What the parts of a day come from; undefined where nobody knows them. */
  readonly parts: DayParts | undefined;
  splits(asset: Asset): readonly Split[];
  dividends(asset: Asset): readonly Dividend[];
}

/** Lengths of the parts, in minutes: an hour of a day, five minutes of an hour, a minute of five. */
export type PartMinutes = 60 | 5 | 1;

/** Parts of a day, which together are the day. */
export interface DayParts {
  /** In order; the last hour of a session may be shorter. */
  of(asset: Asset, day: Bar, minutes: PartMinutes): readonly Bar[];
  /** The part of the day that an instant has seen; undefined before its first trade. */
  until(asset: Asset, day: Bar, now: EpochMs): Bar | undefined;
}

/** Several bars in a row as one. */
export function joined(bars: readonly Bar[], start = bars[0]!.start): Bar {
  const counted = bars.every(({ volume }) => volume !== null);
  return {
    start,
    open: bars[0]!.open,
    high: Math.max(...bars.map(({ high }) => high)),
    low: Math.min(...bars.map(({ low }) => low)),
    close: bars.at(-1)!.close,
    volume: counted ? bars.reduce((sum, { volume }) => sum + (volume ?? 0), 0) : null,
  };
}

/** Bars that share a start by `startOf`, joined; neighbours stand together already. */
export function joinedBy(bars: readonly Bar[], startOf: (start: EpochMs) => EpochMs): Bar[] {
  const groups = new Map<EpochMs, Bar[]>();
  for (const bar of bars) {
    const start = startOf(bar.start);
    const group = groups.get(start);
    if (group) group.push(bar);
    else groups.set(start, [bar]);
  }
  return [...groups].map(([start, parts]) => joined(parts, start));
}
