import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import type { IdempotentRequest, StoredAnswer } from '../../jobs/idempotency.js';
import { JobsService } from '../../jobs/jobs.service.js';
import { OptimizationService } from '../../optimization/optimization.service.js';
import { decodeCursor, pageFrom, type Page } from '../../platform/http/page.js';
import { PortfolioService } from '../../portfolio/portfolio.service.js';
import { instantOf } from '../../platform/http/instant.js';
import type { VenueCosts } from '../../portfolio/domain/venue-costs.js';
import { DomainError, refusedFor, type FieldError } from '../../shared/errors.js';
import type { AssetId, JobId, OptimizationId, OwnerId, PortfolioId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import {
  planRebalancingWorkflow,
  rebalancingWorkflowId,
  type PlanRebalancingInput,
  type PlanRequest,
} from '../rebalancing.contract.js';
import type { CreatePlanBody, PlansQuery, PlanView } from './plans.schemas.js';
import { planView } from './plans.views.js';
import { RebalancingPlanRow } from './rebalancing-plan.entity.js';

@Injectable()
export class PlansService {
  constructor(
    private readonly em: EntityManager,
    private readonly jobs: JobsService,
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
    private readonly optimizations: OptimizationService,
  ) {}

  /** Accepts a plan as a job. @throws DomainError `invalid` naming each field, `not_found` for the portfolio */
  async request(request: IdempotentRequest, portfolioId: PortfolioId, body: CreatePlanBody): Promise<StoredAnswer> {
    const { ownerId } = request;
    const asOf = instantOf('as_of', body.as_of, Date.now());
    const wanted = await this.read(ownerId, body);
    const { answer } = await this.jobs.request(request, async () => {
      const { name } = await this.portfolios.withHoldings(ownerId, portfolioId);
      const input: PlanRebalancingInput = {
        planId: uuidv7(),
        jobId: uuidv7() as JobId,
        ownerId,
        portfolioId,
        asOf: toIso(asOf),
        request: wanted,
      };
      return {
        id: input.jobId,
        kind: 'rebalancing_plan',
        ownerId,
        portfolioId,
        workflowType: planRebalancingWorkflow,
        workflowId: rebalancingWorkflowId(input.planId),
        // the server takes 400 bytes
        summary: `rebalancing of "${name.slice(0, 40)}" as of ${toIso(asOf)}`,
        input,
      };
    });
    return answer;
  }

  /** Newest first. */
  async list(ownerId: OwnerId, portfolioId: string, { limit, cursor }: PlansQuery): Promise<Page<PlanView>> {
    await this.portfolios.get(ownerId, portfolioId);
    const rows = await this.em.find(
      RebalancingPlanRow,
      { ownerId, portfolioId, ...(cursor && { id: { $lt: decodeCursor(cursor, 'uuid') } }) },
      { orderBy: { id: 'desc' }, limit: limit + 1, disableIdentityMap: true },
    );
    return pageFrom(rows, limit, planView, ({ id }) => id);
  }

  async get(ownerId: OwnerId, portfolioId: string, id: string): Promise<PlanView> {
    const row = await this.em.findOne(RebalancingPlanRow, { id, ownerId, portfolioId }, { disableIdentityMap: true });
    if (!row) throw new DomainError('not_found', `there is no rebalancing plan ${id} of portfolio ${portfolioId}`);
    return planView(row);
  }

  private async read(ownerId: OwnerId, body: CreatePlanBody): Promise<PlanRequest> {
    const catalogue = await this.assets.catalogue();
    const errors: FieldError[] = [];
    const refuse = (field: string, value: unknown, message: string) => errors.push({ field, value, message });
    const idOf = (text: string, field: string): AssetId => {
      const resolved = catalogue.resolve(text);
      if (resolved.kind === 'known') return resolved.assetId;
      refuse(field, text, resolved.message);
      return text as AssetId;
    };
    const byAsset = <Given, Kept>(given: Record<string, Given>, field: string, keep: (value: Given) => Kept) => {
      const kept: Record<AssetId, Kept> = {};
      for (const [text, value] of Object.entries(given)) {
        const assetId = idOf(text, `${field}.${text}`);
        if (assetId in kept) refuse(`${field}.${text}`, text, `names ${assetId} a second time`);
        kept[assetId] = keep(value);
      }
      return kept;
    };
    const venues: Record<AssetId, VenueCosts> = {};
    body.venues.forEach(({ venue, assets, fee_rate, spread_rate, min_notional }, i) =>
      assets.forEach((text, k) => {
        const assetId = idOf(text, `venues.${i}.assets.${k}`);
        if (assetId in venues) refuse(`venues.${i}.assets.${k}`, text, `names ${assetId} a second time`);
        venues[assetId] = { venue, feeRate: fee_rate, spreadRate: spread_rate, minNotional: min_notional };
      }),
    );
    const request: PlanRequest = {
      targets: body.targets === undefined ? null : byAsset(body.targets, 'targets', (weight) => weight),
      optimizationId: (body.optimization_id as OptimizationId | undefined) ?? null,
      venues,
      lots: byAsset(body.lots, 'lots', (lot) => lot),
      cashKept: body.cash_kept,
      turnoverLimit: body.turnover_limit ?? null,
      noTradeBand: body.no_trade_band,
      lotMethod: body.lot_method,
      givenLots: byAsset(body.given_lots, 'given_lots', (lots) =>
        lots.map(({ transaction_id: transactionId, quantity }) => ({ transactionId, quantity })),
      ),
      riskAversion: body.risk_aversion,
      horizonDays: body.horizon_days,
    };
    const { optimizationId } = request;
    if (optimizationId !== null && !(await this.optimizations.exists(ownerId, optimizationId))) {
      refuse('optimization_id', optimizationId, 'is not one of your optimizations');
    }
    if (errors.length === 0) return request;
    throw refusedFor(errors);
  }
}
