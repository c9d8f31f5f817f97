import type { AssetCatalogue } from '../data/domain/asset-catalogue.js';
import { defaultLot } from '../data/domain/asset.js';
import { refusedFor, type FieldError } from '../shared/errors.js';
import type { AssetId } from '../shared/ids.js';
import type {
  ExpectedReturnsFrom,
  LotsRequest,
  OptimizationRequest,
  ViewsRequest,
} from './domain/optimization-request.js';
import { optimizerById, optimizerIds } from './domain/optimizers/registry.js';
import type { CreateOptimizationBody } from './optimization-requests.schemas.js';
import { optimizerName } from './optimization.schemas.js';

/** What a portfolio holds besides its cash: weights that sum to 1, and what it is worth in US dollars. */
export interface Held {
  readonly weights: Readonly<Record<AssetId, number>>;
  readonly totalUsd: string | null;
}

/** Turns the body's spellings into asset ids, and says at once all that is wrong with it. */
export class OptimizationBodyReader {
  private readonly errors: (FieldError & { value?: string | undefined })[] = [];

  constructor(
    private readonly catalogue: AssetCatalogue,
    private readonly body: CreateOptimizationBody,
    private readonly held: Held,
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
      numeraire: this.idOf(body.numeraire, 'numeraire'),
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
      ...(body.views && { views: this.views(body.views, among) }),
      ...((body.most_assets !== undefined || body.minimum_position > 0) && {
        positions: { mostAssets: body.most_assets ?? null, minimumPosition: body.minimum_position },
      }),
      ...(body.lots && { lots: this.lots(body.lots, assets, among) }),
    };
    this.refuseMissing(request);
    if (this.errors.length === 0) return { assets, request };
    throw refusedFor(this.errors);
  }

  private assetsOf(): AssetId[] {
    const { assets } = this.body;
    if (assets === undefined) {
      const held = Object.keys(this.held.weights) as AssetId[];
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

  /** Null when nothing is held. */
  private heldOf(among: ReadonlySet<AssetId>): Record<AssetId, number> | null {
    const { turnover_limit: turnoverLimit, cost_rate: costRate } = this.body;
    const held = Object.entries(this.held.weights) as [AssetId, number][];
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
    if (given.kind === 'equilibrium') {
      const weights = given.weights && this.byAsset(given.weights, 'expected_returns.weights', among, (value) => value);
      return { kind: given.kind, weights: weights ?? null };
    }
    if (given.kind !== 'given') return given;
    const values = this.byAsset(given.values, 'expected_returns.values', among, (value) => value);
    for (const assetId of assets.filter((one) => !Object.hasOwn(values, one))) {
      this.refuse('expected_returns.values', undefined, `lacks ${assetId}`);
    }
    return { kind: given.kind, values };
  }

  private views(given: NonNullable<CreateOptimizationBody['views']>, among: ReadonlySet<AssetId>): ViewsRequest {
    const { covariance, expected_returns: expected } = this.body;
    const seen = new Set<string>();
    const coefficientsOf = (view: { label: string; coefficients: Record<string, number> }, i: number) => {
      if (seen.has(view.label)) this.refuse(`views.views.${i}.label`, view.label, 'names a second view');
      seen.add(view.label);
      return this.byAsset(view.coefficients, `views.views.${i}.coefficients`, among, (value) => value);
    };
    if (given.method === 'black_litterman') {
      const views = given.views.map((view, i) => ({
        label: view.label,
        coefficients: coefficientsOf(view, i),
        value: view.value,
        confidence: view.confidence ?? null,
      }));
      return { method: given.method, tau: given.tau, views };
    }
    // they are those of the days under their new probabilities
    const moments = 'is replaced by entropy pooling: leave it out';
    if (covariance !== 'sample') this.refuse('covariance', covariance, moments);
    if (expected.kind !== 'historical') this.refuse('expected_returns', expected.kind, moments);
    return {
      method: given.method,
      views: given.views.map((view, i) => ({ ...view, coefficients: coefficientsOf(view, i) })),
    };
  }

  private lots(
    given: NonNullable<CreateOptimizationBody['lots']>,
    assets: readonly AssetId[],
    among: ReadonlySet<AssetId>,
  ): LotsRequest {
    const own = this.byAsset(given.sizes, 'lots.sizes', among, (size) => size);
    const totalUsd = given.total_usd ?? this.held.totalUsd;
    if (totalUsd === null) this.refuse('lots.total_usd', undefined, 'is missing: nothing is held that it could be');
    const sizeOf = (assetId: AssetId) => own[assetId] ?? defaultLot(this.catalogue.of(assetId)?.assetClass ?? 'crypto');
    return {
      totalUsd: totalUsd ?? '0',
      sizes: Object.fromEntries(assets.map((assetId) => [assetId, sizeOf(assetId)])),
    };
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
