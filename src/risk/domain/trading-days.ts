import { dayMs, type EpochMs } from '../../shared/time.js';

/** `every_day` for what trades around the clock, `weekdays` for what an exchange closes at the weekend. */
export type TradingDays = 'every_day' | 'weekdays';

/** Conventional number of daily bars in a year, used to annualise. */
export const barsPerYear: Readonly<Record<TradingDays, number>> = { every_day: 365, weekdays: 252 };

/**
 * The trading week that daily bars themselves show, so that no list of what is crypto has to be kept.
 *
 * `openTimes` are the bars' UTC dates at 00:00, in any order. Two days in seven (29 %) of an around-the-clock market
 * fall on a weekend; a tenth is enough to tell, and leaves room for a stray row in a stock's file. The dates that a
 * mixed set has in common hold no weekends and so count as weekdays. An empty list counts as weekdays.
 */
export function tradingDays(openTimes: readonly EpochMs[]): TradingDays {
  const weekendBars = openTimes.filter((ms) => {
    const weekday = new Date(ms).getUTCDay();
    return weekday === 0 || weekday === 6;
  }).length;
  return openTimes.length > 0 && weekendBars >= openTimes.length / 10 ? 'every_day' : 'weekdays';
}

/** Whole days from the end of the daily bar that opens at `openTime` to `instant`. */
export const daysSinceClose = (openTime: EpochMs, instant: EpochMs): number =>
  Math.floor((instant - openTime - dayMs) / dayMs);
