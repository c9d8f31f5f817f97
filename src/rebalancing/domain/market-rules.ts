import type { AssetClass } from '../../data/domain/asset.js';
import type { VenueCosts } from '../rebalancing.contract.js';

const cryptoExchange: VenueCosts = {
  venue: 'crypto exchange',
  feeRate: '0.001',
  spreadRate: '0.0005',
  minNotional: '10',
};
const broker: VenueCosts = { venue: 'broker', feeRate: '0', spreadRate: '0.0002', minNotional: '1' };

/** What a plan takes for granted of a venue that it was not told of: usual retail costs of 2025, not any one venue's. */
export const usualVenue = (assetClass: AssetClass): VenueCosts => (assetClass === 'crypto' ? cryptoExchange : broker);
