import { setImmediate as otherWork } from 'node:timers/promises';

/** How long a calculation may hold the event loop before others have their turn. */
const longestTurnMs = 8;

/** What a calculation that yields now and then comes to; requests are served in between. */
export async function inTurns<Result>(steps: Generator<unknown, Result, undefined>): Promise<Result> {
  for (let begin = performance.now(); ;) {
    const next = steps.next();
    if (next.done) return next.value;
    if (performance.now() - begin < longestTurnMs) continue;
    await otherWork();
    begin = performance.now();
  }
}
