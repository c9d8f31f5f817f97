import { defineEntity, p } from '@mikro-orm/core';

/** Append-only and hash-chained: triggers refuse update, delete and truncate, and no code offers them. */
const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_event',
  uniques: [{ properties: ['stream', 'eventKey'] }],
  triggers: [
    {
      name: 'audit_event_append_only',
      timing: 'before',
      events: ['update', 'delete'],
      forEach: 'statement',
      body: `raise exception 'audit_event is append-only: % refused', tg_op;`,
    },
  ],
  properties: {
    /** `portfolio:{id}`, `data`, `identity`. */
    stream: p.text().primary(),
    /** Numbered from 1 within the stream, without holes. */
    sequence: p.integer().primary(),
    ownerId: p.text(),
    /** What the event is about, for example `decision:{id}`. */
    subject: p.text().index(),
    eventKey: p.text(),
    /** Hash of the event before, or 64 zeros for the first. */
    prevHash: p.text(),
    hash: p.text(),
    actor: p.text(),
    kind: p.text(),
    payload: p.json<Record<string, unknown>>(),
    recordedAt: p.datetime().columnType('timestamptz(3)').length(3),
  },
});
export class AuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(AuditEvent);
