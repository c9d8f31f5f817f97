import { z } from 'zod';

/** The parts of the service's answers that the demo shows; everything else passes through into the report. */
const list = <T extends z.ZodType>(item: T) =>
  z.looseObject({ items: z.array(item), next_cursor: z.string().nullable() });

const portfolio = z.looseObject({ id: z.string(), name: z.string(), holdings: z.record(z.string(), z.string()) });

const job = z.looseObject({
  id: z.string(),
  state: z.enum(['requested', 'running', 'succeeded', 'failed', 'cancelled']),
  workflow_id: z.string().nullable(),
  run_id: z.string().nullable(),
  result: z.string().nullable(),
  problem: z.looseObject({ title: z.string(), detail: z.string().optional() }).nullable(),
});

const signal = z.looseObject({
  asset_id: z.string(),
  category: z.string(),
  direction: z.enum(['buy', 'sell']),
  entry_price: z.number(),
  take_profit: z.number(),
  stop_loss: z.number(),
  risk_reward_ratio: z.number(),
  position_size_pct: z.number(),
  strength: z.string(),
  confidence: z.number(),
  expires_at: z.string(),
});

const assetCollection = z.looseObject({
  asset_id: z.string(),
  source: z.string().nullable(),
  quote_currency: z.string().nullable(),
  adjustment: z.string().nullable(),
  simulated: z.boolean(),
  rows_read: z.number(),
  rows_new: z.number(),
  rows_revised: z.number(),
  rows_refused: z.number(),
  refused: z.array(z.looseObject({ where: z.string(), reason: z.string() })),
  rows_stored: z.number(),
  first_open_time: z.string().nullable(),
  last_open_time: z.string().nullable(),
  attempts: z.array(z.looseObject({ source: z.string(), outcome: z.string(), detail: z.string().nullish() })),
});

const pipeline = z.looseObject({
  id: z.string(),
  job_id: z.string(),
  portfolio_id: z.string(),
  as_of: z.string(),
  rehearsal: z.boolean(),
  simulated: z.boolean(),
  collection: z.looseObject({ assets: z.array(assetCollection) }).nullable(),
  signals: z
    .looseObject({
      items: z.array(signal),
      withheld: z.array(z.looseObject({ asset_id: z.string(), category: z.string(), reason: z.string() })),
    })
    .nullable(),
  optimization_id: z.string().nullable(),
  decision_id: z.string().nullable(),
});

const optimization = z.looseObject({
  id: z.string(),
  state: z.enum(['solved', 'infeasible']),
  reason: z.string().nullish(),
  optimizer: z.looseObject({ id: z.string() }),
  weights: z.array(
    z.looseObject({
      asset_id: z.string(),
      weight: z.number(),
      min: z.number(),
      max: z.number(),
      binding: z.enum(['lower', 'upper']).nullable(),
      shadow_price: z.number().nullish(),
    }),
  ),
  volatility: z.number().nullable(),
  certificate: z
    .looseObject({
      primal_residual: z.number(),
      dual_residual: z.number(),
      complementarity: z.number(),
      duality_gap: z.number(),
      iterations: z.number(),
      condition_number: z.number().nullable(),
    })
    .nullable(),
  snapshot: z.looseObject({
    content_hash: z.string(),
    observations: z.number(),
    first_date: z.string().nullable(),
    last_date: z.string().nullable(),
  }),
});

const decision = z.looseObject({
  id: z.string(),
  kind: z.string(),
  state: z.enum(['awaiting_answer', 'recording', 'approved', 'rejected', 'expired']),
  proposal: z.looseObject({
    weights: z.array(
      z.looseObject({ asset_id: z.string(), current_weight: z.number().nullable(), target_weight: z.number() }),
    ),
  }),
  opened_at: z.string(),
  answer_by: z.string(),
  answer: z
    .looseObject({ choice: z.string(), note: z.string().nullish(), actor: z.string(), at: z.string() })
    .nullable(),
});

const decisionEvent = z.looseObject({
  sequence: z.number(),
  kind: z.string(),
  actor: z.string(),
  recorded_at: z.string(),
  prev_hash: z.string().nullable(),
  hash: z.string(),
});

export type Portfolio = z.infer<typeof portfolio>;
export type Job = z.infer<typeof job>;
export type Pipeline = z.infer<typeof pipeline>;
export type AssetCollection = z.infer<typeof assetCollection>;
export type Optimization = z.infer<typeof optimization>;
export type Decision = z.infer<typeof decision>;
export type DecisionEvent = z.infer<typeof decisionEvent>;

interface Call {
  body?: unknown;
  headers?: Record<string, string>;
}

/** The service's HTTP API, as any client would call it. */
export class Api {
  constructor(
    readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  async portfolios(): Promise<Portfolio[]> {
    const all: Portfolio[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      const page: z.infer<ReturnType<typeof list<typeof portfolio>>> = await this.call(
        'GET',
        `/api/v1/portfolios${query}`,
        list(portfolio),
      );
      all.push(...page.items);
      cursor = page.next_cursor;
    }
    return all;
  }

  createPortfolio(name: string): Promise<Portfolio> {
    return this.call('POST', '/api/v1/portfolios', portfolio, { body: { name } });
  }

  setHoldings(id: string, holdings: Record<string, string>): Promise<Portfolio> {
    return this.call('PUT', `/api/v1/portfolios/${id}/holdings`, portfolio, { body: { holdings } });
  }

  startPipeline(body: { portfolio_id: string; as_of?: string }, idempotencyKey: string): Promise<Job> {
    return this.call('POST', '/api/v1/pipelines', job, { body, headers: { 'idempotency-key': idempotencyKey } });
  }

  job(id: string): Promise<Job> {
    return this.call('GET', `/api/v1/jobs/${id}`, job);
  }

  pipeline(path: string): Promise<Pipeline> {
    return this.call('GET', path, pipeline);
  }

  optimization(id: string): Promise<Optimization> {
    return this.call('GET', `/api/v1/optimizations/${id}`, optimization);
  }

  decision(id: string): Promise<Decision> {
    return this.call('GET', `/api/v1/decisions/${id}`, decision);
  }

  answerDecision(id: string, choice: 'approve' | 'reject'): Promise<unknown> {
    return this.call('POST', `/api/v1/decisions/${id}/answer`, z.unknown(), {
      body: { choice, note: 'answered by npm run demo' },
    });
  }

  async decisionEvents(id: string): Promise<DecisionEvent[]> {
    return (await this.call('GET', `/api/v1/decisions/${id}/events`, list(decisionEvent))).items;
  }

  private async call<T extends z.ZodType>(
    method: string,
    path: string,
    schema: T,
    { body, headers = {} }: Call = {},
  ): Promise<z.infer<T>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(30_000)]),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 2_000)}`);
    const answer = schema.safeParse(JSON.parse(text));
    if (!answer.success) throw new Error(`${method} ${path} has another shape: ${z.prettifyError(answer.error)}`);
    return answer.data;
  }
}
