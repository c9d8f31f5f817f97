import fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { isAssetId } from '../../src/shared/ids.js';
import { dayMs, utcDate } from '../../src/shared/time.js';
import { HttpSourceIo } from '../../src/data/sources/http-source-io.js';
import type {
  CandleAnswer,
  CandleRequest,
  MarketDataSource,
  SourceFamily,
  SourceOutcome,
} from '../../src/data/sources/market-data-source.js';

const response = z.strictObject({
  status: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string(),
  /** The connection is closed half-way through the body. */
  cut: z.boolean().default(false),
  /** The body never ends. */
  slow: z.boolean().default(false),
});

const sourceCase = z.strictObject({
  name: z.string(),
  /** What the wire brings, for a source that is asked over HTTP. */
  response: response.optional(),
  /** The folder, for a source that reads files. */
  folder: z.string().optional(),
  expect: z.strictObject({
    kind: z.string(),
    retryAfterMs: z.int().optional(),
    dates: z.array(z.iso.date()).optional(),
    closes: z.array(z.string()).optional(),
    quoteCurrency: z.string().optional(),
    adjustment: z.string().optional(),
    simulatedSeed: z.string().nullable().optional(),
    refused: z.array(z.string()).optional(),
  }),
});
export type SourceCase = z.output<typeof sourceCase>;

const caseFile = z.strictObject({
  asset: z.string().refine(isAssetId),
  now: z.iso.datetime(),
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime(),
  cases: z.array(sourceCase),
});
export type SourceCases = z.output<typeof caseFile>;

/** Situations that every source has to know, and those that only a network brings. */
export const requiredCases = [
  'ordinary',
  'nothing in the window',
  'unknown symbol',
  'whole but wrong body',
  'some rows wrong',
];
export const requiredHttpCases = [
  'too many requests',
  'too many requests without a delay',
  'HTML with a server error',
  'HTML with status 200',
  'cut body',
  'slow body',
  'marked as simulated',
];

const fixtures = path.resolve('test/fixtures/sources');

/** The cases of a source. @throws when a registered source has none */
export const casesOf = (name: string): SourceCases =>
  caseFile.parse(JSON.parse(fs.readFileSync(path.join(fixtures, name, 'cases.json'), 'utf8')));

/** Answers every request with the answer of one case. */
export class WireServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}
  private current: { folder: string; response: z.output<typeof response> } | undefined;
  /** Paths and queries of the requests, the oldest first. */
  readonly requests: string[] = [];

  static async start(): Promise<WireServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const wire = new WireServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, answer) => {
      wire.requests.push(request.url ?? '');
      if (!wire.current) return answer.writeHead(404).end();
      const { folder, response: given } = wire.current;
      const body = fs.readFileSync(path.join(folder, given.body));
      answer.writeHead(given.status, { ...given.headers, 'content-length': String(body.byteLength) });
      if (!given.cut && !given.slow) return answer.end(body);
      answer.write(body.subarray(0, body.byteLength / 2), () => {
        if (given.cut) answer.destroy();
      });
    });
    return wire;
  }

  answerWith(family: string, given: z.output<typeof response> | undefined): void {
    this.current = given && { folder: path.join(fixtures, family), response: given };
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** The family's source as the case wants it: at the wire server's address, or over the case's folder. */
export function sourceFor(family: SourceFamily, { folder }: SourceCase, baseUrl: string): MarketDataSource {
  const priceFolders = folder === undefined ? [] : [path.join(fixtures, family.name, folder)];
  const [source] = family.create({ priceFolders, binance: { baseUrl }, yahoofinance: { baseUrl } });
  if (!source) throw new Error(`${family.name} made no source`);
  return source;
}

export async function askCase(
  source: MarketDataSource,
  cases: SourceCases,
  { response: given }: SourceCase,
): Promise<SourceOutcome<CandleAnswer>> {
  const now = Date.parse(cases.now);
  const http = new HttpSourceIo({ signal: new AbortController().signal, now: () => now });
  const io = {
    signal: http.signal,
    now: () => now,
    // a body that never ends would otherwise cost the source's whole patience
    get: (url: URL, options?: { headers?: Record<string, string> }) =>
      http.get(url, { ...options, timeoutMs: given?.slow ? 200 : 20_000 }),
  };
  const request: CandleRequest = {
    assetId: cases.asset,
    interval: '1d',
    from: cases.from === null ? null : Date.parse(cases.from),
    to: Date.parse(cases.to),
  };
  return source.candles(request, io);
}

/** What a case expects, read from an outcome: only the members that the case names. */
export function seenBy({ expect: wanted }: SourceCase, outcome: SourceOutcome<CandleAnswer>): SourceCase['expect'] {
  const seen: SourceCase['expect'] = { kind: outcome.kind };
  if (outcome.kind === 'rateLimited' && outcome.retryAfterMs !== undefined) seen.retryAfterMs = outcome.retryAfterMs;
  if (outcome.kind !== 'ok') return seen;
  const { candles, quoteCurrency, adjustment, simulatedSeed, refused } = outcome.value;
  if (wanted.dates) seen.dates = candles.map(({ openTime }) => utcDate(openTime));
  if (wanted.closes) seen.closes = candles.map(({ close }) => close);
  if (wanted.quoteCurrency) seen.quoteCurrency = quoteCurrency;
  if (wanted.adjustment) seen.adjustment = adjustment;
  if (wanted.simulatedSeed !== undefined) seen.simulatedSeed = simulatedSeed;
  if (wanted.refused) seen.refused = refused.map(({ where, reason }) => `${where}: ${reason}`);
  return seen;
}

/** What is wrong with bars that no source may ever give, whatever it was answered. */
export function broken(outcome: SourceOutcome<CandleAnswer>, { from, to }: SourceCases): string[] {
  if (outcome.kind !== 'ok') return [];
  const { candles, refused, rowsRefused } = outcome.value;
  const complaints = candles.flatMap(({ openTime, open, high, low, close, volume }, i) => {
    const at = utcDate(openTime);
    const numbers = [open, high, low, close, ...(volume === null ? [] : [volume])].map(Number);
    return [
      ...(openTime % dayMs === 0 ? [] : [`${at} is not keyed by a UTC date`]),
      ...(i === 0 || openTime > candles[i - 1]!.openTime ? [] : [`${at} does not come after the bar before`]),
      ...(numbers.every((n) => Number.isFinite(n) && n >= 0) ? [] : [`${at} has a number that is none`]),
      ...(openTime >= (from === null ? -Infinity : Date.parse(from)) ? [] : [`${at} was not asked for`]),
      ...(openTime + dayMs <= Date.parse(to) ? [] : [`${at} was not over`]),
    ];
  });
  return rowsRefused >= refused.length ? complaints : [...complaints, 'more refused rows shown than counted'];
}
