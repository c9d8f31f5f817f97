import { exchange, withoutSecrets } from '../../platform/outbound/http-exchange.js';
import { secondMs, type EpochMs } from '../../shared/time.js';
import type { RequestOptions, SourceIo, SourceResponse } from './market-data-source.js';

/** No honest answer of a source comes near it: a full page of bars has 200 kB, twenty years of daily bars 2 MB. */
const maximumBodyBytes = 16 * 1024 * 1024;
/** For a whole exchange, from the connection to the last byte. */
const totalTimeoutMs = 20 * secondMs;
const userAgent = 'fks-portfolio/0.1 (market data collector)';
/** The header by which the market simulator marks its answers; `folder` means real prices from files. */
const simulatorHeader = 'x-market-simulator';

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

/** HTTP for the sources, within limits of time and size. */
export class HttpSourceIo implements SourceIo {
  readonly signal: AbortSignal;

  constructor(private readonly options: HttpSourceIoOptions) {
    this.signal = options.signal;
  }

  now(): EpochMs {
    return this.options.now?.() ?? Date.now();
  }

  async get(url: URL, { headers = {}, timeoutMs = totalTimeoutMs }: RequestOptions = {}): Promise<SourceResponse> {
    this.signal.throwIfAborted();
    this.options.onRequest?.(withoutSecrets(url));
    const { maximumBytes = maximumBodyBytes, idleTimeoutMs } = this.options;
    const answer = await exchange({
      url,
      headers: { 'user-agent': userAgent, ...headers },
      signal: this.signal,
      timeoutMs,
      idleTimeoutMs,
      maximumBytes,
    });
    if (answer.kind === 'unavailable') return answer;
    return { ...answer, simulatedSeed: seedOf(answer.header(simulatorHeader)) };
  }
}

/** The seed in the mark `model; seed=<n>`; null without a mark, and for `folder`. */
function seedOf(mark: string | undefined): string | null {
  const model = /^model(?:;\s*seed=(\w+))?/.exec(mark ?? '');
  return model && (model[1] ?? 'unknown');
}
