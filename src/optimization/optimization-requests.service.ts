import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import type { AssetCatalogue } from '../data/domain/asset-catalogue.js';
import type { IdempotentRequest, StoredAnswer } from '../jobs/idempotency.js';
import { JobsService, type RequestedJob } from '../jobs/jobs.service.js';
import { PoliciesService } from '../policies/policies.service.js';
import { instantOf } from '../platform/http/instant.js';
import { ValuationService } from '../portfolio/valuation/valuation.service.js';
import { refusedFor, type FieldError } from '../shared/errors.js';
import type { AssetId, JobId, OptimizationId, OwnerId, PortfolioId } from '../shared/ids.js';
import { toIso, type EpochMs } from '../shared/time.js';
import type { ExpectedReturnsFrom, OptimizationRequest } from './domain/optimization-request.js';
import { optimizerById, optimizerIds } from './domain/optimizers/registry.js';
import type { CreateOptimizationBody } from './optimization-requests.schemas.js';
import { optimizerName } from './optimization.schemas.js';
import {
  optimizationWorkflowId,
  requestedOptimizationWorkflow,
  type PolicyVersionRef,
  type RequestedOptimizationInput,
} from './optimization.contract.js';

const usd = 'USD' as AssetId;

/** Weights of what a portfolio holds, and the limits that it follows. */
interface Subject {
  readonly portfolioId: PortfolioId | null;
  readonly policy: PolicyVersionRef | null;
  readonly held: Readonly<Record<AssetId, number>>;
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
    const { answer } = await this.jobs.request(request, async () => {
      const heldAt = body.as_of === undefined ? undefined : asOf;
      const subject = await this.subjectOf(ownerId, body.portfolio_id as PortfolioId | undefined, heldAt);
      const read = new BodyReader(await this.assets.catalogue(), body, subject);
      return jobFor({
        ownerId,
        portfolioId: subject.portfolioId,
        policy: subject.policy,
        ...read.all(),
        asOf: toIso(asOf),
        lookbackDays: body.lookback_days,
        rehearsal: asOf < now,
      });
    });
    return answer;
  }

  private async subjectOf(
    ownerId: OwnerId,
    portfolioId: PortfolioId | undefined,
    asOf: EpochMs | undefined,
  ): Promise<Subject> {
    if (portfolioId === undefined) return { portfolioId: null, policy: null, held: {} };
    const { valuation } = await this.valuations.priced(ownerId, portfolioId, { asOf });
    const { policyId: id, version } = await this.policies.inForce(ownerId, portfolioId);
    const invested = valuation.holdings.filter(
      ({ assetId, weightOfPriced: weight }) => assetId !== usd && weight !== null && weight > 0,
    );
    const total = invested.reduce((sum, { weightOfPriced }) => sum + weightOfPriced!, 0);
    const held = Object.fromEntries(
      invested.map(({ assetId, weightOfPriced }) => [assetId, weightOfPriced! / total]),
    ) as Record<AssetId, number>;
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

/** Turns the body's spellings into asset ids, and says at once all that is wrong with it. */
class BodyReader {
  private readonly errors: (FieldError & { value?: string | undefined })[] = [];

  constructor(
    private readonly catalogue: AssetCatalogue,
    private readonly body: CreateOptimizationBody,
    private readonly subject: Subject,
  ) {}

  /** @throws DomainError `invalid` naming each field */
  all(): { assets: AssetId[]; request: OptimizationRequest } {
    const { body } = this;
    const assets = this.assetsOf();
    const among = new Set<AssetId>(assets);
    const optimizer = optimizerIds.find((id) => optimizerName(id) === body.optimizer)!;
    const current = body.current
      ? this.byAsset(body.current, 'current', among, (weight) => weight)
      : this.heldOf(among);
    const benchmark = body.benchmark ? this.byAsset(body.benchmark, 'benchmark', among, (weight) => weight) : null;
    const request: OptimizationRequest = {
      optimizer,
      numeraire: this.numeraire(among),
      covariance: body.covariance,
      expectedReturns: this.expectedReturns(assets, among),
      riskFreeRate: body.risk_free_rate,
      riskAversion: body.risk_aversion,
      targetReturn: body.target_return ?? null,
      targetVolatility: body.target_volatility ?? null,
      confidence: body.confidence,
      budgets: body.budgets ? this.byAsset(body.budgets, 'budgets', among, (share) => share) : null,
      benchmark,
      current,
      turnoverLimit: body.turnover_limit ?? null,
      costRate: body.cost_rate,
      l2: body.l2,
      bands: this.byAsset(body.bands, 'bands', among, ({ min, max }) => ({ min, max })),
      linear: body.linear.map(({ label, coefficients, min, max }, i) => ({
        label,
        coefficients: this.byAsset(coefficients, `linear.${i}.coefficients`, among, (value) => value),
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
      })),
    };
    this.refuseMissing(request);
    if (this.errors.length === 0) return { assets, request };
    throw refusedFor(this.errors);
  }

  private assetsOf(): AssetId[] {
    const { assets } = this.body;
    if (assets === undefined) {
      const held = Object.keys(this.subject.held) as AssetId[];
      if (held.length === 0) this.refuse('portfolio_id', this.body.portfolio_id, 'holds nothing that has a price');
      return held;
    }
    const named = new Set<AssetId>();
    assets.forEach((text, i) => {
      const assetId = this.idOf(text, `assets.${i}`);
      if (named.has(assetId)) this.refuse(`assets.${i}`, text, `names ${assetId} a second time`);
      named.add(assetId);
    });
    return [...named];
  }

  private numeraire(among: ReadonlySet<AssetId>): AssetId {
    const { numeraire } = this.body;
    const assetId = this.idOf(numeraire, 'numeraire');
    if (assetId !== usd && !among.has(assetId))
      this.refuse('numeraire', numeraire, 'is neither USD nor among the assets');
    return assetId;
  }

  /** Null when nothing is held. */
  private heldOf(among: ReadonlySet<AssetId>): Record<AssetId, number> | null {
    const { turnover_limit: turnoverLimit, cost_rate: costRate } = this.body;
    const held = Object.entries(this.subject.held) as [AssetId, number][];
    const besides = held.filter(([assetId]) => !among.has(assetId)).map(([assetId]) => assetId);
    if (besides.length > 0 && (turnoverLimit !== undefined || costRate > 0)) {
      this.refuse('assets', undefined, `lacks ${besides.join(', ')}: what is held and sold counts as traded`);
    }
    const kept = held.filter(([assetId]) => among.has(assetId));
    return kept.length > 0 ? Object.fromEntries(kept) : null;
  }

  private expectedReturns(assets: readonly AssetId[], among: ReadonlySet<AssetId>): ExpectedReturnsFrom {
    const given = this.body.expected_returns;
    if (given.kind === 'exponential') return { kind: given.kind, halfLife: given.half_life };
    if (given.kind !== 'given') return given;
    const values = this.byAsset(given.values, 'expected_returns.values', among, (value) => value);
    for (const assetId of assets.filter((one) => !Object.hasOwn(values, one))) {
      this.refuse('expected_returns.values', undefined, `lacks ${assetId}`);
    }
    return { kind: given.kind, values };
  }

  /** What the optimizer cannot do without. */
  private refuseMissing({
    optimizer,
    targetReturn,
    targetVolatility,
    benchmark,
    current,
    turnoverLimit,
    costRate,
  }: OptimizationRequest) {
    const { needs } = optimizerById(optimizer);
    const say = (field: string) => this.refuse(field, undefined, `is missing: ${optimizerName(optimizer)} needs it`);
    if (needs.includes('target_return') && targetReturn === null) say('target_return');
    if (needs.includes('target_volatility') && targetVolatility === null) say('target_volatility');
    if (needs.includes('benchmark') && benchmark === null && current === null) say('benchmark');
    if (turnoverLimit !== null && current === null) {
      this.refuse('current', undefined, 'is missing: turnover_limit is measured from it');
    }
    if (costRate > 0 && current === null)
      this.refuse('current', undefined, 'is missing: cost_rate is measured from it');
  }

  private byAsset<Given, Kept>(
    given: Readonly<Record<string, Given>>,
    field: string,
    among: ReadonlySet<AssetId> | null,
    keep: (value: Given) => Kept,
  ): Record<AssetId, Kept> {
    const kept: Record<AssetId, Kept> = {};
    for (const [text, value] of Object.entries(given)) {
      const path = `${field}.${text}`;
      const assetId = this.idOf(text, path);
      if (Object.hasOwn(kept, assetId)) this.refuse(path, text, `names ${assetId} a second time`);
      else if (among && !among.has(assetId)) this.refuse(path, text, 'is not among the assets');
      kept[assetId] = keep(value);
    }
    return kept;
  }

  private idOf(text: string, field: string): AssetId {
    const resolved = this.catalogue.resolve(text);
    if (resolved.kind === 'known') return resolved.assetId;
    this.refuse(field, text, resolved.message);
    return text as AssetId;
  }

  private refuse(field: string, value: string | undefined, message: string): void {
    if (this.errors.length < 50) this.errors.push({ field, value, message });
  }
}
