import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { bandOf, type PolicyLimits } from '../../policies/domain/policy-limits.js';
import { PoliciesService } from '../../policies/policies.service.js';
import { ValuationService } from '../../portfolio/valuation/valuation.service.js';
import type { AssetId, OwnerId, PortfolioId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import { defaultRiskBudget, type RiskBudget } from '../domain/trade-plan.js';

interface OfPortfolio {
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId;
  readonly asOf: EpochMs;
  readonly rehearsal: boolean;
}

/** What a trade of a portfolio may risk: the largest weight that its policy allows, and the cash that it has. */
@Injectable()
export class SignalBudgets {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly policies: PoliciesService,
    private readonly valuations: ValuationService,
  ) {}

  async of(wanted: OfPortfolio): Promise<(assetId: AssetId) => RiskBudget> {
    const { limits } = await this.policies.inForce(wanted.ownerId, wanted.portfolioId);
    return budgetWithin(limits, await this.cashShare(wanted));
  }

  /** Share of the portfolio's value that is cash; null where nothing is known of it. */
  async cashShare({ ownerId, portfolioId, asOf, rehearsal }: OfPortfolio): Promise<number | null> {
    const { valuation } = await this.valuations.priced(ownerId, portfolioId, { asOf, asThen: rehearsal });
    const catalogue = await this.assets.catalogue();
    const cash = valuation.holdings.filter(({ assetId }) => catalogue.of(assetId)?.assetClass === 'cash');
    // nothing held, or cash without a price: nothing is known of it
    const isKnown = valuation.holdings.length > 0 && cash.every(({ weightOfPriced }) => weightOfPriced !== null);
    return isKnown ? cash.reduce((sum, { weightOfPriced }) => sum + weightOfPriced!, 0) : null;
  }
}

/** What a trade in an asset may risk within limits, with so much cash. */
export const budgetWithin =
  (limits: PolicyLimits, cashShare: number | null) =>
  (assetId: AssetId): RiskBudget => ({ ...defaultRiskBudget, maxWeight: bandOf(limits, assetId).max, cashShare });
