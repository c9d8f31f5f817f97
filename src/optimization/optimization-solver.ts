import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import type { SeriesRef } from '../data/domain/candle.js';
import { StoredCloses } from '../data/quotes/stored-closes.js';
import { ComputePool, type ComputeTask } from '../platform/compute/compute-pool.js';
import { defaultLimits, type PolicyLimits } from '../policies/domain/policy-limits.js';
import { PoliciesService } from '../policies/policies.service.js';
import { DomainError } from '../shared/errors.js';
import type { OptimizationId, SnapshotId } from '../shared/ids.js';
import type { EpochMs, IsoInstant } from '../shared/time.js';
import { isSimulated, type MarketSnapshot } from './domain/market-snapshot.js';
import { defaultRequest, type OptimizationRequest } from './domain/optimization-request.js';
import type { SnapshotOptimization } from './domain/optimize-snapshot.js';
import type { ChooseSeriesInput, OptimizationSummary, PolicyVersionRef, SolveInput } from './optimization.contract.js';
import type { Optimization } from './optimization.entity.js';
import { OptimizationRepository } from './optimization.repository.js';

interface ThreadInput {
  snapshot: MarketSnapshot;
  policy: PolicyLimits;
  request: OptimizationRequest;
}

const inThread: ComputeTask<ThreadInput, SnapshotOptimization> = {
  module: new URL('./domain/optimize-snapshot.js', import.meta.url),
  name: 'optimizeInThread',
};

/** Chooses the prices that an optimization rests on, and solves on them once they are frozen. */
@Injectable()
export class OptimizationSolver {
  constructor(
    private readonly assets: AssetRegistry,
    private readonly closes: StoredCloses,
    private readonly policies: PoliciesService,
    private readonly optimizations: OptimizationRepository,
    private readonly compute: ComputePool,
  ) {}

  /** In the order of the assets. @throws DomainError `conflict` naming the assets without any daily series */
  async chooseSeries({ ownerId, assets, ...input }: ChooseSeriesInput): Promise<SeriesRef[]> {
    const catalogue = await this.assets.catalogue();
    const chosen: SeriesRef[] = [];
    const without: string[] = [];
    for (const assetId of assets) {
      const asset = catalogue.of(assetId);
      const series = asset && (await this.closes.series(asset, '1d', { viewer: ownerId, ...knownAtOf(input) }));
      if (series) chosen.push(series);
      else without.push(assetId);
    }
    if (without.length > 0) throw new DomainError('conflict', `no daily prices of ${without.join(', ')} are stored`);
    return chosen;
  }

  /** Once for an id. @throws the signal's reason when it aborts: the thread that solves is ended */
  async solve(input: SolveInput, signal: AbortSignal): Promise<OptimizationSummary> {
    const solved = await this.optimizations.optimization(input.optimizationId);
    if (solved) return summaryOf(solved);

    const snapshot = await this.optimizations.snapshot(input.snapshotId);
    const request = input.request ?? { ...defaultRequest, optimizer: input.optimizer };
    const { policy, limits: policyLimits } = await this.policyOf(input);
    const answer = await this.compute.run(inThread, { snapshot, policy: policyLimits, request }, signal);
    const { outcome, limits, statistics } = answer;
    const isSolved = outcome.kind === 'solved';
    return summaryOf(
      await this.optimizations.keepOptimization({
        id: input.optimizationId,
        ownerId: input.ownerId,
        portfolioId: input.portfolioId,
        snapshotId: input.snapshotId,
        state: outcome.kind,
        reason: isSolved ? null : outcome.reason,
        optimizerId: outcome.optimizer.id,
        optimizerVersion: outcome.optimizer.version,
        constraints: [...limits],
        weights: isSolved ? [...outcome.weights] : [],
        certificate: isSolved ? outcome.certificate : null,
        statistics,
        details: {
          request,
          policy,
          solved: isSolved
            ? {
                expectedReturn: outcome.expectedReturn,
                sharpe: outcome.sharpe,
                binding: outcome.binding,
                projected: outcome.projected,
                notes: [...outcome.notes, ...snapshot.series.flatMap(({ notes = [] }) => notes)],
                alternative: outcome.alternative,
                ...(outcome.choice && { choice: outcome.choice }),
                ...(outcome.lots && { lots: outcome.lots }),
              }
            : null,
          infeasible: isSolved
            ? null
            : { code: outcome.code, conflict: outcome.conflict, relaxation: outcome.relaxation },
        },
        asOf: new Date(input.asOf),
        knownAt: input.knownAt === undefined ? null : new Date(input.knownAt),
        rehearsal: input.rehearsal,
        simulated: isSimulated(snapshot.series),
      }),
    );
  }

  private async policyOf({
    ownerId,
    portfolioId,
    policy,
  }: SolveInput): Promise<{ policy: PolicyVersionRef | null; limits: PolicyLimits }> {
    if (policy) return { policy, limits: await this.policies.limitsOf(ownerId, policy.id, policy.version) };
    if (policy === null || portfolioId === null) return { policy: null, limits: defaultLimits };
    const { policyId: id, version, limits } = await this.policies.inForce(ownerId, portfolioId);
    return { policy: { id, version }, limits };
  }
}

/** The moment of knowledge that an input names, as readers of bars take it. */
export const knownAtOf = ({ knownAt }: { readonly knownAt?: IsoInstant }): { readonly knownAt?: EpochMs } =>
  knownAt === undefined ? {} : { knownAt: Date.parse(knownAt) };

const summaryOf = ({ id, snapshotId, state, reason, weights }: Optimization): OptimizationSummary => ({
  optimizationId: id as OptimizationId,
  snapshotId: snapshotId as SnapshotId,
  outcome: state,
  ...(reason && { reason }),
  weights: weights.map(({ assetId, weight }) => ({ assetId, weight })),
});
