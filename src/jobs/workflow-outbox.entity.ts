import { defineEntity, p } from '@mikro-orm/core';

/** A workflow that has to be started, written in the transaction that made it necessary. */
const WorkflowOutboxSchema = defineEntity({
  name: 'WorkflowOutbox',
  tableName: 'workflow_outbox',
  indexes: [
    {
      name: 'workflow_outbox_unsent',
      expression:
        'create index "workflow_outbox_unsent" on "workflow_outbox" ("next_attempt_at", "id") where sent_at is null',
    },
  ],
  properties: {
    id: p.uuid().primary(),
    ownerId: p.text(),
    jobId: p.uuid().unique(),
    jobKind: p.text(),
    portfolioId: p.uuid().nullable(),
    workflowType: p.text(),
    workflowId: p.text(),
    summary: p.text(),
    input: p.json<Record<string, unknown>>(),
    traceHeaders: p.json<Record<string, string>>(),
    createdAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
    attempts: p.integer().default(0),
    lastError: p.text().nullable(),
    /** Not before this time: a line that Temporal refuses must not hold up the others. */
    nextAttemptAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
    sentAt: p.datetime().columnType('timestamptz').nullable(),
  },
});
export class WorkflowOutbox extends WorkflowOutboxSchema.class {}
WorkflowOutboxSchema.setClass(WorkflowOutbox);
