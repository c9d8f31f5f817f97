import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenLocally } from '../local/http-server.js';
import type { EpochMs } from '../../src/shared/time.js';
import { analyze, enhanceSignal, health, plainState, type AdviceFault, type Answer } from './answers.js';
import { faultOrder, Faults, type Fault, type FaultOrder } from './faults.js';

export interface AiSimulatorOptions {
  /** 0 takes a free port. */
  port?: number;
  seed?: number;
  /** A fixed clock. */
  now?: EpochMs;
  /** How long a call of the model takes; the fixed rules take a tenth of it. */
  modelMilliseconds?: number;
}

export interface AiSimulator {
  readonly url: string;
  readonly port: number;
  fault(order: FaultOrder): void;
  clearFaults(): void;
  /** Requests of each route, faults included. */
  requests(): Readonly<Record<string, number>>;
  /** Bodies that were posted to `/ai/`, the latest last. */
  readonly bodies: readonly unknown[];
  stop(): Promise<void>;
}

const largestBody = 256 * 1024;
const bodiesKept = 100;
const htmlPage = '<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>502</h1></body></html>';

/** Speaks the real contract of fks_ai on this machine only; every answer says that it is simulated. */
export async function startAiSimulator(options: AiSimulatorOptions = {}): Promise<AiSimulator> {
  const { port = 0, seed = 1, modelMilliseconds = 20 } = options;
  const now = () => options.now ?? Date.now();
  const faults = new Faults();
  const counts = new Map<string, number>();
  const bodies: unknown[] = [];
  const stopped = new AbortController();

  const answerTo = async (path: string, method: string, body: unknown, fault: Fault | undefined): Promise<Answer> => {
    const takes = fault?.kind === 'slow' ? modelMilliseconds * fault.factor : modelMilliseconds;
    switch (`${method} ${path}`) {
      case 'GET /health':
        return health(now());
      case 'GET /ready':
        return plainState('ready', now());
      case 'GET /live':
        return plainState('alive', now());
      case 'POST /ai/enhance-signal':
        await sleep(takes / 10, undefined, { signal: stopped.signal });
        return enhanceSignal(body, now());
      case 'POST /ai/trading/analyze':
        await sleep(takes, undefined, { signal: stopped.signal });
        return analyze(body, seed, now(), adviceFault(fault));
      default:
        return { status: 404, body: { detail: 'Not Found' } };
    }
  };

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const path = new URL(incoming.url ?? '/', 'http://127.0.0.1').pathname;
    const method = incoming.method ?? 'GET';
    response.setHeader('x-ai-simulator', `seed=${seed}`);
    const body = method === 'GET' || method === 'DELETE' ? undefined : await bodyOf(incoming);
    if (path.startsWith('/__')) return send(response, administer(`${method} ${path}`, body), undefined);
    counts.set(path, (counts.get(path) ?? 0) + 1);
    if (path.startsWith('/ai/')) bodies.splice(0, bodies.push(body) - bodiesKept);
    const fault = faults.take(path);
    // the client gives up, or the simulator is stopped
    if (fault?.kind === 'timeout') return;
    send(response, ofWire(fault) ?? (await answerTo(path, method, body, fault)), fault);
  };

  const administer = (asked: string, body: unknown): Answer => {
    switch (asked) {
      case 'GET /__stats':
        return { status: 200, body: Object.fromEntries(counts) };
      case 'DELETE /__faults':
        faults.clear();
        return { status: 200, body: { waiting: 0 } };
      case 'PUT /__faults': {
        const order = faultOrder.safeParse(body);
        if (!order.success) {
          const wrong = order.error.issues.map(({ path, message }) => `${path.join('.') || 'the order'}: ${message}`);
          return { status: 422, body: { error: wrong.join('; ') } };
        }
        faults.add(order.data);
        return { status: 200, body: order.data };
      }
      default:
        return { status: 404, body: { error: `${asked} is no route of the simulator` } };
    }
  };

  const server = await listenLocally(port, (incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      if (!stopped.signal.aborted) console.error('AI simulator:', error);
      response.destroy();
    });
  });
  return {
    ...server,
    fault: (order) => faults.add(faultOrder.parse(order)),
    clearFaults: () => faults.clear(),
    requests: () => Object.fromEntries(counts),
    bodies,
    stop: () => {
      stopped.abort();
      return server.stop();
    },
  };
}

const adviceFaults: readonly string[] = [
  'contradiction',
  'wrong-side',
  'far-levels',
  'injection',
] satisfies AdviceFault[];
const adviceFault = (fault: Fault | undefined) =>
  fault && adviceFaults.includes(fault.kind) ? (fault.kind as AdviceFault) : undefined;

/** What a fault answers whatever was asked. */
function ofWire(fault: Fault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case '429':
    case '429-no-retry-after': {
      const headers = fault.kind === '429' ? { 'retry-after': String(fault.retryAfterSeconds) } : {};
      return { status: 429, headers, body: { detail: 'Rate limit exceeded' } };
    }
    case '500':
      return {
        status: 500,
        body: { detail: 'Analysis failed: no JSON in the answer, key=AIzaSimulated000000000000000' },
      };
    case '503':
      return { status: 503, body: { detail: 'LLM module not available' } };
    case 'refused':
      return { status: 422, body: { detail: [{ type: 'missing', loc: ['body', 'symbol'], msg: 'Field required' }] } };
    case 'wrong-schema':
      return { status: 200, body: { signal: 'MAYBE', confidence: 'high', levels: [] } };
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: htmlPage };
    case undefined:
    case 'timeout':
    case 'slow':
    case 'cut':
    case 'truncated-json':
    case 'contradiction':
    case 'wrong-side':
    case 'far-levels':
    case 'injection':
      return undefined;
  }
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer, fault: Fault | undefined): void {
  const whole = typeof body === 'string' ? body : JSON.stringify(body);
  const type = { 'content-type': 'application/json', ...headers };
  if (fault?.kind === 'cut') {
    response.writeHead(status, { ...type, 'content-length': String(Buffer.byteLength(whole)) });
    response.write(whole.slice(0, whole.length / 2), () => response.destroy());
    return;
  }
  response.writeHead(status, type).end(fault?.kind === 'truncated-json' ? whole.slice(0, whole.length / 2) : whole);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > largestBody) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
