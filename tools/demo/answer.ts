import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, Decision } from './api.js';

export const isOpen = ({ state }: Pick<Decision, 'state'>): boolean => state === 'awaiting_answer';

/**
 * Gives the answer and resolves to the decision once it is recorded.
 *
 * An answer that no worker took is kept nowhere: until it is recorded the same one is sent again, which the service
 * counts as one.
 *
 * @throws Error when it is not recorded in time
 */
export async function answerUntilRecorded(
  api: Pick<Api, 'answerDecision'>,
  id: string,
  choice: 'approve' | 'reject',
  { signal, withinMs = 60_000, pauseMs = 500 }: { signal: AbortSignal; withinMs?: number; pauseMs?: number },
): Promise<Decision> {
  for (const end = Date.now() + withinMs; ;) {
    const decision = await api.answerDecision(id, choice);
    if (decision && !isOpen(decision)) return decision;
    if (Date.now() > end) {
      throw new Error(`the answer was not recorded within ${withinMs / 1_000} s: ${decision?.state ?? 'not now'}`);
    }
    await sleep(pauseMs, undefined, { signal });
  }
}
