import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { bandOf } from '../policies/domain/policy-limits.js';
import { PoliciesService } from '../policies/policies.service.js';
import { ValuationService } from '../portfolio/valuation/valuation.service.js';
import type { AssetId, OwnerId, PortfolioId } from '../shared/ids.js';
import type { EpochMs } from '../shared/time.js';
import { defaultRiskBudget, type RiskBudget } from './domain/trade-plan.js';

/** What a trade of a portfolio may risk: the largest weight that its policy allows, and the cash that it has. */
@Injectable()
export class SignalBudgets {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly policies: PoliciesService,
    private readonly valuations: ValuationService,
  ) {}

  async of({
    ownerId,
    portfolioId,
    asOf,
  }: {
    readonly ownerId: OwnerId;
    readonly portfolioId: PortfolioId;
    readonly asOf: EpochMs;
  }): Promise<(assetId: AssetId) => RiskBudget> {
    const { limits } = await this.policies.inForce(ownerId, portfolioId);
    const { valuation } = await this.valuations.priced(ownerId, portfolioId, { asOf });
    const catalogue = await this.assets.catalogue();
    const cash = valuation.holdings.filter(({ assetId }) => catalogue.of(assetId)?.assetClass === 'cash');
    // nothing held, or cash without a price: nothing is known of it
    const isKnown = valuation.holdings.length > 0 && cash.every(({ weightOfPriced }) => weightOfPriced !== null);
    const cashShare = isKnown ? cash.reduce((sum, { weightOfPriced }) => sum + weightOfPriced!, 0) : null;
    return (assetId) => ({ ...defaultRiskBudget, maxWeight: bandOf(limits, assetId).max, cashShare });
  }
}
