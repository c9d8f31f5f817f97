import { defineEntity, p } from '@mikro-orm/core';
import type { MadePlan } from './made-plan.js';
import type { PlanRequest } from '../rebalancing.contract.js';

/** Never changed: what was planned, from which holdings, prices, targets and limits. */
const RebalancingPlanSchema = defineEntity({
  name: 'RebalancingPlanRow',
  tableName: 'rebalancing_plan',
  indexes: [{ properties: ['ownerId', 'portfolioId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    portfolioId: p.uuid(),
    asOf: p.datetime().columnType('timestamptz(3)').length(3),
    optimizationId: p.uuid().nullable(),
    request: p.json<PlanRequest>(),
    policy: p.json<MadePlan['policy']>(),
    plan: p.json<Omit<MadePlan, 'policy'>>(),
    decision: p.enum(['trade', 'wait'] as const),
    simulated: p.boolean(),
    createdAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class RebalancingPlanRow extends RebalancingPlanSchema.class {}
RebalancingPlanSchema.setClass(RebalancingPlanRow);
