import { defineEntity, p } from '@mikro-orm/core';

/** Weight that all processes together sent to an account within one second; rows older than its longest window are deleted. */
const ProviderUsageSchema = defineEntity({
  name: 'ProviderUsage',
  tableName: 'source_usage',
  properties: {
    budgetKey: p.text().primary(),
    second: p.datetime().columnType('timestamptz(0)').length(0).primary(),
    weight: p.integer(),
  },
});
export class ProviderUsage extends ProviderUsageSchema.class {}
ProviderUsageSchema.setClass(ProviderUsage);
