import { Injectable } from '@nestjs/common';
import { DomainError } from '../shared/errors.js';
import type { OptimizationId, OwnerId } from '../shared/ids.js';
import { OptimizationRepository } from './optimization.repository.js';
import type { OptimizationView } from './optimization.schemas.js';
import { optimizationViewOf } from './optimization.views.js';

@Injectable()
export class OptimizationService {
  constructor(private readonly optimizations: OptimizationRepository) {}

  exists(ownerId: OwnerId, id: OptimizationId): Promise<boolean> {
    return this.optimizations.hasOptimization(ownerId, id);
  }

  async view(ownerId: OwnerId, id: string): Promise<OptimizationView> {
    const found = await this.optimizations.optimizationOf(ownerId, id);
    if (!found) throw new DomainError('not_found', `there is no optimization ${id}`);
    return optimizationViewOf(found.optimization, found.snapshot);
  }
}
