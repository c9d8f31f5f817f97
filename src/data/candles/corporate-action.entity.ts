import { defineEntity, p } from '@mikro-orm/core';

/** A split or a dividend as a source told it; the first telling stays. */
const CorporateActionSchema = defineEntity({
  name: 'CorporateAction',
  tableName: 'corporate_action',
  properties: {
    assetId: p.text().primary(),
    source: p.text().primary(),
    kind: p.enum(['split', 'dividend'] as const).primary(),
    exDate: p.date().primary(),
    numerator: p.decimal().columnType('numeric').nullable(),
    denominator: p.decimal().columnType('numeric').nullable(),
    /** Cash for one share, in the series' quote currency. */
    amount: p.decimal().columnType('numeric').nullable(),
    knownAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class CorporateActionRow extends CorporateActionSchema.class {}
CorporateActionSchema.setClass(CorporateActionRow);
