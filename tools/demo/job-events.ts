import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const progress = z.looseObject({ done: z.number(), total: z.number(), note: z.string() });
const jobEvent = z.looseObject({
  sequence: z.number(),
  kind: z.string(),
  payload: z.unknown(),
  recorded_at: z.string(),
});
export type JobEvent = z.infer<typeof jobEvent>;

export const progressOf = (event: JobEvent) => progress.safeParse(event.payload).data;

const finalKinds = ['succeeded', 'failed', 'cancelled'];
const isFinalEvent = (event: JobEvent): boolean => finalKinds.includes(event.kind);

/** Splits a stream of server-sent events into the data of each; comments and half events at the end are dropped. */
export async function* serverSentData(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest = (rest + decoder.decode(chunk, { stream: true })).replaceAll('\r\n', '\n');
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).replace(/^ /, ''));
      if (data.length > 0) yield data.join('\n');
    }
  }
}

/**
 * Follows a job to its end by its server-sent events.
 *
 * A connection that is lost is taken up again after the last event seen; without any event for `patienceMs` it gives up.
 */
export async function* followJob(
  apiUrl: string,
  jobId: string,
  { signal, patienceMs = 5 * 60_000 }: { signal: AbortSignal; patienceMs?: number },
): AsyncGenerator<JobEvent> {
  let last = 0;
  let lastHeard = Date.now();
  let trouble = 'nothing was heard of it';
  while (Date.now() - lastHeard < patienceMs) {
    try {
      const response = await fetch(`${apiUrl}/api/v1/jobs/${jobId}/events`, {
        headers: { accept: 'text/event-stream', ...(last > 0 ? { 'last-event-id': String(last) } : {}) },
        signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      });
      if (!response.ok || !response.body) throw new Error(`the event stream answered ${response.status}`);
      for await (const data of serverSentData(response.body)) {
        const event = jobEvent.parse(JSON.parse(data));
        if (event.sequence <= last) continue;
        last = event.sequence;
        lastHeard = Date.now();
        yield event;
        if (isFinalEvent(event)) return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof z.ZodError) throw error;
      trouble = error instanceof Error ? error.message : String(error);
    }
    await sleep(500, undefined, { signal });
  }
  throw new Error(`job ${jobId} did not end: ${trouble}`);
}
