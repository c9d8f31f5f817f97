import { Injectable } from '@nestjs/common';
import { ComputePool, type ComputeTask } from '../platform/compute/compute-pool.js';
import { defaultLimits } from '../policies/domain/policy-limits.js';
import { PoliciesService } from '../policies/policies.service.js';
import { DomainError } from '../shared/errors.js';
import type { OwnerId } from '../shared/ids.js';
import { defaultRequest, type OptimizationRequest } from './domain/optimization-request.js';
import type { frontierInThread, SnapshotFrontier } from './domain/snapshot-frontier.js';
import type { PolicyVersionRef } from './optimization.contract.js';
import { OptimizationRepository } from './optimization.repository.js';
import type { FrontierQuery } from './optimization-requests.schemas.js';
import type { FrontierView } from './optimization.schemas.js';
import { frontierViewOf } from './optimization.views.js';

const inThread: ComputeTask<Parameters<typeof frontierInThread>[0], SnapshotFrontier> = {
  module: new URL('./domain/snapshot-frontier.js', import.meta.url),
  name: 'frontierInThread',
};
const longestMs = 20_000;

/** The frontier that an optimization lies on: computed from its frozen prices, so that it is the same for ever. */
@Injectable()
export class FrontierService {
  constructor(
    private readonly optimizations: OptimizationRepository,
    private readonly policies: PoliciesService,
    private readonly compute: ComputePool,
  ) {}

  /** @throws DomainError `conflict` when there is no exact frontier under these limits */
  async of(ownerId: OwnerId, id: string, query: FrontierQuery): Promise<FrontierView> {
    const optimization = await this.optimizations.ownOptimization(ownerId, id);
    if (!optimization) throw new DomainError('not_found', `there is no optimization ${id}`);
    const { details, constraints: limits, snapshotId } = optimization;
    const request = details?.request ?? defaultRequest;
    const groups = await this.groupsOf(ownerId, details?.policy ?? null);
    const several = [...groups, ...request.linear.map(({ label }) => label)];
    if (several.length > 0) {
      const message = `the exact frontier knows limits of single assets only; this optimization also has ${several.join(', ')}`;
      throw new DomainError('conflict', message);
    }
    const snapshot = await this.optimizations.snapshot(snapshotId);
    const target = {
      targetReturn: query.target_return ?? null,
      targetVolatility: query.target_volatility ?? null,
    };
    const frontier = await this.compute.runWithin(
      inThread,
      { snapshot, request, limits, target },
      longestMs,
      (seconds) => `the frontier was not there within ${seconds} seconds: ask again later`,
    );
    if (frontier.kind === 'none') throw new DomainError('conflict', `there is no frontier: ${frontier.reason}`);
    return frontierViewOf(optimization, frontier, leftOut(request));
  }

  private async groupsOf(ownerId: OwnerId, policy: PolicyVersionRef | null): Promise<string[]> {
    const { groups } = policy ? await this.policies.limitsOf(ownerId, policy.id, policy.version) : defaultLimits;
    return groups.map(({ name }) => name);
  }
}

/** What a request has that no frontier can respect. */
const leftOut = ({ turnoverLimit, costRate, l2, positions }: OptimizationRequest): string[] => [
  ...(turnoverLimit === null ? [] : ['turnover_limit']),
  ...(costRate > 0 ? ['cost_rate'] : []),
  ...(l2 > 0 ? ['l2'] : []),
  ...(positions ? ['most_assets', 'minimum_position'] : []),
];
