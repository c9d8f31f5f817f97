import { canonicalJson } from '../../shared/canonical-json.js';
import type { IsoInstant } from '../../shared/time.js';

/** Previous hash of the first event of a stream. */
export const chainStart = '0'.repeat(64);

/** What an event's hash covers: all of it but the hash. */
export interface ChainedEvent {
  stream: string;
  sequence: number;
  eventKey: string;
  prevHash: string;
  ownerId: string;
  subject: string;
  actor: string;
  kind: string;
  payload: Record<string, unknown>;
  recordedAt: IsoInstant;
}

/** Digest of a text as lower-case hex; given by the caller, because hashing is not the language's. */
export type Digest = (text: string) => string;

/** SHA-256 over the canonical JSON of the event, in which `prevHash` ties it to the one before. */
export function eventHash(event: ChainedEvent, sha256: Digest): string {
  const { stream, sequence, eventKey, prevHash, ownerId, subject, actor, kind, payload, recordedAt } = event;
  return sha256(
    canonicalJson({ stream, sequence, eventKey, prevHash, ownerId, subject, actor, kind, payload, recordedAt }),
  );
}

/**
 * Where a stream, oldest event first, stops being the one that was written; undefined when it is whole.
 *
 * Finds changed, removed, inserted and reordered events; events cut off at the end need the last hash kept elsewhere.
 */
export function brokenLink(
  events: readonly (ChainedEvent & { hash: string })[],
  sha256: Digest,
): { sequence: number; reason: string } | undefined {
  let before = { sequence: 0, hash: chainStart };
  for (const event of events) {
    if (event.sequence !== before.sequence + 1)
      return { sequence: event.sequence, reason: `follows event ${before.sequence}` };
    if (event.prevHash !== before.hash)
      return { sequence: event.sequence, reason: 'does not name the hash of the event before it' };
    if (eventHash(event, sha256) !== event.hash)
      return { sequence: event.sequence, reason: 'has another content than its hash' };
    before = event;
  }
  return undefined;
}
