import type { EntityManager } from '@mikro-orm/postgresql';
import type { ClientBase } from 'pg';

/**
 * A transaction on a connection of its own: what it did stays done, whatever becomes of the caller's. The driver's
 * connection speaks what the query builder does not know (COPY).
 */
export async function inOwnTransaction<T>(em: EntityManager, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await (await em.getConnection().getNativeClient()).connect();
  let failure: unknown;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // a connection that failed half-way is thrown away, and its transaction with it
    client.release(failure !== undefined);
  }
}
