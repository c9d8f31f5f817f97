import { budgetKey } from '../platform/outbound/budget.js';
import { exchange, withoutSecrets, type HttpAnswer } from '../platform/outbound/http-exchange.js';
import type { Provider } from '../platform/outbound/provider-gate.js';
import { retryAfterMs } from '../platform/outbound/retry-after.js';
import { secondMs } from '../shared/time.js';
import type { OpinionQuestion } from './ai.contract.js';
import type { Opinion, QuestionKind } from './domain/opinion.js';
import { plainLine } from './domain/plain-line.js';
import { redactText } from './domain/redact.js';
import { answerToKeep, healthIn, opinionIn, type FksAiHealth, type FksAiRequest } from './fks-ai.payloads.js';

export interface FksAiSettings {
  readonly baseUrl: string;
  /** For one call of a model. */
  readonly timeoutMs: number;
  readonly opinionsPerDay: number;
  readonly checksPerMinute: number;
}

/** No honest answer comes near it: a long rationale has 10 kB. */
const maximumBodyBytes = 256 * 1024;
/** Fixed rules, no model. */
const checkTimeoutMs = 15 * secondMs;
/** It asks Ollama itself first, for five seconds at most. */
const healthTimeoutMs = 8 * secondMs;
const userAgent = 'fks-portfolio/0.1 (signals)';
/** By which the AI simulator marks its answers. */
const simulatorHeader = 'x-ai-simulator';

/** What came of one call. */
export type FksAiOutcome =
  | {
      readonly kind: 'answered';
      readonly opinion: Opinion;
      /** The answer as it is kept. */
      readonly answer: string;
      readonly status: number;
      readonly simulatedSeed: string | null;
    }
  | FksAiFault;

/** The first two are worth another attempt. */
type FksAiFault = {
  readonly kind: 'rateLimited' | 'unavailable' | 'refused' | 'broken';
  readonly why: string;
  /** Null when there was no whole answer. */
  readonly status: number | null;
  readonly retryAfterMs: number | undefined;
  readonly simulatedSeed: string | null;
};

/** The fks_ai service: one call for each question, never a second one of its own accord. */
export class FksAiClient {
  /** The address as it may be shown. */
  readonly service: string;
  /** A model that is away says nothing of the fixed rules, so each has a budget and a circuit of its own. */
  readonly providers: Readonly<Record<QuestionKind, Provider>>;

  constructor(private readonly settings: FksAiSettings) {
    const { baseUrl, timeoutMs, opinionsPerDay, checksPerMinute } = settings;
    this.service = withoutSecrets(new URL(baseUrl)).replace(/\/$/, '');
    const provider = (kind: QuestionKind, windows: Provider['budget']['windows'], longestMs: number): Provider => {
      const id = `fks_ai.${kind}`;
      return { id, budget: { key: budgetKey(id, baseUrl), windows }, probeMs: longestMs + 10 * secondMs };
    };
    this.providers = {
      check: provider('check', [{ name: 'minute', limit: checksPerMinute }], checkTimeoutMs),
      opinion: provider('opinion', [{ name: 'day', limit: opinionsPerDay }], timeoutMs),
    };
  }

  /** @throws the signal's reason when the caller has given up */
  async ask({ path, body }: FksAiRequest, question: OpinionQuestion, signal: AbortSignal): Promise<FksAiOutcome> {
    const timeoutMs = question.kind === 'check' ? checkTimeoutMs : this.settings.timeoutMs;
    const answer = await this.send(path, timeoutMs, signal, JSON.stringify(body));
    if (answer.kind === 'unavailable') return faultOf('unavailable', answer.why, null);
    const { status } = answer;
    const simulatedSeed = seedOf(answer.header(simulatorHeader));
    const fault = (kind: FksAiFault['kind'], why: string): FksAiFault => ({
      ...faultOf(kind, why, status),
      retryAfterMs: retryAfterMs(answer.header('retry-after'), Date.now()),
      simulatedSeed,
    });
    if (status === 429) return fault('rateLimited', `too many requests: ${quoted(answer.body)}`);
    if (status === 408 || status >= 500) return fault('unavailable', `status ${status}: ${quoted(answer.body)}`);
    if (status < 200 || status >= 300) return fault('refused', `status ${status}: ${quoted(answer.body)}`);
    const kept = answerToKeep(answer.body);
    if (kept.kind === 'broken') return fault('broken', `${kept.why}: ${quoted(answer.body)}`);
    const read = opinionIn(kept.value, question);
    if (read.kind === 'broken') return fault('broken', read.why);
    return { kind: 'answered', opinion: read.value, answer: kept.value, status, simulatedSeed };
  }

  /** What `/health` says, or why it says nothing. */
  async health(
    signal: AbortSignal,
  ): Promise<
    | { readonly kind: 'healthy'; readonly health: FksAiHealth; readonly simulated: boolean }
    | { readonly kind: 'unhealthy'; readonly why: string }
  > {
    const answer = await this.send('/health', healthTimeoutMs, signal);
    if (answer.kind === 'unavailable') return { kind: 'unhealthy', why: answer.why };
    if (answer.status !== 200) return { kind: 'unhealthy', why: `status ${answer.status}: ${quoted(answer.body)}` };
    const read = healthIn(answer.body);
    if (read.kind === 'broken') return { kind: 'unhealthy', why: read.why };
    if (read.value.status !== 'healthy')
      return { kind: 'unhealthy', why: `it says ${plainLine(read.value.status, 40)}` };
    return { kind: 'healthy', health: read.value, simulated: seedOf(answer.header(simulatorHeader)) !== null };
  }

  private send(path: string, timeoutMs: number, signal: AbortSignal, body?: string): Promise<HttpAnswer> {
    return exchange({
      url: new URL(`${this.settings.baseUrl.replace(/\/+$/, '')}${path}`),
      ...(body !== undefined && { body }),
      headers: { 'user-agent': userAgent },
      signal,
      timeoutMs,
      // a model is silent until it has said everything
      idleTimeoutMs: timeoutMs,
      maximumBytes: maximumBodyBytes,
    });
  }
}

const faultOf = (kind: FksAiFault['kind'], why: string, status: number | null): FksAiFault => ({
  kind,
  why: redactText(why),
  status,
  retryAfterMs: undefined,
  simulatedSeed: null,
});

/** Start of a body as a message may quote it: it may be a stranger's page, or hold a key. */
const quoted = (body: string): string => JSON.stringify(plainLine(redactText(body.slice(0, 2_000)), 120));

/** The seed in the mark `seed=<n>`; null without a mark. */
const seedOf = (mark: string | undefined): string | null =>
  mark === undefined ? null : (/seed=(\w+)/.exec(mark)?.[1] ?? 'unknown');
