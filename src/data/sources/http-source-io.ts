import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Agent, request, type Dispatcher } from 'undici';
import { secondMs, type EpochMs } from '../../shared/time.js';
import type { RequestOptions, SourceIo, SourceResponse } from './market-data-source.js';

/** No honest answer of a source comes near it: a full page of bars has 200 kB, twenty years of daily bars 2 MB. */
const maximumBodyBytes = 16 * 1024 * 1024;
/** For a whole exchange, from the connection to the last byte. */
const totalTimeoutMs = 20 * secondMs;
/** For the silence before the headers and between two pieces of a body. */
const idleTimeoutMs = 15 * secondMs;
const userAgent = 'fks-portfolio/0.1 (market data collector)';
/** The header by which the market simulator marks its answers; `folder` means real prices from files. */
const simulatorHeader = 'x-market-simulator';

/** One pool for all sources of the process: kept-alive connections, a few for each host. */
const pool = new Agent({
  connections: 8,
  pipelining: 1,
  keepAliveTimeout: 10 * secondMs,
  connect: { timeout: idleTimeoutMs },
});

export interface HttpSourceIoOptions {
  /** Aborts everything: the caller has given up. */
  signal: AbortSignal;
  now?: () => EpochMs;
  /** Called before each request, with the address as it may be shown. */
  onRequest?: (url: string) => void;
  /** Of the body as it is after decompression. */
  maximumBytes?: number;
  idleTimeoutMs?: number;
}

/**
 * HTTP for the sources: limits on the time of a whole exchange, on its silences and on the size of its body, addresses
 * without keys. Redirections are not followed: a key goes to the host that it was meant for.
 */
export class HttpSourceIo implements SourceIo {
  readonly signal: AbortSignal;

  constructor(private readonly options: HttpSourceIoOptions) {
    this.signal = options.signal;
  }

  now(): EpochMs {
    return this.options.now?.() ?? Date.now();
  }

  async get(url: URL, { headers = {}, timeoutMs = totalTimeoutMs }: RequestOptions = {}): Promise<SourceResponse> {
    const shown = withoutSecrets(url);
    this.signal.throwIfAborted();
    this.options.onRequest?.(shown);
    const tooLate = AbortSignal.timeout(timeoutMs);
    const idle = this.options.idleTimeoutMs ?? idleTimeoutMs;
    try {
      const response = await request(url, {
        dispatcher: pool,
        headers: { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': userAgent, ...headers },
        headersTimeout: idle,
        bodyTimeout: idle,
        signal: AbortSignal.any([this.signal, tooLate]),
      });
      const header = (name: string) => headerText(response.headers[name.toLowerCase()]);
      const bytes = await wholeBody(response, header('content-encoding'), this.options.maximumBytes);
      return {
        kind: 'response',
        status: response.statusCode,
        body: textOf(bytes, response.statusCode),
        header,
        simulatedSeed: seedOf(header(simulatorHeader)),
      };
    } catch (error) {
      this.signal.throwIfAborted();
      if (error instanceof UnusableBody) return unavailable(shown, error.message);
      if (tooLate.aborted) return unavailable(shown, `gave no whole answer within ${timeoutMs / secondMs} s`);
      return unavailable(shown, reasonOf(error));
    }
  }
}

/** A body that is not read to its end or cannot be understood as text. */
class UnusableBody extends Error {
  override readonly name = 'UnusableBody';
}

const headerText = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);

/** The seed in the mark `model; seed=<n>`; null without a mark, and for `folder`. */
function seedOf(mark: string | undefined): string | null {
  const model = /^model(?:;\s*seed=(\w+))?/.exec(mark ?? '');
  return model && (model[1] ?? 'unknown');
}

/**
 * The decompressed body.
 *
 * @throws UnusableBody over the limit, whether before or after decompression; the rest is then not read
 */
async function wholeBody(
  { body }: Dispatcher.ResponseData,
  encoding: string | undefined,
  maximumBytes = maximumBodyBytes,
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

const unavailable = (url: string, why: string): SourceResponse => ({ kind: 'unavailable', why: `${url} ${why}` });

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
