import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';

/** Often enough for the shortest heartbeat timeout; the SDK sends on only as many as that needs. */
const beatEveryMs = 2_000;

const running = new AsyncLocalStorage<{ details: unknown }>();

/** Tells Temporal how far the running activity is. */
export function beat(details: unknown): void {
  const last = running.getStore();
  if (last) last.details = details;
  Context.current().heartbeat(details);
}

/**
 * Keeps an activity's heartbeat going while it runs, with the details that it told last: a worker that dies is noticed
 * after the heartbeat timeout instead of the attempt's limit. Activities without that timeout run as they are.
 */
export async function beating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  if (context.info.heartbeatTimeoutMs === undefined) return work();
  const last = { details: undefined as unknown };
  const timer = setInterval(() => context.heartbeat(last.details), beatEveryMs);
  try {
    return await running.run(last, work);
  } finally {
    clearInterval(timer);
  }
}
