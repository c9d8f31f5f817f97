import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Agent, request, type Dispatcher } from 'undici';
import { secondMs } from '../../shared/time.js';

/** For the silence before the headers and between two pieces of a body. */
const usualIdleTimeoutMs = 15 * secondMs;

/** One pool for all that the process asks: kept-alive connections, a few for each host. */
const pool = new Agent({
  connections: 8,
  pipelining: 1,
  keepAliveTimeout: 10 * secondMs,
  connect: { timeout: usualIdleTimeoutMs },
});

export interface HttpExchange {
  readonly url: URL;
  /** Sent as JSON by POST; without it the request is a GET. */
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborts everything: the caller has given up. */
  readonly signal: AbortSignal;
  /** For a whole exchange, from the connection to the last byte. */
  readonly timeoutMs: number;
  readonly idleTimeoutMs?: number | undefined;
  /** Of the body as it is after decompression. */
  readonly maximumBytes: number;
}

interface Unavailable {
  readonly kind: 'unavailable';
  readonly why: string;
}

export type HttpAnswer =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly body: string;
      readonly header: (name: string) => string | undefined;
    }
  | Unavailable;

/**
 * One request: limits on the time of the whole exchange, on its silences and on the size of its body, addresses without
 * keys. Redirections are not followed: a key goes to the host that it was meant for. Nothing is tried twice.
 *
 * @throws the signal's reason when the caller has given up: nobody is left to hear an outcome
 */
export async function exchange(asked: HttpExchange): Promise<HttpAnswer> {
  const { url, body, headers, signal, timeoutMs, idleTimeoutMs = usualIdleTimeoutMs, maximumBytes } = asked;
  const shown = withoutSecrets(url);
  signal.throwIfAborted();
  const tooLate = AbortSignal.timeout(timeoutMs);
  const content = body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    const response = await request(url, {
      dispatcher: pool,
      method: body === undefined ? 'GET' : 'POST',
      ...(body !== undefined && { body }),
      headers: { accept: 'application/json', 'accept-encoding': 'gzip', ...content, ...headers },
      headersTimeout: idleTimeoutMs,
      bodyTimeout: idleTimeoutMs,
      signal: AbortSignal.any([signal, tooLate]),
    });
    const header = (name: string) => headerText(response.headers[name.toLowerCase()]);
    const bytes = await wholeBody(response, header('content-encoding'), maximumBytes);
    return { kind: 'response', status: response.statusCode, body: textOf(bytes, response.statusCode), header };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UnusableBody) return unavailable(shown, error.message);
    if (tooLate.aborted) return unavailable(shown, `gave no whole answer within ${timeoutMs / secondMs} s`);
    return unavailable(shown, reasonOf(error));
  }
}

/** A body that is not read to its end or cannot be understood as text. */
class UnusableBody extends Error {
  override readonly name = 'UnusableBody';
}

const headerText = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);

/**
 * The decompressed body.
 *
 * @throws UnusableBody over the limit, whether before or after decompression; the rest is then not read
 */
async function wholeBody(
  { body }: Dispatcher.ResponseData,
  encoding: string | undefined,
  maximumBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const keep = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of withinLimit(source, maximumBytes)) chunks.push(chunk);
  };
  if (encoding === undefined || encoding === 'identity') await pipeline(body, keep);
  else if (encoding === 'gzip' || encoding === 'x-gzip') {
    // an archive of nothing may be endless, too
    await pipeline(body, (source: AsyncIterable<Buffer>) => withinLimit(source, maximumBytes), createGunzip(), keep);
  } else {
    const refused = new UnusableBody(`sent content-encoding ${encoding.slice(0, 40)}, which was not asked for`);
    await pipeline(body, () => Promise.reject(refused));
  }
  return Buffer.concat(chunks);
}

async function* withinLimit(source: AsyncIterable<Buffer>, maximumBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    // throwing destroys the stream and so closes the connection
    if (bytes > maximumBytes) throw new UnusableBody('sent more than the size limit allows');
    yield chunk;
  }
}

/** @throws UnusableBody when a good answer is no UTF-8: a page of an error is only ever quoted */
function textOf(bytes: Buffer, status: number): string {
  const isGood = status >= 200 && status < 300;
  try {
    return new TextDecoder('utf-8', { fatal: isGood }).decode(bytes);
  } catch (cause) {
    throw new UnusableBody('sent a body that is not UTF-8', { cause });
  }
}

const unavailable = (url: string, why: string): Unavailable => ({ kind: 'unavailable', why: `${url} ${why}` });

/** What happened on the network: some errors carry only a code, or stand in the cause of another. */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return `failed: ${String(error)}`;
  const outer = error as Partial<Error>;
  const { code, message } = (outer.cause ?? outer) as { code?: string; message?: string };
  return `failed: ${message || code || outer.message}`;
}

/** The address as logs and messages may show it: no user, and no value of a parameter that names a secret. */
export function withoutSecrets(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  for (const name of new Set(shown.searchParams.keys())) {
    if (/key|token|crumb|secret|signature|password/i.test(name)) shown.searchParams.set(name, 'REDACTED');
  }
  return shown.href;
}
