import { defineEntity, p } from '@mikro-orm/core';

/** How an account of a source is doing, as all processes know it. */
const SourceStateSchema = defineEntity({
  name: 'SourceState',
  tableName: 'source_state',
  properties: {
    budgetKey: p.text().primary(),
    source: p.text(),
    /** Failed questions since the last good one. */
    failures: p.integer(),
    /** Not asked before this instant: the circuit is open, or the provider asked to wait. */
    restingUntil: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    restingReason: p.text().nullable(),
    lastOkAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    lastErrorAt: p.datetime().columnType('timestamptz(3)').length(3).nullable(),
    lastError: p.text().nullable(),
  },
});
export class SourceState extends SourceStateSchema.class {}
SourceStateSchema.setClass(SourceState);
