import { dayMs, type EpochMs } from '../../shared/time.js';
import { moneyWeightedReturn, type CashFlow, type MoneyWeightedReturn } from './money-weighted-return.js';
import type { PerformanceSeries } from './performance.js';

/** What a measured time comes to, in the numeraire. */
export interface PerformanceTotals {
  /** Days that were measured. */
  readonly days: number;
  readonly timeWeighted: number;
  /** Yearly; null for less than a year, of which no yearly rate should be told, and when all was lost. */
  readonly annualised: number | null;
  readonly moneyWeighted: MoneyWeightedReturn;
  readonly gain: number;
  /** Net value that came from outside. */
  readonly external: number;
}

const yearDays = 365;

/**
 * Totals of a measured time whose days begin at `times`. Yearly rates count years of 365 days. For the money-weighted
 * return what comes in comes in the morning and what leaves goes in the evening, as for the time-weighted one.
 */
export function totalsOf(
  { values, external, timeWeighted }: Pick<PerformanceSeries, 'values' | 'external' | 'timeWeighted'>,
  times: readonly EpochMs[],
): PerformanceTotals {
  const last = values.length - 1;
  const [begin, end] = [values[0]!, values[last]!];
  const total = timeWeighted[last]!;
  const net = external.reduce((sum, flow) => sum + flow, 0);
  const flows: CashFlow[] = [{ time: times[0]! + dayMs, amount: -begin }];
  for (let t = 1; t <= last; t++) {
    const amount = -external[t]!;
    if (amount !== 0) flows.push({ time: times[t]! + (amount > 0 ? dayMs : 0), amount });
  }
  flows.push({ time: times[last]! + dayMs, amount: end });
  return {
    days: last,
    timeWeighted: total,
    annualised: last >= yearDays && total > -1 ? (1 + total) ** (yearDays / last) - 1 : null,
    moneyWeighted: moneyWeightedReturn(flows),
    gain: end - begin - net,
    external: net,
  };
}
