import { setTimeout as sleep } from 'node:timers/promises';
import type { Request, Response } from 'express';

export interface ServerSentEvent {
  id: string;
  event: string;
  data: unknown;
}

const keepAliveMs = 15_000;

/** Whether the client asked for a stream instead of JSON. */
export const wantsEventStream = (request: Request): boolean =>
  request.accepts(['json', 'text/event-stream']) === 'text/event-stream';

/**
 * Streams events until `next` answers null, the client goes away, or the process stops (`closing`).
 *
 * `next` gives the events that are new since its last call; it is asked every `pollMs`. An error ends the stream, and
 * the client comes back with `Last-Event-ID`.
 */
export async function streamEvents(
  response: Response,
  closing: AbortSignal,
  next: () => Promise<ServerSentEvent[] | null>,
  pollMs = 300,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  closing.addEventListener('abort', () => gone.abort(), { signal: gone.signal });
  if (response.destroyed || closing.aborted) {
    response.end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  for (let lastSent = Date.now(); !gone.signal.aborted;) {
    const events = await next();
    if (events === null) break;
    for (const { id, event, data } of events) {
      response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      lastSent = Date.now();
    }
    if (Date.now() - lastSent > keepAliveMs) {
      response.write(': still here\n\n');
      lastSent = Date.now();
    }
    // the client's leaving ends the pause; it is no error
    if (events.length === 0) await sleep(pollMs, undefined, { signal: gone.signal }).catch(() => undefined);
  }
  response.end();
}
