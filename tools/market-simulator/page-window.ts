import { intervalMs, type Interval } from '../../src/data/domain/candle.js';
import type { EpochMs } from '../../src/shared/time.js';
import type { Feed } from './feed.js';

export interface AskedPage {
  readonly interval: Interval;
  /** Without it the newest bars are wanted. */
  readonly start: EpochMs | undefined;
  readonly end: EpochMs;
  readonly limit: number;
}

/** The part of a window that a page of bars can hold: minutes of years are not made for nothing. */
export function pageWindow({ interval, start, end, limit }: AskedPage, feed: Feed): [EpochMs, EpochMs] {
  const width = (limit + 1) * intervalMs[interval];
  // a folder's file may begin late and have holes
  if (!feed.knowsParts) return [start ?? -Infinity, end];
  if (start !== undefined) return [start, Math.min(end, start + width)];
  const last = Math.min(end, feed.now);
  return [last - width, last];
}
