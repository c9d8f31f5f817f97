import { Inject, Injectable } from '@nestjs/common';
import { ProviderGate } from '../platform/outbound/provider-gate.js';
import { restAskedFor, type Lesson } from '../platform/outbound/circuit.js';
import { activityMeter } from '../platform/temporal/activity-meter.js';
import { Fault, InvariantViolation } from '../shared/errors.js';
import { toIso } from '../shared/time.js';
import { AiExchangeRepository, exchangeOf, type AnsweredExchange } from './ai-exchange.repository.js';
import { aiFaults, type AskedForOpinion, type AskForOpinionInput, type GivenOpinion } from './ai.contract.js';
import type { FksAiClient, FksAiOutcome } from './fks-ai.client.js';
import { FKS_AI } from './fks-ai.provider.js';
import { opinionIn, requestOf } from './fks-ai.payloads.js';

const questionsName = 'ai_questions_total';
const questionsHelp = 'Questions to fks_ai, by what came of them';

/** Asks fks_ai once for each question and keeps every exchange. */
@Injectable()
export class OpinionsService {
  constructor(
    @Inject(FKS_AI) private readonly client: FksAiClient | null,
    private readonly gate: ProviderGate,
    private readonly exchanges: AiExchangeRepository,
  ) {}

  /**
   * The kept answer of the same question and number, without asking; otherwise one call.
   *
   * @throws Fault of one of the types `aiFaults`, with the delay that is asked for; the signal's reason when the caller has
   * given up
   */
  async askOnce(
    input: AskForOpinionInput,
    signal: AbortSignal,
    tell: (note: string) => void = () => undefined,
  ): Promise<AskedForOpinion> {
    if (!this.client) return { kind: 'notConfigured' };
    const { question } = input;
    const { kind, symbol } = question;
    const { request, asked } = namedBy(this.client, input);
    const kept = await this.exchanges.answered(asked.key);
    if (kept) return givenBy(kept);

    const provider = this.client.providers[kind];
    const rest = await this.gate.restingUntil(provider);
    if (rest) {
      const type = rest.cause === 'limit' ? aiFaults.rateLimited : aiFaults.unavailable;
      throw new Fault(type, `fks_ai is not asked: ${rest.why}`, { retryAfterMs: Math.ceil(rest.leftMs) });
    }
    let lesson: Lesson = { kind: 'nothing' };
    const begin = performance.now();
    const askedAt = Date.now();
    try {
      tell(`asking ${provider.id} about ${symbol}`);
      const send = this.gate.turns(provider, signal, (ms) => tell(`waiting ${ms} ms for the budget`));
      const { client } = this;
      const outcome = await send(() => client.ask(request, question, signal));
      if (outcome.kind === 'not now') {
        count(kind, 'notSent');
        if (outcome.waitMs === undefined) throw new Fault(aiFaults.noBudget, outcome.why, { retryable: false });
        throw new Fault(aiFaults.rateLimited, outcome.why, { retryAfterMs: outcome.waitMs });
      }
      lesson = lessonOf(outcome);
      count(kind, outcome.kind);
      await this.exchanges.record(asked, outcome, Math.round(performance.now() - begin), askedAt);
      if (outcome.kind !== 'answered') throw faultOf(outcome);
    } finally {
      // also when the caller gave up: the next one may be the probe then
      await this.gate.learnt(provider, lesson);
    }
    const answered = await this.exchanges.answered(asked.key);
    if (!answered) throw new InvariantViolation(`the answer to ${asked.key} was not kept`);
    return givenBy(answered);
  }

  /** For each question the calls that were sent to have it answered, the last one last, whoever asked it. */
  async exchangesOf(inputs: readonly AskForOpinionInput[]): Promise<SentExchange[][]> {
    const { client } = this;
    if (!client) return inputs.map(() => []);
    const keys = inputs.map((input) => namedBy(client, input).asked.key);
    const sent = await this.exchanges.sent(keys);
    return keys.map((wanted) =>
      sent
        .filter(({ key }) => key === wanted)
        .map(({ id, key, milliseconds, simulatedSeed }) => {
          return { id, key, milliseconds, simulated: simulatedSeed !== null };
        }),
    );
  }
}

/** One call that was sent. */
export interface SentExchange {
  readonly id: string;
  readonly key: string;
  readonly milliseconds: number;
  readonly simulated: boolean;
}

function namedBy({ service }: FksAiClient, { question, number, asOf }: AskForOpinionInput) {
  const { kind, symbol } = question;
  const request = requestOf(question);
  return { request, asked: exchangeOf(service, request, { kind, symbol, number, asOf: new Date(asOf) }) };
}

/** Always from what is kept: a replay gives the same bytes. */
export function givenBy(kept: AnsweredExchange): GivenOpinion {
  const read = opinionIn(kept.answer, kept);
  // it was read before it was kept
  if (read.kind === 'broken') throw new InvariantViolation(`the kept answer ${kept.id} is unreadable: ${read.why}`);
  return {
    kind: 'opinion',
    opinion: read.value,
    exchangeId: kept.id,
    key: kept.key,
    answeredAt: toIso(kept.askedAt.getTime() + kept.milliseconds),
    milliseconds: kept.milliseconds,
    simulated: kept.simulatedSeed !== null,
  };
}

type Failed = Exclude<FksAiOutcome, { kind: 'answered' }>;

function lessonOf(outcome: FksAiOutcome): Lesson {
  switch (outcome.kind) {
    case 'answered':
      return { kind: 'answered' };
    case 'rateLimited':
      return { kind: 'limited', error: outcome.why, restMs: restAskedFor(outcome.retryAfterMs) };
    case 'unavailable':
    case 'broken':
      return { kind: 'failed', error: outcome.why };
    // about the question
    case 'refused':
      return { kind: 'nothing' };
  }
}

function faultOf({ kind, why, retryAfterMs }: Failed): Fault {
  return new Fault(aiFaults[kind], `fks_ai: ${why}`, {
    retryable: kind === 'rateLimited' || kind === 'unavailable',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

const count = (kind: string, outcome: string) =>
  activityMeter()?.createCounter(questionsName, undefined, questionsHelp).add(1, { kind, outcome });
