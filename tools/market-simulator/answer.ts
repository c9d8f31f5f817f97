import type { Cost, Excess } from './budgets.js';
import type { Feed } from './feed.js';
import type { SourceName } from './source-names.js';

/** What a route answers, before any fault of the wire is put on it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when `headers` say that it is text. */
  readonly body: unknown;
}

export interface WireRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** How the client reached the simulator. */
  readonly origin: string;
}

/** One source in its own wire format. */
export interface Venue {
  readonly source: SourceName;
  /** The route of a path as it is counted; undefined when the path is none of this source's. */
  routeOf(path: string): string | undefined;
  answer(request: WireRequest, feed: Feed): Promise<Answer>;
  /** How the vendor says that there were too many requests. */
  tooMany(excess: Excess): Answer;
  /** What a request costs of its windows; one of each without it. */
  costOf?(request: WireRequest): Cost;
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
  body,
});

export const text = (status: number, body: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers },
  body,
});

/** Whole seconds that a client has to wait. */
export const inSeconds = ({ retryAfterMs }: Pick<Excess, 'retryAfterMs'>): number => Math.ceil(retryAfterMs / 1_000);

/** Whether the key is of a plan that somebody pays for: any key that says so. */
export const isPaid = (key: string): boolean => key.includes('paid');
