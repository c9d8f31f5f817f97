import type { EpochMs } from '../../shared/time.js';
import type { SourceIo, SourceResponse } from './market-data-source.js';

/** No honest answer of a source comes near it: a full page of bars has 200 kB, twenty years of daily bars 2 MB. */
const maximumBodyBytes = 16 * 1024 * 1024;
const defaultTimeoutMs = 20_000;
const userAgent = 'fks-portfolio/0.1 (market data collector)';
/** The header by which the market simulator marks its answers; `folder` means real prices from files. */
const simulatorHeader = 'x-market-simulator';

export interface HttpSourceIoOptions {
  /** Aborts everything: the caller has given up. */
  signal: AbortSignal;
  now?: () => EpochMs;
  /** Called before each request, with the address as it may be shown. */
  onRequest?: (url: string) => void;
  maximumBytes?: number;
}

/** HTTP for the sources: one limit on the time of a whole exchange, one on the size of its body, addresses without keys. */
export class HttpSourceIo implements SourceIo {
  readonly signal: AbortSignal;

  constructor(private readonly options: HttpSourceIoOptions) {
    this.signal = options.signal;
  }

  now(): EpochMs {
    return this.options.now?.() ?? Date.now();
  }

  async get(
    url: URL,
    { headers = {}, timeoutMs = defaultTimeoutMs }: { headers?: Record<string, string>; timeoutMs?: number } = {},
  ): Promise<SourceResponse> {
    const shown = withoutSecrets(url);
    this.signal.throwIfAborted();
    this.options.onRequest?.(shown);
    const tooLate = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/json', 'user-agent': userAgent, ...headers },
        signal: AbortSignal.any([this.signal, tooLate]),
      });
      const body = await wholeBody(response, this.options.maximumBytes ?? maximumBodyBytes);
      if (body === undefined) return unavailable(shown, 'sent more than the size limit allows');
      return {
        kind: 'response',
        status: response.status,
        body,
        header: (name) => response.headers.get(name) ?? undefined,
        simulatedSeed: seedOf(response.headers.get(simulatorHeader)),
      };
    } catch (error) {
      this.signal.throwIfAborted();
      if (tooLate.aborted) return unavailable(shown, `gave no whole answer within ${timeoutMs / 1000} s`);
      return unavailable(shown, reasonOf(error));
    }
  }
}

/** The seed in the mark `model; seed=<n>`; null without a mark, and for `folder`. */
function seedOf(mark: string | null): string | null {
  const model = /^model(?:;\s*seed=(\w+))?/.exec(mark ?? '');
  return model && (model[1] ?? 'unknown');
}

/** The body as text, or undefined when it is larger than allowed; the rest is then not read. */
async function wholeBody(response: Response, maximumBytes: number): Promise<string | undefined> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // leaving the loop cancels the stream and so closes the connection
    if (bytes > maximumBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const unavailable = (url: string, why: string): SourceResponse => ({ kind: 'unavailable', why: `${url} ${why}` });

/** fetch says only "fetch failed"; what happened stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `failed: ${String(error)}`;
  // an error of the runtime, which may come from another realm
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return `failed: ${cause?.message || cause?.code || error.message}`;
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
