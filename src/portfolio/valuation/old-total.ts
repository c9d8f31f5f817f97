import { Injectable } from '@nestjs/common';
import { DatedPrices } from '../../data/prices/dated-prices.js';
import { DomainError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { PortfolioService } from '../portfolio.service.js';
import { ValuationService } from './valuation.service.js';

/** What weights of the old routes are shares of. */
export interface OldTotal {
  readonly usd: number;
  /** True when it is made up: the value of 1 BTC. */
  readonly notional: boolean;
  /** What the portfolio holds besides, and nobody knows a price of: the total leaves it out. */
  readonly unpriced: readonly AssetId[];
  /** What has to be known of it, a sentence each. */
  readonly notes: readonly string[];
}

const btc = 'BTC' as AssetId;
const usd = 'USD' as AssetId;

/** What is told when not even 1 BTC can be valued. */
export const noBtcPrice = () =>
  new DomainError('unavailable', 'no price of BTC is stored yet', { retryAfterSeconds: 60 });

/**
 * What each weight is of the whole: weights that leave something to 1 leave it as cash, and those that add up to more
 * than 1 share it out. All old routes count so.
 */
export function sharesOf<K>(weights: ReadonlyMap<K, number>): Map<K, number> {
  const sum = [...weights.values()].reduce((all, weight) => all + weight, 0);
  return new Map([...weights].map(([key, weight]) => [key, weight / Math.max(1, sum)]));
}

/** Weights are shares of something, never units: this says of what. */
@Injectable()
export class OldTotals {
  constructor(
    private readonly portfolios: PortfolioService,
    private readonly valuations: ValuationService,
    private readonly prices: DatedPrices,
  ) {}

  /** What was given, else what is priced of the default portfolio, else 1 BTC; undefined when BTC has no price either. */
  async of(ownerId: OwnerId, given: number | undefined): Promise<OldTotal | undefined> {
    if (given !== undefined) return { usd: given, notional: false, unpriced: [], notes: [] };
    const asOf = Date.now();
    const own = await this.portfolios.defaultOf(ownerId);
    if (own) {
      const { valuation, notes } = await this.valuations.priced(ownerId, own.id, { asOf, numeraire: usd });
      const total = Number(valuation.totalUsd);
      if (total > 0) return { usd: total, notional: false, unpriced: valuation.unpriced, notes };
    }
    const price = (await this.prices.of([btc], { asOf, viewer: ownerId })).get(btc);
    return price && { usd: Number(price.usd), notional: true, unpriced: [], notes: [] };
  }
}
