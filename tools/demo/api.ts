import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from '../../docs/generated/api.js';

type Schemas = components['schemas'];
export type Portfolio = Schemas['Portfolio'];
export type Job = Schemas['Job'];
export type Pipeline = Schemas['Pipeline'];
export type AssetCollection = NonNullable<Pipeline['collection']>['assets'][number];
export type Optimization = Schemas['Optimization'];
export type Decision = Schemas['Decision'];
export type DecisionEvent = Schemas['DecisionEvent'];

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The service's HTTP API, as any client would call it: the types are generated from its OpenAPI document. */
export class Api {
  private readonly client: Client<paths>;

  constructor(
    readonly url: string,
    signal: AbortSignal,
  ) {
    this.client = createClient<paths>({
      baseUrl: url,
      fetch: (request) => fetch(request, { signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]) }),
    });
  }

  async portfolios(): Promise<Portfolio[]> {
    const all: Portfolio[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = cursor === undefined ? {} : { cursor };
      const page: Schemas['PortfolioPage'] = valueOf(
        await this.client.GET('/api/v1/portfolios', { params: { query } }),
      );
      all.push(...page.items);
      cursor = page.next_cursor;
    }
    return all;
  }

  async createPortfolio(name: string): Promise<Portfolio> {
    return valueOf(await this.client.POST('/api/v1/portfolios', { body: { name, numeraire: 'USD' } }));
  }

  async setHoldings(id: string, holdings: Record<string, string>): Promise<Portfolio> {
    const params = { path: { id } };
    return valueOf(await this.client.PUT('/api/v1/portfolios/{id}/holdings', { params, body: { holdings } }));
  }

  async startPipeline(body: Schemas['CreatePipeline'], idempotencyKey: string): Promise<Job> {
    const params = { header: { 'Idempotency-Key': idempotencyKey } };
    return valueOf(await this.client.POST('/api/v1/pipelines', { params, body }));
  }

  async job(id: string): Promise<Job> {
    return valueOf(await this.client.GET('/api/v1/jobs/{id}', { params: { path: { id } } }));
  }

  async pipeline(id: string): Promise<Pipeline> {
    return valueOf(await this.client.GET('/api/v1/pipelines/{id}', { params: { path: { id } } }));
  }

  async optimization(id: string): Promise<Optimization> {
    return valueOf(await this.client.GET('/api/v1/optimizations/{id}', { params: { path: { id } } }));
  }

  async decision(id: string): Promise<Decision> {
    return valueOf(await this.client.GET('/api/v1/decisions/{id}', { params: { path: { id } } }));
  }

  /** The decision, still open after 202; undefined when the service says "not now" (503). */
  async answerDecision(id: string, choice: 'approve' | 'reject'): Promise<Decision | undefined> {
    const body = { choice, note: 'answered by npm run demo' };
    const answered = await this.client.POST('/api/v1/decisions/{id}/answer', { params: { path: { id } }, body });
    return answered.response.status === 503 ? undefined : valueOf(answered);
  }

  async decisionEvents(id: string): Promise<DecisionEvent[]> {
    return valueOf(await this.client.GET('/api/v1/decisions/{id}/events', { params: { path: { id } } })).items;
  }
}

/** @throws Error with the whole problem when the service did not answer with success */
function valueOf<T>({ data, error, response }: Answered<T>): T {
  if (response.ok && data !== undefined) return data;
  throw new Error(`${response.url} answered ${response.status}: ${JSON.stringify(error).slice(0, 2_000)}`);
}
