import type { SeriesRef } from '../../data/domain/candle.js';

/** What the current weights of a proposal take for granted about the prices they are valued at, in words. */
export function assumptionsOf(series: readonly SeriesRef[], rehearsal: boolean): string[] {
  const named = (of: readonly SeriesRef[]) => of.map(({ assetId }) => assetId).join(', ');
  const inUsdt = series.filter(({ quoteCurrency }) => quoteCurrency === 'USDT');
  const assumptions: string[] = [];
  if (inUsdt.length > 0 && inUsdt.length < series.length) {
    assumptions.push(`1 USDT is counted as 1 USD: ${named(inUsdt)} are priced in USDT`);
  }
  const adjusted = series.filter(({ adjustment }) => adjustment === 'split' || adjustment === 'total_return');
  if (rehearsal && adjusted.length > 0) {
    assumptions.push(`past prices are adjusted for later splits or dividends: ${named(adjusted)}`);
  }
  return assumptions;
}
