import type { RequestOptions, SourceIo, SourceResponse } from '../../../../src/data/sources/market-data-source.js';
import type { EpochMs } from '../../../../src/shared/time.js';

export interface CannedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly simulatedSeed?: string;
}

/** A source's world without a network: it answers what it is told to, at one instant, and remembers what was asked. */
export function cannedIo(answer: (url: URL, nth: number) => CannedAnswer | SourceResponse, now: EpochMs) {
  const requests: { readonly url: URL; readonly options: RequestOptions }[] = [];
  const io: SourceIo = {
    signal: new AbortController().signal,
    now: () => now,
    get: (url, options = {}): Promise<SourceResponse> => {
      requests.push({ url, options });
      const given = answer(url, requests.length);
      if ('kind' in given) return Promise.resolve(given);
      const { status = 200, headers = {}, body, simulatedSeed = null } = given;
      return Promise.resolve({
        kind: 'response',
        status,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        header: (name) => headers[name.toLowerCase()],
        simulatedSeed,
      });
    },
  };
  return { io, requests };
}
