import { Injectable } from '@nestjs/common';
import { decodeCursor, pageFrom, type Page } from '../platform/http/page.js';
import { DomainError } from '../shared/errors.js';
import type { OptimizationId, OwnerId } from '../shared/ids.js';
import { OptimizationRepository } from './optimization.repository.js';
import type { OptimizationsQuery } from './optimization-requests.schemas.js';
import type { OptimizationItem, OptimizationView } from './optimization.schemas.js';
import { optimizationItem, optimizationViewOf } from './optimization.views.js';

@Injectable()
export class OptimizationService {
  constructor(private readonly optimizations: OptimizationRepository) {}

  exists(ownerId: OwnerId, id: OptimizationId): Promise<boolean> {
    return this.optimizations.hasOptimization(ownerId, id);
  }

  /** Newest first. */
  async list(ownerId: OwnerId, { limit, cursor, portfolio_id }: OptimizationsQuery): Promise<Page<OptimizationItem>> {
    const before = cursor ? decodeCursor(cursor, 'uuid') : undefined;
    const rows = await this.optimizations.list(ownerId, { portfolioId: portfolio_id, before, limit: limit + 1 });
    return pageFrom(rows, limit, optimizationItem, ({ id }) => id);
  }

  async view(ownerId: OwnerId, id: string): Promise<OptimizationView> {
    const found = await this.optimizations.optimizationOf(ownerId, id);
    if (!found) throw new DomainError('not_found', `there is no optimization ${id}`);
    return optimizationViewOf(found.optimization, found.snapshot);
  }
}
