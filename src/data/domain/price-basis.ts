import { askedSource, type PriceBasis } from './candle.js';

/** Families that serve prices of perpetual futures. */
const perpetualSources: ReadonlySet<string> = new Set(['fks_data']);

/** What the bars stored under this name are prices of. */
export const basisOfSource = (source: string): PriceBasis =>
  perpetualSources.has(askedSource(source)) ? 'perpetual' : 'spot';
