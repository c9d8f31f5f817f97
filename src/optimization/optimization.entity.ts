import { defineEntity, p } from '@mikro-orm/core';
import type { Certificate } from './domain/certificate.js';
import type { OptimizationStatistics, SolvedWeight } from './domain/optimize.js';
import type { WeightLimits } from './domain/constraints.js';
import type { OptimizerId } from './domain/optimizers/registry.js';

const OptimizationSchema = defineEntity({
  name: 'Optimization',
  tableName: 'optimization',
  checks: [
    { name: 'optimization_reason_when_infeasible', expression: `(state = 'infeasible') = (reason is not null)` },
  ],
  indexes: [{ properties: ['ownerId', 'portfolioId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    portfolioId: p.uuid(),
    snapshotId: p.uuid(),
    state: p.enum(['solved', 'infeasible'] as const),
    reason: p.text().nullable(),
    optimizerId: p.text().$type<OptimizerId>(),
    optimizerVersion: p.integer(),
    constraints: p.json<WeightLimits[]>(),
    weights: p.json<SolvedWeight[]>(),
    certificate: p.json<Certificate>().nullable(),
    statistics: p.json<OptimizationStatistics>(),
    asOf: p.datetime().columnType('timestamptz'),
    rehearsal: p.boolean(),
    simulated: p.boolean(),
    createdAt: p
      .datetime()
      .columnType('timestamptz')
      .onCreate(() => new Date()),
  },
});
export class Optimization extends OptimizationSchema.class {}
OptimizationSchema.setClass(Optimization);
