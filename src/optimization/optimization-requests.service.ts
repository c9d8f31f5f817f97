import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import type { IdempotentRequest, StoredAnswer } from '../jobs/idempotency.js';
import { JobsService, type RequestedJob } from '../jobs/jobs.service.js';
import { PoliciesService } from '../policies/policies.service.js';
import { instantIfGiven, instantOf } from '../platform/http/instant.js';
import { Exact } from '../portfolio/domain/exact.js';
import { ValuationService } from '../portfolio/valuation/valuation.service.js';
import type { AssetId, JobId, OptimizationId, OwnerId, PortfolioId } from '../shared/ids.js';
import { toIso, type EpochMs } from '../shared/time.js';
import { OptimizationBodyReader, type Held } from './optimization-body-reader.js';
import type { CreateOptimizationBody } from './optimization-requests.schemas.js';
import { optimizerName } from './optimization.schemas.js';
import {
  optimizationWorkflowId,
  requestedOptimizationWorkflow,
  type PolicyVersionRef,
  type RequestedOptimizationInput,
} from './optimization.contract.js';

const usd = 'USD' as AssetId;

/** What a portfolio holds, and the limits that it follows. */
interface Subject {
  readonly portfolioId: PortfolioId | null;
  readonly policy: PolicyVersionRef | null;
  readonly held: Held;
}

/** Accepts optimizations as jobs. */
@Injectable()
export class OptimizationRequests {
  constructor(
    private readonly jobs: JobsService,
    private readonly assets: AssetRegistry,
    private readonly policies: PoliciesService,
    private readonly valuations: ValuationService,
  ) {}

  /** @throws DomainError `invalid` naming each field, `not_found` for the portfolio */
  async accept(request: IdempotentRequest, body: CreateOptimizationBody): Promise<StoredAnswer> {
    const { ownerId } = request;
    const now = Date.now();
    const asOf = instantOf('as_of', body.as_of, now);
    const knownAt = instantIfGiven('as_known_at', body.as_known_at, now);
    const { answer } = await this.jobs.request(request, async () => {
      const heldAt = { asOf: body.as_of === undefined ? undefined : asOf, knownAt };
      const subject = await this.subjectOf(ownerId, body.portfolio_id as PortfolioId | undefined, heldAt);
      const read = new OptimizationBodyReader(await this.assets.catalogue(), body, subject.held);
      return jobFor({
        ownerId,
        portfolioId: subject.portfolioId,
        policy: subject.policy,
        ...read.all(),
        asOf: toIso(asOf),
        lookbackDays: body.lookback_days,
        rehearsal: asOf < now || knownAt !== undefined,
        ...(knownAt !== undefined && { knownAt: toIso(knownAt) }),
      });
    });
    return answer;
  }

  private async subjectOf(
    ownerId: OwnerId,
    portfolioId: PortfolioId | undefined,
    at: { asOf: EpochMs | undefined; knownAt: EpochMs | undefined },
  ): Promise<Subject> {
    if (portfolioId === undefined) return { portfolioId: null, policy: null, held: { weights: {}, totalUsd: null } };
    const { valuation } = await this.valuations.priced(ownerId, portfolioId, at);
    const { policyId: id, version } = await this.policies.inForce(ownerId, portfolioId);
    const invested = valuation.holdings.filter(
      ({ assetId, weightOfPriced: weight }) => assetId !== usd && weight !== null && weight > 0,
    );
    const total = invested.reduce((sum, { weightOfPriced }) => sum + weightOfPriced!, 0);
    const weights = Object.fromEntries(
      invested.map(({ assetId, weightOfPriced }) => [assetId, weightOfPriced! / total]),
    ) as Record<AssetId, number>;
    const worth = invested.reduce((sum, { valueUsd }) => sum.plus(valueUsd!), new Exact(0));
    const held = { weights, totalUsd: worth.isZero() ? null : worth.toFixed() };
    return { portfolioId, policy: { id, version }, held };
  }
}

/** The job of one optimization. */
export function jobFor(
  wanted: Omit<RequestedOptimizationInput, 'optimizationId' | 'jobId'>,
): RequestedJob & { kind: 'optimization' } {
  const input: RequestedOptimizationInput = {
    optimizationId: uuidv7() as OptimizationId,
    jobId: uuidv7() as JobId,
    ...wanted,
  };
  const { ownerId, portfolioId, assets, request, asOf } = input;
  return {
    id: input.jobId,
    kind: 'optimization',
    ownerId,
    portfolioId,
    workflowType: requestedOptimizationWorkflow,
    workflowId: optimizationWorkflowId(input.optimizationId),
    summary: `${optimizerName(request.optimizer)} of ${assets.length} assets as of ${asOf}`,
    input,
  };
}
