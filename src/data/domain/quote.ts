import { Decimal } from 'decimal.js';
import { dayMs, minuteMs, type EpochMs } from '../../shared/time.js';
import type { AssetClass } from './asset.js';
import { isTradingDay, session } from './exchange-calendar.js';

/** A price that was true so long ago, while its market was open, is an old one. */
export const quoteTtlMs = 5 * minuteMs;
/** A source that is always late is not asked again the moment its answer is there. */
const shortestLifeMs = minuteMs;

/** Whether the asset is traded at `now`; cash never changes its price. */
export function isMarketOpen(assetClass: AssetClass, now: EpochMs): boolean {
  if (assetClass === 'crypto') return true;
  const { open, close } = session(now);
  return isTradingDay(assetClass, now) && now >= open && now < close;
}

/** The last instant, `now` at the latest, at which the asset was traded: no newer price can be had. */
export function lastTraded(assetClass: AssetClass, now: EpochMs): EpochMs {
  if (assetClass === 'crypto' || assetClass === 'cash') return now;
  for (let day = now; ; day -= dayMs) {
    const { open, close } = session(day);
    if (isTradingDay(assetClass, day) && open <= now) return Math.min(now, close);
  }
}

/** How much older a price is than the newest that its market can have; a weekend does not age it. */
export const ageOf = (time: EpochMs, assetClass: AssetClass, now: EpochMs): number =>
  Math.max(0, lastTraded(assetClass, now) - time);

export const isStale = (time: EpochMs, assetClass: AssetClass, now: EpochMs): boolean =>
  ageOf(time, assetClass, now) > quoteTtlMs;

/** How long a price that was just fetched answers for its source: until it is old, and not for less than a minute. */
export const lifeOf = (time: EpochMs, assetClass: AssetClass, now: EpochMs): number =>
  Math.max(shortestLifeMs, quoteTtlMs - ageOf(time, assetClass, now));

/** When the close of a daily bar was the price: at the end of the UTC day, or of the exchange's session. */
export const closeTime = (assetClass: AssetClass, dailyOpen: EpochMs): EpochMs =>
  assetClass === 'crypto' ? dailyOpen + dayMs : session(dailyOpen).close;

/** A price of a unit times what the unit is worth, both as decimal text. */
export const converted = (price: string, rate: string): string => new Decimal(price).times(rate).toFixed();

/** What one price is in units of another, as a double: ratios are statistics. */
export const ratio = (price: string, unit: string): number => new Decimal(price).dividedBy(unit).toNumber();

/** By how many percent a price lies above an earlier one. */
export const percentChange = (price: string, earlier: string): number =>
  new Decimal(price).dividedBy(earlier).minus(1).times(100).toNumber();
