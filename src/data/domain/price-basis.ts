import { dayMs } from '../../shared/time.js';
import { askedSource, type PriceBasis } from './candle.js';

/** Families that serve prices of perpetual futures. */
const perpetualSources: ReadonlySet<string> = new Set(['fks_data']);

/** What the bars stored under this name are prices of. */
export const basisOfSource = (source: string): PriceBasis =>
  perpetualSources.has(askedSource(source)) ? 'perpetual' : 'spot';

/** A price of USDT that is older is taken for none, and USDT then for one dollar. */
export const longestUsdtAgeMs = 7 * dayMs;
