import { dayMs, type EpochMs } from '../../shared/time.js';
import { askedSource, type PriceBasis } from './candle.js';

/** Families that serve prices of perpetual futures. */
const perpetualSources: ReadonlySet<string> = new Set(['fks_data']);

/** What the bars stored under this name are prices of. */
export const basisOfSource = (source: string): PriceBasis =>
  perpetualSources.has(askedSource(source)) ? 'perpetual' : 'spot';

/** A price of USDT that is older is taken for none, and USDT then for one dollar. */
export const longestUsdtAgeMs = 7 * dayMs;

/** A price may be this many days older than the as-of, an exchange's longest usual break, before it is called stale. */
export const longestPriceAgeDays = 7;

/** Whether a price is too old to decide anything by at an instant. */
export const isStale = ({ time }: { readonly time: EpochMs }, asOf: EpochMs): boolean =>
  asOf - time > longestPriceAgeDays * dayMs;
