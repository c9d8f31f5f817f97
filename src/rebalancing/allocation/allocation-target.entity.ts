import { defineEntity, p } from '@mikro-orm/core';
import type { ClassTargets, TargetSet } from '../domain/allocation.js';

/** Targets that an owner has set; without a row those hold that the service begins with. */
const AllocationTargetSchema = defineEntity({
  name: 'AllocationTarget',
  tableName: 'allocation_target',
  properties: {
    ownerId: p.text().primary(),
    targetSet: p.text().$type<TargetSet>().primary(),
    percentages: p.json<ClassTargets>(),
    updatedAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class AllocationTarget extends AllocationTargetSchema.class {}
AllocationTargetSchema.setClass(AllocationTarget);
