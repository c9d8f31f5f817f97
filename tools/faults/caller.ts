import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  status: number;
  text: string;
  location: string | null;
  milliseconds: number;
}

export interface Call {
  body?: unknown;
  /** Idempotency-Key. */
  key?: string;
  timeoutMs?: number;
}

const retryPauseMs = 100;

/** A client of the service's HTTP API that keeps answers as they came. */
export class Caller {
  constructor(
    readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws when no whole answer comes */
  async send(method: string, path: string, { body, key, timeoutMs = 30_000 }: Call = {}): Promise<Answer> {
    const begin = performance.now();
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    const { status, headers } = response;
    return { status, text, location: headers.get('location'), milliseconds: performance.now() - begin };
  }

  /** Sends again until something else than "not now" comes back: what a careful client does.
   * @throws when that has not come within `withinMs` */
  async sendUntilTaken(
    method: string,
    path: string,
    call: Call,
    withinMs = 60_000,
  ): Promise<Answer & { sent: number }> {
    let last = '';
    for (const [end, begin] = [Date.now() + withinMs, { sent: 0 }]; Date.now() < end;) {
      begin.sent += 1;
      try {
        const answer = await this.send(method, path, { timeoutMs: 10_000, ...call });
        if (answer.status !== 503) return { ...answer, sent: begin.sent };
        last = `503 ${answer.text}`;
      } catch (error) {
        this.signal.throwIfAborted();
        last = reasonOf(error);
      }
      await sleep(retryPauseMs, undefined, { signal: this.signal });
    }
    throw new Error(`${method} ${path} was not taken within ${withinMs / 1_000} s; last: ${last}`);
  }

  /** The JSON of an answer that must have the given status. */
  async json<T>(status: number, method: string, path: string, call: Call = {}): Promise<T> {
    return jsonOf(await this.send(method, path, call), status, `${method} ${path}`) as T;
  }
}

/** @throws when the answer has another status */
export function jsonOf(answer: Answer, status: number, what: string): unknown {
  if (answer.status !== status) throw new Error(`${what} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  return JSON.parse(answer.text);
}

/** fetch says only "fetch failed"; what happened stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
