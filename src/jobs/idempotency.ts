import type { EntityManager } from '@mikro-orm/postgresql';
import { sha256 } from '../platform/crypto/sha256.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { DomainError } from '../shared/errors.js';
import type { OwnerId } from '../shared/ids.js';

/** An answer as it goes over the wire, kept so that a repeated request gets the same bytes. */
export interface StoredAnswer {
  status: number;
  location: string | null;
  body: string;
}

/** What a key is unique within, and the body that it came with. */
export interface IdempotentRequest {
  ownerId: OwnerId;
  method: string;
  path: string;
  key: string | undefined;
  body: unknown;
}

/**
 * Runs `work` once for a key, in one transaction with the record of its answer.
 *
 * A request with the same key waits at the record's unique index until the first has committed, and then gets the
 * stored answer; if the first rolled back, it does the work itself. Without a key the work simply runs.
 *
 * @throws DomainError `conflict` for the same key with another body
 */
export function once(
  em: EntityManager,
  request: IdempotentRequest,
  work: (em: EntityManager) => Promise<StoredAnswer>,
): Promise<{ answer: StoredAnswer; repeated: boolean }> {
  const { ownerId, method, path, key } = request;
  return em.transactional(async (tx) => {
    if (key === undefined) return { answer: await work(tx), repeated: false };
    const bodyHash = sha256(canonicalJson(request.body));
    const scope = [ownerId, method, path, key];
    const claimed = await tx.execute<unknown[]>(
      `insert into idempotency (owner_id, method, path, key, body_hash, status, body, created_at)
       values (?, ?, ?, ?, ?, 0, '', clock_timestamp()) on conflict do nothing returning 1 as claimed`,
      [...scope, bodyHash],
    );
    const mine = 'owner_id = ? and method = ? and path = ? and key = ?';
    if (claimed.length === 0) {
      const [stored] = await tx.execute<(StoredAnswer & { body_hash: string })[]>(
        `select body_hash, status, location, body from idempotency where ${mine}`,
        scope,
      );
      if (!stored || stored.body_hash !== bodyHash) {
        throw new DomainError('conflict', `Idempotency-Key "${key}" was used with another body`);
      }
      return { answer: { status: stored.status, location: stored.location, body: stored.body }, repeated: true };
    }
    const answer = await work(tx);
    await tx.execute(`update idempotency set status = ?, location = ?, body = ? where ${mine}`, [
      answer.status,
      answer.location,
      answer.body,
      ...scope,
    ]);
    return { answer, repeated: false };
  });
}
