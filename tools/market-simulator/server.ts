import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EpochMs } from '../../src/shared/time.js';
import { json, type Answer, type Market } from './answer.js';
import { klines, tickerPrice } from './binance-wire.js';
import { faultOrder, Faults, withInvalidNumber, type Fault, type FaultOrder } from './faults.js';
import { FolderBars } from './folder-bars.js';
import { PriceModel } from './price-model.js';
import { chart } from './yahoo-wire.js';

export interface SimulatorOptions {
  /** 0 takes a free port. */
  port?: number;
  seed?: number;
  /** Folders of real histories to serve instead of the model. */
  prices?: readonly string[];
  /** A fixed clock. */
  now?: EpochMs;
}

export interface MarketSimulator {
  readonly url: string;
  readonly port: number;
  fault(order: FaultOrder): void;
  clearFaults(): void;
  /** Requests of each route since the start, faults included. */
  stats(): Record<string, number>;
  stop(): Promise<void>;
}

const htmlPage = '<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>';
const chartRoute = '/v8/finance/chart/';
const largestOrder = 64 * 1024;

/** Speaks the wire formats of Binance and Yahoo on this machine only; every answer says where its prices come from. */
export async function startMarketSimulator(options: SimulatorOptions = {}): Promise<MarketSimulator> {
  const { port = 0, seed = 1, prices = [], now } = options;
  const bars = prices.length > 0 ? new FolderBars(prices) : new PriceModel(seed);
  const mark = prices.length > 0 ? 'folder' : `model; seed=${seed}`;
  const faults = new Faults();
  const counts = new Map<string, number>();
  const counted = () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname.startsWith('/__')) return send(response, await administer(request, url), undefined, mark);
    const path = url.pathname.startsWith(chartRoute) ? chartRoute.slice(0, -1) : url.pathname;
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const answer = await answerTo(url, { bars, now: now ?? Date.now() });
    send(response, answer, faults.take(url.pathname), mark);
  };
  const administer = async (request: IncomingMessage, url: URL): Promise<Answer> => {
    const asked = `${request.method} ${url.pathname}`;
    if (asked === 'GET /__stats') return json(200, { requests: counted() });
    if (asked === 'DELETE /__faults') {
      faults.clear();
      return json(200, { waiting: 0 });
    }
    if (asked !== 'PUT /__faults') return json(404, { error: `${asked} is no route of the simulator` });
    const order = faultOrder.safeParse(await bodyOf(request));
    if (!order.success)
      return json(422, { error: order.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ') });
    faults.add(order.data);
    return json(200, order.data);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      console.error('market simulator:', error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const at = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${at}`,
    port: at,
    fault: (order) => faults.add(faultOrder.parse(order)),
    clearFaults: () => faults.clear(),
    stats: counted,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > largestOrder) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function answerTo(url: URL, market: Market): Promise<Answer> {
  if (url.pathname === '/api/v3/klines') return klines(url.searchParams, market);
  if (url.pathname === '/api/v3/ticker/price') return tickerPrice(url.searchParams, market);
  if (url.pathname.startsWith(chartRoute)) {
    return chart(decodeURIComponent(url.pathname.slice(chartRoute.length)), url.searchParams, market);
  }
  return json(404, { error: `${url.pathname} is no route of the simulator` });
}

function send(
  response: ServerResponse,
  { status, headers, body }: Answer,
  fault: Fault | undefined,
  mark: string,
): void {
  response.setHeader('x-market-simulator', mark);
  const whole = JSON.stringify(body);
  switch (fault?.kind) {
    case undefined:
      response.writeHead(status, headers).end(whole);
      return;
    case 'nan':
      response.writeHead(status, headers).end(JSON.stringify(withInvalidNumber(body)));
      return;
    case '429':
      response.writeHead(429, { 'retry-after': String(fault.retryAfterSeconds) }).end('Too Many Requests');
      return;
    case '429-no-retry-after':
      response.writeHead(429).end('Too Many Requests');
      return;
    case '500':
      response.writeHead(500, { 'content-type': 'text/html' }).end(htmlPage);
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end(htmlPage);
      return;
    case 'cut':
      response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(whole)) });
      response.write(whole.slice(0, whole.length / 2), () => response.destroy());
      return;
    case 'slow': {
      response.writeHead(status, headers).write(whole.slice(0, whole.length / 2));
      const rest = setTimeout(() => response.end(whole.slice(whole.length / 2)), fault.seconds * 1_000);
      response.once('close', () => clearTimeout(rest));
      return;
    }
  }
}
