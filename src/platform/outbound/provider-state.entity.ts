import { defineEntity, p } from '@mikro-orm/core';

/** How an account of a provider is doing, as all processes know it. */
const ProviderStateSchema = defineEntity({
  name: 'ProviderState',
  tableName: 'source_state',
  properties: {
    budgetKey: p.text().primary(),
    provider: p.text().fieldName('source'),
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
export class ProviderState extends ProviderStateSchema.class {}
ProviderStateSchema.setClass(ProviderState);
