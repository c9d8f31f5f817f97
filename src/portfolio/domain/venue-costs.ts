import type { AssetClass } from '../../data/domain/asset.js';

/** What a venue takes for a trade, and what it trades. */
export interface VenueCosts {
  readonly venue: string;
  /** Fractions of the value, and US dollars; decimal texts. */
  readonly feeRate: string;
  readonly spreadRate: string;
  readonly minNotional: string;
}

const cryptoExchange: VenueCosts = {
  venue: 'crypto exchange',
  feeRate: '0.001',
  spreadRate: '0.0005',
  minNotional: '10',
};
const broker: VenueCosts = { venue: 'broker', feeRate: '0', spreadRate: '0.0002', minNotional: '1' };

/** What is taken for granted of a venue that nobody told of: usual retail costs of 2025, not any one venue's. */
export const usualVenue = (assetClass: AssetClass): VenueCosts => (assetClass === 'crypto' ? cryptoExchange : broker);
