import type { IncomingMessage } from 'node:http';
import { listenLocally } from '../local/http-server.js';
import type { z } from 'zod';
import type { EpochMs } from '../../src/shared/time.js';
import { json, type Answer, type Venue, type WireRequest } from './answer.js';
import { Budgets, limitOrder, type LimitOrder, type SourceCount } from './budgets.js';
import { faultOrder, Faults, type FaultOrder } from './faults.js';
import { Feed, type Market } from './feed.js';
import { FolderBars } from './folder-bars.js';
import { PriceModel } from './price-model.js';
import type { SourceName } from './source-names.js';
import { venues } from './venues.js';
import { send } from './wire-faults.js';

export interface SimulatorOptions {
  /** 0 takes a free port. */
  port?: number;
  seed?: number;
  /** Folders of real histories to serve instead of the model. */
  prices?: readonly string[];
  /** A fixed clock. */
  now?: EpochMs;
  /** In place of what the vendors give for nothing. */
  limits?: LimitOrder;
}

export interface SimulatorStats {
  /** Requests of each route since the start, faults included. */
  readonly requests: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<SourceName, SourceCount>>;
}

export interface MarketSimulator {
  readonly url: string;
  readonly port: number;
  fault(order: FaultOrder): void;
  clearFaults(): void;
  limit(order: LimitOrder): void;
  stats(): SimulatorStats;
  clearStats(): void;
  stop(): Promise<void>;
}

const largestOrder = 64 * 1024;

/** Speaks the wire formats of all sources on this machine only; every answer says where its prices come from. */
export async function startMarketSimulator(options: SimulatorOptions = {}): Promise<MarketSimulator> {
  const { port = 0, seed = 1, prices = [], limits } = options;
  const fromFolders = prices.length > 0;
  const bars = fromFolders ? new FolderBars(prices) : new PriceModel(seed);
  const mark = fromFolders ? 'folder' : `model; seed=${seed}`;
  const market = (): Market => ({
    bars,
    now: options.now ?? Date.now(),
    // real prices are served as they are
    spreadSeed: fromFolders ? undefined : seed,
  });
  const desk = new Desk(market, limits);

  const server = await listenLocally(port, (incoming, response) => {
    response.setHeader('x-market-simulator', mark);
    const request = requestOf(incoming);
    const serve = async () => {
      if (request.path.startsWith('/__')) return send(response, await desk.administer(incoming, request), undefined);
      const venue = venues.find((one) => one.routeOf(request.path) !== undefined);
      if (!venue) {
        return send(response, json(404, { error: `${request.path} is no route of the simulator` }), undefined);
      }
      const { answer, fault } = await desk.answer(venue, request);
      send(response, answer, fault, venue);
    };
    serve().catch((error: unknown) => {
      console.error('market simulator:', error);
      response.destroy();
    });
  });
  return {
    ...server,
    fault: (order) => desk.fault(order),
    clearFaults: () => desk.clearFaults(),
    limit: (order) => desk.limit(limitOrder.parse(order)),
    stats: () => desk.stats(),
    clearStats: () => desk.clearStats(),
  };
}

function requestOf({ url, headers }: IncomingMessage): WireRequest {
  const origin = `http://${headers.host ?? '127.0.0.1'}`;
  const { pathname, searchParams } = new URL(url ?? '/', origin);
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return { path: pathname, query: searchParams, header, origin };
}

/** Counts, refuses and answers requests, and takes orders about faults and limits. */
class Desk {
  private readonly faults = new Faults();
  private readonly budgets: Budgets;
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly market: () => Market,
    limits: LimitOrder | undefined,
  ) {
    this.budgets = new Budgets(limits);
  }

  async answer(venue: Venue, request: WireRequest) {
    const route = venue.routeOf(request.path) ?? request.path;
    this.counts.set(route, (this.counts.get(route) ?? 0) + 1);
    const faults = this.faults.take(request.path, venue.source);
    const excess = this.budgets.take(venue.source, venue.costOf?.(request) ?? (() => 1));
    // whoever asks too much is told so, whatever else is wrong
    if (excess) return { answer: venue.tooMany(excess), fault: undefined };
    const answer = await venue.answer(request, new Feed(venue.source, this.market(), faults.data));
    return { answer, fault: faults.wire };
  }

  async administer(incoming: IncomingMessage, { path }: WireRequest): Promise<Answer> {
    const asked = `${incoming.method ?? ''} ${path}`;
    switch (asked) {
      case 'GET /__stats':
        return json(200, this.stats());
      case 'DELETE /__stats':
        this.clearStats();
        return json(200, this.stats());
      case 'DELETE /__faults':
        this.clearFaults();
        return json(200, { waiting: 0 });
      case 'PUT /__faults':
        return taken(faultOrder, await bodyOf(incoming), (order) => this.faults.add(order));
      case 'PUT /__limits':
        return taken(limitOrder, await bodyOf(incoming), (order) => this.budgets.limit(order));
      default:
        return json(404, { error: `${asked} is no route of the simulator` });
    }
  }

  fault(order: FaultOrder): void {
    this.faults.add(faultOrder.parse(order));
  }

  clearFaults(): void {
    this.faults.clear();
  }

  limit(order: LimitOrder): void {
    this.budgets.limit(order);
  }

  stats(): SimulatorStats {
    const requests = Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { requests, sources: this.budgets.stats() };
  }

  clearStats(): void {
    this.counts.clear();
    this.budgets.clear();
  }
}

/** Carries an order out, or says which field of it is wrong, what stands there and why it is. */
function taken<T>(schema: z.ZodType<T>, given: unknown, take: (order: T) => void): Answer {
  if (given === undefined) return json(422, { error: 'the order is no JSON, or too long' });
  const order = schema.safeParse(given);
  if (!order.success)
    return json(422, { error: order.error.issues.map((issue) => whatIsWrong(issue, given)).join('; ') });
  take(order.data);
  return json(200, order.data);
}

function whatIsWrong({ path, message }: z.core.$ZodIssue, given: unknown): string {
  if (path.length === 0) return message;
  const value = path.reduce<unknown>((at, name) => (at as Record<PropertyKey, unknown> | undefined)?.[name], given);
  return `${path.join('.')} ${value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80)}: ${message}`;
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
