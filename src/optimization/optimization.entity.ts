import { defineEntity, p } from '@mikro-orm/core';
import type { Certificate } from './domain/certificate.js';
import type { OptimizationStatistics } from './domain/optimize-snapshot.js';
import type { OptimizationOutcome, SolvedWeight } from './domain/optimize.js';
import type { WeightLimits } from './domain/constraints.js';
import type { OptimizationRequest } from './domain/optimization-request.js';
import type { OptimizerId } from './domain/optimizers/registry.js';
import type { PolicyVersionRef } from './optimization.contract.js';

type Part<Outcome, Kind> = Extract<Outcome, { kind: Kind }>;

/** What was asked for, under which limits, and what the other columns do not tell of the outcome. */
interface OptimizationDetails {
  readonly request: OptimizationRequest;
  /** Null for the limits that the service begins with. */
  readonly policy: PolicyVersionRef | null;
  readonly solved: Pick<
    Part<OptimizationOutcome, 'solved'>,
    'expectedReturn' | 'sharpe' | 'binding' | 'projected' | 'notes' | 'alternative' | 'choice' | 'lots'
  > | null;
  readonly infeasible: Pick<Part<OptimizationOutcome, 'infeasible'>, 'code' | 'conflict' | 'relaxation'> | null;
}

const OptimizationSchema = defineEntity({
  name: 'Optimization',
  tableName: 'optimization',
  checks: [
    { name: 'optimization_reason_when_infeasible', expression: `(state = 'infeasible') = (reason is not null)` },
  ],
  indexes: [{ properties: ['ownerId', 'portfolioId', 'id'] }, { properties: ['ownerId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    /** Null for assets that were named without a portfolio. */
    portfolioId: p.uuid().nullable(),
    snapshotId: p.uuid(),
    state: p.enum(['solved', 'infeasible'] as const),
    reason: p.text().nullable(),
    optimizerId: p.text().$type<OptimizerId>(),
    optimizerVersion: p.integer(),
    constraints: p.json<WeightLimits[]>(),
    weights: p.json<SolvedWeight[]>(),
    certificate: p.json<Certificate>().nullable(),
    statistics: p.json<OptimizationStatistics>(),
    /** Null for what was stored before there were any. */
    details: p.json<OptimizationDetails>().nullable(),
    asOf: p.datetime().columnType('timestamptz'),
    /** For audits: only what was stored by then counted. */
    knownAt: p.datetime().columnType('timestamptz').nullable(),
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
