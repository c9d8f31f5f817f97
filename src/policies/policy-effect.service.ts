import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { decodeCursor, encodeCursor } from '../platform/http/page.js';
import { PortfolioService } from '../portfolio/portfolio.service.js';
import { ValuationService } from '../portfolio/valuation/valuation.service.js';
import type { AssetId, OwnerId } from '../shared/ids.js';
import { breaches, leastTurnover } from './domain/policy-limits.js';
import { PoliciesService } from './policies.service.js';
import type { PolicyEffectQuery, PolicyEffectView } from './policies.schemas.js';

type Effect = PolicyEffectView['portfolios'][number];

/** What a version would mean for portfolios as they are held now, before anybody follows it. */
@Injectable()
export class PolicyEffectService {
  constructor(
    private readonly policies: PoliciesService,
    private readonly portfolios: PortfolioService,
    private readonly valuations: ValuationService,
    private readonly assets: AssetRegistry,
  ) {}

  /**
   * Of the portfolios that follow the policy, a page at a time: each has to be valued, which takes some 20 ms.
   *
   * @throws DomainError `not_found` for a version that is not there
   */
  async of(
    ownerId: OwnerId,
    { policyId, version, limit, cursor }: { policyId: string; version: number } & PolicyEffectQuery,
  ): Promise<PolicyEffectView> {
    const then = await this.policies.limitsOf(ownerId, policyId, version);
    const catalogue = await this.assets.catalogue();
    const isCash = (assetId: AssetId) => catalogue.of(assetId)?.assetClass === 'cash';
    const effects: Effect[] = [];
    const after = cursor === undefined ? '' : decodeCursor(cursor, 'uuid');
    const all = (await this.portfolios.all(ownerId)).filter(({ id }) => id > after);
    const page = all.slice(0, limit);
    for (const { id, name } of page) {
      const inForce = await this.policies.inForce(ownerId, id);
      if (inForce.policyId !== policyId) continue;
      const weights = await this.weights(ownerId, id);
      const of = { portfolio_id: id, name, version_in_force: inForce.version };
      if (typeof weights === 'string') effects.push({ ...of, ...unknown(weights) });
      else {
        effects.push({
          ...of,
          why_not: null,
          breaches_now: breaches(inForce.limits, weights, isCash),
          breaches_then: breaches(then, weights, isCash),
          least_turnover_now: leastTurnover(inForce.limits, weights, isCash),
          least_turnover_then: leastTurnover(then, weights, isCash),
        });
      }
    }
    const last = all.length > limit ? page.at(-1) : undefined;
    return { policy_id: policyId, version, portfolios: effects, next_cursor: last ? encodeCursor(last.id) : null };
  }

  /** Current weights, or why they are not known. */
  private async weights(ownerId: OwnerId, portfolioId: string): Promise<Map<AssetId, number> | string> {
    const numeraire = 'USD' as AssetId;
    const { valuation } = await this.valuations.priced(ownerId, portfolioId, { asOf: Date.now(), numeraire });
    const { holdings, unpriced } = valuation;
    if (unpriced.length > 0) return `there is no price of ${unpriced.join(', ')}`;
    if (holdings.length === 0) return 'it holds nothing';
    return new Map(holdings.map(({ assetId, weight }) => [assetId, weight ?? 0]));
  }
}

const unknown = (why: string) => ({
  why_not: why,
  breaches_now: [],
  breaches_then: [],
  least_turnover_now: null,
  least_turnover_then: null,
});
