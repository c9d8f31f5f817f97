import { defineEntity, p } from '@mikro-orm/core';
import { questionKinds } from './domain/opinion.js';

const exchangeOutcomes = ['answered', 'rateLimited', 'unavailable', 'refused', 'broken'] as const;

/** One call of fks_ai that was sent: what was asked, what came. Never changed; secrets are taken out before. */
const AiExchangeSchema = defineEntity({
  name: 'AiExchangeRow',
  tableName: 'ai_exchange',
  indexes: [
    { properties: ['key', 'askedAt'] },
    { properties: ['symbol', 'kind', 'asOf'] },
    {
      name: 'ai_exchange_answered',
      expression: 'create unique index "ai_exchange_answered" on "ai_exchange" ("key") where outcome = \'answered\'',
    },
  ],
  properties: {
    id: p.uuid().primary(),
    /** SHA-256 of the canonical JSON of service, path, body and number. */
    key: p.text(),
    /** Address of the service that was asked. */
    service: p.text(),
    kind: p.enum(questionKinds),
    symbol: p.text(),
    /** Of the opinion on its question: 1, and more after complaints. */
    number: p.integer(),
    /** Whose knowledge the question holds. */
    asOf: p.datetime().columnType('timestamptz(3)').length(3),
    /** Canonical JSON, so that its bytes are what was hashed. */
    request: p.text(),
    outcome: p.enum(exchangeOutcomes),
    status: p.integer().nullable(),
    /** Canonical JSON; null unless it was answered. */
    answer: p.text().nullable(),
    /** SHA-256 of the answer. */
    answerHash: p.text().nullable(),
    /** Why there is no answer. */
    detail: p.text().nullable(),
    /** Of the AI simulator; null when fks_ai itself answered. */
    simulatedSeed: p.text().nullable(),
    milliseconds: p.integer(),
    askedAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class AiExchangeRow extends AiExchangeSchema.class {}
AiExchangeSchema.setClass(AiExchangeRow);
