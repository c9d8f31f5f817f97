import { dayMs } from '../../shared/time.js';
import { onCommonDates, onUtcDates, type PriceSeries } from './alignment.js';

/**
 * Prices counted in another asset: each US dollar close over the numeraire's close of the same UTC date; dates on which
 * either has none are left out. The numeraire in itself is 1 throughout, so its returns are 0 and what divides by their
 * deviation is null.
 */
export function inNumeraire(series: PriceSeries, numeraire: PriceSeries): PriceSeries {
  const { days, a, b } = onCommonDates(onUtcDates(series), onUtcDates(numeraire));
  return {
    assetId: series.assetId,
    openTimes: Array.from(days, (day) => day * dayMs),
    // a price over itself is exactly 1
    closes: a.map((close, i) => close / b[i]!),
  };
}

/** A change of value in dollars seen from a numeraire that changes too: (1 + change) / (1 + its change) - 1. */
export const changeInNumeraire = (changeUsd: number, numeraireChangeUsd: number): number =>
  (1 + changeUsd) / (1 + numeraireChangeUsd) - 1;
