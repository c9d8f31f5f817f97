import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import type { Asset } from '../../data/domain/asset.js';
import { DatedPrices, type DatedPrice } from '../../data/prices/dated-prices.js';
import { DomainError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso, type EpochMs } from '../../shared/time.js';
import { convert } from '../domain/valuation.js';
import { dividendNotes, howToPrice } from '../domain/valuation-notes.js';
import { instantIfGiven, instantOf } from '../../platform/http/instant.js';
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
    const knownAt = instantIfGiven('as_known_at', query.as_known_at, now);
    const asked = { from: from.id, to: to.id, amount: query.amount, as_of: toIso(asOf) };
    // one is one by definition, whether anybody knows what it is worth or not
    if (from.id === to.id)
      return { ...asked, result: query.amount, rate: '1', from_price: null, to_price: null, notes: [] };
    const prices = await this.prices.of([from.id, to.id], { asOf, viewer, knownAt });
    const fromPrice = pricedAt(prices, from, asOf);
    const toPrice = pricedAt(prices, to, asOf);
    return {
      ...asked,
      result: convert(query.amount, fromPrice.usd, toPrice.usd),
      rate: convert('1', fromPrice.usd, toPrice.usd),
      from_price: datedPriceView(fromPrice),
      to_price: datedPriceView(toPrice),
      notes: dividendNotes(
        [fromPrice, toPrice].map(({ assetId, series }) => ({
          assetId,
          adjustment: series?.adjustment,
          hasDividends: false,
        })),
      ),
    };
  }
}

function pricedAt(prices: ReadonlyMap<AssetId, DatedPrice>, { id, assetClass }: Asset, asOf: EpochMs): DatedPrice {
  const price = prices.get(id);
  if (price) return price;
  const message = `no price of ${id} is stored that was known at ${toIso(asOf)}; ${howToPrice(id, assetClass)}`;
  throw new DomainError('conflict', message);
}
