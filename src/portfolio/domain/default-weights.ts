import type { AssetId } from '../../shared/ids.js';

/** What old routes answer of to an owner without any portfolio: shares of the whole, BTC within the usual band. */
export const defaultWeights = { BTC: 0.55, ETH: 0.2, SPY: 0.15, GLD: 0.1 } as Readonly<Record<AssetId, number>>;
