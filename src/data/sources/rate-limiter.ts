import { setTimeout as sleep } from 'node:timers/promises';
import { minuteMs, type EpochMs } from '../../shared/time.js';
import type { SourceIo } from './market-data-source.js';

/** At most so many requests in any minute: a sliding window over the begin of each. */
export class RateLimiter {
  private readonly begins: EpochMs[] = [];

  constructor(private readonly requestsPerMinute: number) {}

  /** Books the next request and answers when it may begin, `now` at the earliest. */
  book(now: EpochMs): EpochMs {
    while (this.begins[0] !== undefined && this.begins[0] + minuteMs <= now) this.begins.shift();
    const before = this.begins.at(-this.requestsPerMinute);
    const begin = before === undefined ? now : Math.max(now, before + minuteMs);
    this.begins.push(begin);
    return begin;
  }

  /** A request that the source never saw does not count. */
  giveBack(begin: EpochMs): void {
    const at = this.begins.indexOf(begin);
    if (at >= 0) this.begins.splice(at, 1);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });

/** The same IO, whose requests wait for their turn; the market simulator's answers cost nobody's allowance. */
export function limitedIo(
  io: SourceIo,
  limiter: RateLimiter,
  onWait: (ms: number) => void,
  wait: (ms: number, signal: AbortSignal) => Promise<void> = pause,
): SourceIo {
  return {
    signal: io.signal,
    now: () => io.now(),
    async get(url, options) {
      const now = io.now();
      const begin = limiter.book(now);
      if (begin > now) {
        onWait(begin - now);
        try {
          await wait(begin - now, io.signal);
        } catch (error) {
          limiter.giveBack(begin);
          throw error;
        }
      }
      const response = await io.get(url, options);
      if (response.kind === 'response' && response.simulatedSeed !== null) limiter.giveBack(begin);
      return response;
    },
  };
}
