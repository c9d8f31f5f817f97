import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DatedPrices, type AsOf, type DatedPrice } from '../../data/prices/dated-prices.js';
import { DomainError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import { convert } from '../domain/valuation.js';
import { instantOf } from '../../platform/http/instant.js';
import type { ConversionQuery, ConversionView } from './valuation.schemas.js';
import { datedPriceView } from './valuation.views.js';

@Injectable()
export class ConversionsService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly prices: DatedPrices,
  ) {}

  /** @throws DomainError `invalid` for what nobody knows, `conflict` for what has no price at that instant */
  async convert(viewer: OwnerId, query: ConversionQuery): Promise<ConversionView> {
    const now = Date.now();
    const from = await this.assets.known(query.from, 'from');
    const to = await this.assets.known(query.to, 'to');
    const asOf = instantOf('as_of', query.as_of, now);
    const knownAt = query.as_known_at === undefined ? undefined : instantOf('as_known_at', query.as_known_at, now);
    const prices = await this.prices.of([from.id, to.id], { asOf, viewer, knownAt });
    const fromPrice = pricedAt(prices, from.id, { asOf, viewer });
    const toPrice = pricedAt(prices, to.id, { asOf, viewer });
    return {
      from: from.id,
      to: to.id,
      amount: query.amount,
      result: from.id === to.id ? query.amount : convert(query.amount, fromPrice.usd, toPrice.usd),
      rate: from.id === to.id ? '1' : convert('1', fromPrice.usd, toPrice.usd),
      as_of: toIso(asOf),
      from_price: datedPriceView(fromPrice),
      to_price: datedPriceView(toPrice),
    };
  }
}

function pricedAt(prices: ReadonlyMap<AssetId, DatedPrice>, assetId: AssetId, { asOf }: AsOf): DatedPrice {
  const price = prices.get(assetId);
  if (price) return price;
  throw new DomainError(
    'conflict',
    `no price of ${assetId} is stored that was known at ${toIso(asOf)}; collect it first`,
  );
}
