import type { Day } from '../daily-prices.js';
import type { Trading } from '../trading.js';

/** A purchase that follows sales. */
interface AfterSales {
  /** Logarithm of its size over the usual size of the purchases before it. */
  readonly size: number;
  /** Days with a sale before it, newest first, that made a gain, without a loss or an unknown between. */
  readonly winsInARow: number;
  /** Of the last day with a sale. */
  readonly gainUsd: number;
}

/** The usual size is the median of so many days with purchases before. */
const usualOf = 20;
const fewestForUsual = 5;

/**
 * For each day with a sale, the next later day with a purchase, once; its size is the mean of the purchases of the day.
 * Those whose size or last gain nobody knows are left out. Portfolios grow: sizes are compared with those just before.
 */
export function purchasesAfterSales({ buys, saleDays }: Trading): AfterSales[] {
  const sizes = sizesByDay(buys);
  const found: AfterSales[] = [];
  let [sold, wins] = [0, 0];
  sizes.forEach(({ day, size }, i) => {
    const from = sold;
    for (; sold < saleDays.length && saleDays[sold]!.day < day; sold++) {
      wins = (saleDays[sold]!.gainUsd ?? 0) > 0 ? wins + 1 : 0;
    }
    const before = sizes.slice(Math.max(0, i - usualOf), i).map((one) => one.size);
    const gainUsd = saleDays[sold - 1]?.gainUsd ?? null;
    if (sold === from || before.length < fewestForUsual || gainUsd === null) return;
    found.push({ size: size - median(before), winsInARow: wins, gainUsd });
  });
  return found;
}

function sizesByDay(buys: Trading['buys']): { day: Day; size: number }[] {
  const days = new Map<Day, number[]>();
  for (const { day, usd } of buys) {
    if (usd === null || usd <= 0) continue;
    const known = days.get(day);
    if (known) known.push(Math.log(usd));
    else days.set(day, [Math.log(usd)]);
  }
  return [...days].map(([day, all]) => ({ day, size: all.reduce((sum, one) => sum + one, 0) / all.length }));
}

/** Of at least one value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
