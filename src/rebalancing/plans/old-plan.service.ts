import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DatedPrices } from '../../data/prices/dated-prices.js';
import { jsonParameter, oldAllocations } from '../../platform/http/old-parameters.js';
import { defaultLimits } from '../../policies/domain/policy-limits.js';
import { PoliciesService } from '../../policies/policies.service.js';
import { PortfolioService } from '../../portfolio/portfolio.service.js';
import { noBtcPrice, OldTotals, sharesOf } from '../../portfolio/valuation/old-total.js';
import { DomainError } from '../../shared/errors.js';
import type { AssetId, OwnerId, PortfolioId } from '../../shared/ids.js';
import { btcTargets } from '../domain/btc-target.js';
import type { OldPlanQuery, OldPlanView } from './plans.schemas.js';

const btc = 'BTC' as AssetId;

/** The plan of the prototype's route: BTC at a target, the rest in equal parts, within the limits. */
@Injectable()
export class OldPlanService {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
    private readonly policies: PoliciesService,
    private readonly prices: DatedPrices,
    private readonly totals: OldTotals,
  ) {}

  async plan(ownerId: OwnerId, query: OldPlanQuery): Promise<OldPlanView> {
    const { target_btc_pct: target, total_value_usd: given } = query;
    const weights = await this.weights(jsonParameter('allocations', query.allocations, oldAllocations));
    const limits = await this.limits(ownerId);
    const { min, max } = limits.anchorBand;
    if (target < min || target > max) {
      const message = `must lie within the limits of ${min} to ${max}`;
      throw new DomainError('invalid', `target_btc_pct ${target} ${message}`, {
        errors: [{ field: 'target_btc_pct', value: target, message }],
      });
    }
    const prices = await this.prices.of([...weights.keys(), btc], { asOf: Date.now(), viewer: ownerId });
    const priced = [...weights.keys()].filter((symbol) => prices.has(symbol));
    const unpriced = [...weights.keys()].filter((symbol) => !prices.has(symbol));
    const total = await this.totals.of(ownerId, given);
    if (!total) throw noBtcPrice();

    const sum = [...weights.values()].reduce((all, weight) => all + weight, 0);
    const shares = sharesOf(weights);
    const share = (symbol: AssetId) => shares.get(symbol) ?? 0;
    const shareOfUnpriced = unpriced.reduce((all, symbol) => all + share(symbol), 0);
    const cashShare = Math.max(0, 1 - sum);
    const others = priced.filter((symbol) => symbol !== btc);
    const answer = {
      target_btc_allocation: target,
      current_btc_allocation: share(btc),
      total_value_usd: total.usd,
      notional: total.notional,
      partial: total.unpriced.length > 0,
      cash_usd: cashShare * total.usd,
      unpriced,
    };
    const why = sum === 0 ? 'nothing is held' : others.length === 0 ? 'there is no other asset to hold the rest' : null;
    if (why !== null) {
      const note = [...total.notes, why].join('; ');
      return { ...answer, actions: [], cash_remainder_usd: answer.cash_usd, note };
    }
    const wanted = [...new Set([btc, ...priced])].filter((symbol) => prices.has(symbol));
    const { targets, cash, broken } = btcTargets(wanted, target, limits, 1 - shareOfUnpriced);
    const notes = [
      ...total.notes,
      ...(shareOfUnpriced > 0 ? ['what has no price stays as it is'] : []),
      ...(cash > 1e-9 ? ['the limits of the other assets leave a part that stays cash'] : []),
      ...(broken.length > 0 ? [`limits that cannot be kept: ${broken.join(', ')}`] : []),
    ];
    return {
      ...answer,
      actions: wanted.flatMap((symbol) => {
        const price = Number(prices.get(symbol)!.usd);
        const held = (share(symbol) * total.usd) / price;
        const change = (targets.get(symbol)! * total.usd) / price - held;
        if (Math.abs(change * price) <= 1e-9 * total.usd) return [];
        return [
          {
            symbol,
            action: change > 0 ? ('buy' as const) : ('sell' as const),
            amount: Math.abs(change),
            current_amount: held,
          },
        ];
      }),
      cash_remainder_usd: cash * total.usd,
      note: notes.length > 0 ? notes.join('; ') : null,
    };
  }

  /** By asset id, in the order given; what nobody knows is left out, as these routes always did. */
  private async weights(given: Record<string, number>): Promise<Map<AssetId, number>> {
    const catalogue = await this.assets.catalogue();
    const weights = new Map<AssetId, number>();
    for (const [symbol, weight] of Object.entries(given)) {
      const resolved = catalogue.resolve(symbol);
      const assetId = resolved.kind === 'known' ? resolved.assetId : (symbol.toUpperCase() as AssetId);
      weights.set(assetId, (weights.get(assetId) ?? 0) + weight);
    }
    return weights;
  }

  private async limits(ownerId: OwnerId) {
    const own = await this.portfolios.defaultOf(ownerId);
    return own ? (await this.policies.inForce(ownerId, own.id as PortfolioId)).limits : defaultLimits;
  }
}
