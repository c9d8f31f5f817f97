import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { CanonicalSeries } from '../data/candles/canonical-series.js';
import { JobsService } from '../jobs/jobs.service.js';
import { sha256 } from '../platform/crypto/sha256.js';
import { PoliciesService } from '../policies/policies.service.js';
import { PortfolioService } from '../portfolio/portfolio.service.js';
import { instantOf } from '../platform/http/instant.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { DomainError, refusedFor, type FieldError } from '../shared/errors.js';
import type { AssetId, OwnerId, PortfolioId } from '../shared/ids.js';
import { startOfUtcDay, toIso } from '../shared/time.js';
import { defaultRequest } from './domain/optimization-request.js';
import { optimizerById } from './domain/optimizers/registry.js';
import { jobFor } from './optimization-requests.service.js';
import { oldMethods, type OldOptimizationView, type OldOptimizeBody } from './optimization-requests.schemas.js';
import type { OptimizationView } from './optimization.schemas.js';
import { OptimizationService } from './optimization.service.js';

const btc = 'BTC' as AssetId;
/** How long a request waits for its weights; the job goes on in any case. */
const longestWaitMs = 8_000;

/** The optimization as the prototype meant it: an answer within the request, which starts or joins a job. */
@Injectable()
export class OldOptimizationService {
  constructor(
    private readonly jobs: JobsService,
    private readonly assets: AssetRegistry,
    private readonly canonical: CanonicalSeries,
    private readonly portfolios: PortfolioService,
    private readonly policies: PoliciesService,
    private readonly optimizations: OptimizationService,
  ) {}

  /** @throws DomainError `invalid` naming fields or the limits that collide, `unavailable` naming the job */
  async optimize(ownerId: OwnerId, body: OldOptimizeBody): Promise<OldOptimizationView> {
    const now = Date.now();
    const asOf = body.as_of === undefined ? startOfUtcDay(now) : instantOf('as_of', body.as_of, now);
    const { assets, series } = await this.priced(ownerId, body.symbols);
    const optimizer = oldMethods[body.method];
    const { needs } = optimizerById(optimizer) as { needs: readonly string[] };
    const portfolio = await this.portfolios.defaultOf(ownerId);
    const inForce = portfolio && (await this.policies.inForce(ownerId, portfolio.id as PortfolioId));
    const wanted = {
      ownerId,
      portfolioId: portfolio ? (portfolio.id as PortfolioId) : null,
      policy: inForce ? { id: inForce.policyId, version: inForce.version } : null,
      assets,
      request: {
        ...defaultRequest,
        optimizer,
        expectedReturns: { kind: 'compounded' as const },
        riskFreeRate: body.risk_free_rate,
        // what a method does not use makes no other question of it
        targetReturn: needs.includes('target_return') ? body.target_return : null,
        targetVolatility: needs.includes('target_volatility') ? body.target_volatility : null,
      },
      asOf: toIso(asOf),
      lookbackDays: body.lookback_days,
      rehearsal: body.as_of !== undefined,
    };
    const view = await this.solved(ownerId, wanted, sha256(canonicalJson({ ...wanted, series })));
    if (view.state === 'infeasible') throw infeasible(view, body);
    return {
      weights: Object.fromEntries(view.weights.map(({ asset_id: id, weight }) => [id, weight])),
      expected_return: view.expected_return,
      volatility: view.volatility!,
      sharpe_ratio: view.sharpe_ratio,
      method: body.method,
      constraints_met: true,
      constraints_error: null,
    };
  }

  /** What the job of this question made, whoever started it. */
  private async solved(
    ownerId: OwnerId,
    wanted: Parameters<typeof jobFor>[0],
    question: string,
  ): Promise<OptimizationView> {
    const job = await this.jobs.joined(
      { ownerId, method: 'POST', path: '/api/portfolio/optimize', key: question },
      () => jobFor(wanted),
      {
        waitMs: longestWaitMs,
        words: { underWay: 'the weights are being solved', failed: 'no weights could be made' },
      },
    );
    return this.optimizations.view(ownerId, job.result!.split('/').at(-1)!);
  }

  /** The assets, in the order of their ids, and where their series stand: newer bars make another question. */
  private async priced(ownerId: OwnerId, symbols: readonly string[]) {
    const catalogue = await this.assets.catalogue();
    const errors: FieldError[] = [];
    const series: Record<string, unknown> = {};
    for (const [i, text] of symbols.entries()) {
      const refuse = (message: string) => errors.push({ field: `symbols.${i}`, value: text, message });
      const resolved = catalogue.resolve(text);
      if (resolved.kind === 'unknown') {
        refuse(resolved.message);
        continue;
      }
      const { assetId } = resolved;
      if (Object.hasOwn(series, assetId)) continue;
      const span = await this.canonical.stored(catalogue.of(assetId)!, '1d', { viewer: ownerId });
      if (!span) refuse('has no daily prices stored');
      series[assetId] = span ?? null;
    }
    const assets = Object.keys(series).sort() as AssetId[];
    if (errors.length === 0 && !assets.includes(btc)) {
      errors.push({ field: 'symbols', value: symbols.join(','), message: 'must contain BTC' });
    }
    if (errors.length === 0 && assets.length < 3) {
      errors.push({ field: 'symbols', value: symbols.join(','), message: 'must name BTC and two others at least' });
    }
    if (errors.length === 0) return { assets, series };
    throw refusedFor(errors);
  }
}

/** The reason, and beside it the limits that collide and how far they would have to be moved. */
function infeasible({ reason, infeasible: why }: OptimizationView, body: OldOptimizeBody): DomainError {
  const { code, conflict = [], relaxation = [] } = why ?? {};
  const { target_return: ofReturn, target_volatility: ofRisk } = body;
  const target =
    body.method === 'efficient_risk'
      ? { field: 'target_volatility', value: ofRisk }
      : { field: 'target_return', value: ofReturn };
  const about = code === 'out_of_reach' ? target : { field: 'symbols' };
  const limits = conflict.length > 0 ? [`limits: ${conflict.join(', ')}`] : [];
  return new DomainError('invalid', [reason!, ...limits, ...relaxation].join('; '), {
    errors: conflict.map((limit) => ({ ...about, message: `cannot keep ${limit}` })),
  });
}
