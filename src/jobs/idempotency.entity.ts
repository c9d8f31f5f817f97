import { defineEntity, p } from '@mikro-orm/core';

/** The first answer to a request that carried an idempotency key; it is given again, byte for byte. */
const IdempotencySchema = defineEntity({
  name: 'Idempotency',
  tableName: 'idempotency',
  indexes: [{ properties: ['createdAt'] }],
  properties: {
    ownerId: p.text().primary(),
    method: p.text().primary(),
    path: p.text().primary(),
    key: p.text().primary(),
    bodyHash: p.text(),
    status: p.integer(),
    location: p.text().nullable(),
    body: p.text(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
});
export class Idempotency extends IdempotencySchema.class {}
IdempotencySchema.setClass(Idempotency);
