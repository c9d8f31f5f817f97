import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DatedPrices } from '../../data/prices/dated-prices.js';
import { jsonParameter, oldAllocations } from '../../platform/http/old-parameters.js';
import { fieldsRefused, type FieldError } from '../../shared/errors.js';
import type { AssetId, OwnerId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import { PortfolioService } from '../portfolio.service.js';
import { defaultWeights } from '../domain/default-weights.js';
import { shareOfPriced } from '../domain/valuation.js';
import { noBtcPrice, OldTotals, sharesOf } from './old-total.js';
import type { PortfolioValueQuery, PortfolioValueView } from './portfolio-value.schemas.js';
import { ValuationService } from './valuation.service.js';

const btc = 'BTC' as AssetId;

/** What is held in BTC, as the prototype's route tells it; weights are shares of a total, never units. */
@Injectable()
export class PortfolioValueService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
    private readonly valuations: ValuationService,
    private readonly prices: DatedPrices,
    private readonly totals: OldTotals,
  ) {}

  /** @throws DomainError `bad_request` naming what is wrong with `allocations`, `unavailable` without a price of BTC */
  async value(ownerId: OwnerId, query: PortfolioValueQuery): Promise<PortfolioValueView> {
    const { allocations, total_value_usd: given } = query;
    if (allocations) {
      return this.ofWeights(ownerId, jsonParameter('allocations', allocations, oldAllocations), given);
    }
    const own = await this.portfolios.defaultOf(ownerId);
    return own ? this.ofPortfolio(ownerId, own.id) : this.ofWeights(ownerId, defaultWeights, given);
  }

  private async ofPortfolio(ownerId: OwnerId, portfolioId: string): Promise<PortfolioValueView> {
    const now = Date.now();
    const { valuation, notes } = await this.valuations.priced(ownerId, portfolioId, { numeraire: btc });
    const { holdings, total, unpriced } = valuation;
    if (total === null && holdings.length > 0) throw noBtcPrice();
    const values = holdings.flatMap(({ assetId, value }) =>
      value === null ? [] : [[assetId, Number(value)] as const],
    );
    const btcShare = shareOfPriced(valuation, btc) ?? 0;
    return answer(values, { btcShare, notional: false, partial: unpriced.length > 0, unpriced, notes }, now);
  }

  private async ofWeights(
    ownerId: OwnerId,
    weights: Readonly<Record<string, number>>,
    given: number | undefined,
  ): Promise<PortfolioValueView> {
    const now = Date.now();
    const catalogue = await this.assets.catalogue();
    const errors: FieldError[] = [];
    /** By asset id; what nobody knows by its text. */
    const named = new Map<string, number>();
    for (const [symbol, weight] of Object.entries(weights)) {
      const resolved = catalogue.resolve(symbol);
      const id = resolved.kind === 'known' ? resolved.assetId : symbol;
      if (named.has(id)) errors.push({ field: `allocations.${symbol}`, value: symbol, message: `names ${id} twice` });
      named.set(id, weight);
    }
    if (errors.length > 0) throw fieldsRefused('bad_request', errors);
    const known = [...named.keys()].flatMap((id) => catalogue.of(id as AssetId)?.id ?? []);
    const prices = await this.prices.of([...known, btc], { asOf: now, viewer: ownerId });
    const total = await this.totals.of(ownerId, given);
    const btcPrice = prices.get(btc);
    if (!total || !btcPrice) throw noBtcPrice();
    const totalBtc = total.usd / Number(btcPrice.usd);
    const unpriced = [...named.keys()].filter((id) => !prices.has(id as AssetId));
    const shares = sharesOf(named);
    const values = [...shares].flatMap(([id, share]) =>
      prices.has(id as AssetId) ? [[id, share * totalBtc] as const] : [],
    );
    const { notional, notes } = total;
    const partial = unpriced.length > 0 || total.unpriced.length > 0;
    return answer(values, { btcShare: shares.get(btc) ?? 0, notional, partial, unpriced, notes }, now);
  }
}

function answer(
  values: readonly (readonly [string, number])[],
  about: {
    btcShare: number;
    notional: boolean;
    partial: boolean;
    unpriced: readonly string[];
    notes: readonly string[];
  },
  now: number,
): PortfolioValueView {
  return {
    total_btc: values.reduce((sum, [, value]) => sum + value, 0),
    holdings_btc: Object.fromEntries(values),
    btc_allocation: about.btcShare,
    timestamp: toIso(now),
    notional: about.notional,
    partial: about.partial,
    unpriced: [...about.unpriced],
    notes: [...about.notes],
  };
}
