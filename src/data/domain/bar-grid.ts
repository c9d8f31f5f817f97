import { startOfUtcDay, type EpochMs } from '../../shared/time.js';
import type { AssetClass } from './asset.js';
import { intervalMs, type Interval } from './candle.js';
import { firstMonday, isTradingDay, session, type Session } from './exchange-calendar.js';

/**
 * Whether a bar of the interval begins at the instant: coins count from 00:00 UTC, weeks from Monday, daily bars are
 * keyed by their date at 00:00 UTC, and US stocks count within a day from the opening of the regular session.
 */
export function isBarStart(assetClass: AssetClass, interval: Interval, openTime: EpochMs): boolean {
  const step = intervalMs[interval];
  if (interval === '1w') return (openTime - firstMonday) % step === 0;
  if (interval === '1d' || assetClass === 'crypto') return openTime % step === 0;
  const day = startOfUtcDay(openTime);
  if (!isTradingDay(assetClass, day)) return false;
  const { open, close } = sessionOf(day);
  return openTime >= open && openTime < close && (openTime - open) % step === 0;
}

let last: { readonly day: EpochMs; readonly hours: Session } | undefined;

/** Bars come sorted: the session of the bar before is nearly always the one that is asked for. */
function sessionOf(day: EpochMs): Session {
  if (last?.day !== day) last = { day, hours: session(day) };
  return last.hours;
}
