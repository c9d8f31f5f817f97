import { TransactionPropagation } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { sha256 } from '../platform/crypto/sha256.js';
import type { OwnerId } from '../shared/ids.js';
import { toIso, type EpochMs } from '../shared/time.js';
import { AuditEvent } from './audit-event.entity.js';
import { brokenLink, chainStart, eventHash, type ChainedEvent } from './domain/hash-chain.js';

/** A fact to be remembered for good. */
export interface NewAuditEvent {
  stream: string;
  ownerId: OwnerId;
  subject: string;
  /** Business key within the stream: the same fact told twice is one event. */
  eventKey: string;
  actor: string;
  kind: string;
  payload: Record<string, unknown>;
}

/** An event as it stands in the trail. */
export type RecordedEvent = ChainedEvent & { hash: string };

const recorded = (row: AuditEvent): RecordedEvent => ({
  stream: row.stream,
  sequence: row.sequence,
  eventKey: row.eventKey,
  prevHash: row.prevHash,
  ownerId: row.ownerId,
  subject: row.subject,
  actor: row.actor,
  kind: row.kind,
  payload: row.payload,
  recordedAt: toIso(row.recordedAt.getTime()),
  hash: row.hash,
});

/** Appends to the audit table and reads it; there is nothing else that one could do to it. */
@Injectable()
export class AuditService {
  constructor(private readonly em: EntityManager) {}

  /**
   * Appends an event in a transaction: the caller's when `within` is one, else one of its own.
   *
   * An event whose key the stream knows is not appended again; the one that stands there is answered.
   */
  append(event: NewAuditEvent, within: EntityManager = this.em): Promise<RecordedEvent> {
    return within.transactional((em) => appendIn(em, event), { propagation: TransactionPropagation.REQUIRED });
  }

  /** Events about one subject, oldest first. */
  async about(ownerId: OwnerId, subject: string, afterSequence: number, limit: number): Promise<RecordedEvent[]> {
    const rows = await this.em.find(
      AuditEvent,
      { ownerId, subject, sequence: { $gt: afterSequence } },
      { orderBy: { sequence: 'asc' }, limit, disableIdentityMap: true },
    );
    return rows.map(recorded);
  }

  /** The newest events of some kinds in a stream that were recorded by an instant, newest first. */
  async ofKinds(
    ownerId: OwnerId,
    stream: string,
    kinds: readonly string[],
    by: EpochMs,
    limit: number,
  ): Promise<RecordedEvent[]> {
    const rows = await this.em.find(
      AuditEvent,
      { ownerId, stream, kind: { $in: [...kinds] }, recordedAt: { $lte: new Date(by) } },
      { orderBy: { sequence: 'desc' }, limit, disableIdentityMap: true },
    );
    return rows.map(recorded);
  }

  /** Events of a stream by their keys; those that nobody told are left out. */
  async withKeys(ownerId: OwnerId, stream: string, eventKeys: readonly string[]): Promise<RecordedEvent[]> {
    const rows = await this.em.find(
      AuditEvent,
      { ownerId, stream, eventKey: { $in: [...eventKeys] } },
      { disableIdentityMap: true },
    );
    return rows.map(recorded);
  }

  /** The last event of a kind about a subject that was recorded by an instant, whatever its stream. */
  async lastAbout(ownerId: OwnerId, subject: string, kind: string, by: EpochMs): Promise<RecordedEvent | undefined> {
    const row = await this.em.findOne(
      AuditEvent,
      { ownerId, subject, kind, recordedAt: { $lte: new Date(by) } },
      { orderBy: { recordedAt: 'desc', sequence: 'desc' }, disableIdentityMap: true },
    );
    return row ? recorded(row) : undefined;
  }

  /** Checks a stream's chain from its first event; undefined when it is whole. */
  async verify(stream: string): Promise<{ sequence: number; reason: string } | undefined> {
    const rows = await this.em.find(AuditEvent, { stream }, { orderBy: { sequence: 'asc' }, disableIdentityMap: true });
    return brokenLink(rows.map(recorded), sha256);
  }
}

async function appendIn(em: EntityManager, event: NewAuditEvent): Promise<RecordedEvent> {
  // the lock lasts until the transaction ends, so sequence numbers have no holes and the chain no forks
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`audit:${event.stream}`]);
  const known = await em.findOne(AuditEvent, { stream: event.stream, eventKey: event.eventKey });
  if (known) return recorded(known);
  const [now] = await em.execute<{ at: Date }[]>(`select date_trunc('milliseconds', clock_timestamp()) as at`);
  const last = await em.findOne(AuditEvent, { stream: event.stream }, { orderBy: { sequence: 'desc' } });
  const recordedAt = new Date(now?.at ?? Number.NaN);
  const link = { ...event, sequence: (last?.sequence ?? 0) + 1, prevHash: last?.hash ?? chainStart };
  const hash = eventHash({ ...link, recordedAt: toIso(recordedAt.getTime()) }, sha256);
  const row = em.create(AuditEvent, { ...link, hash, recordedAt });
  await em.flush();
  return recorded(row);
}
