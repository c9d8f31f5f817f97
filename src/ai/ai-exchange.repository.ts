import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { sha256 } from '../platform/crypto/sha256.js';
import { canonicalJson } from '../shared/canonical-json.js';
import type { EpochMs } from '../shared/time.js';
import { AiExchangeRow } from './ai-exchange.entity.js';
import type { QuestionKind } from './domain/opinion.js';
import { redact } from './domain/redact.js';
import type { FksAiOutcome } from './fks-ai.client.js';
import type { FksAiRequest } from './fks-ai.payloads.js';

const longestDetail = 500;

/** What names an exchange: equal content, equal key. */
export interface AskedExchange {
  readonly key: string;
  readonly service: string;
  readonly kind: QuestionKind;
  readonly symbol: string;
  readonly number: number;
  readonly asOf: Date;
  /** Canonical JSON without secrets. */
  readonly request: string;
}

export type AnsweredExchange = AiExchangeRow & { readonly answer: string };

/** The key of a question: the service is part of it, so that a simulator's answer is never taken for the real one's. */
export function exchangeOf(
  service: string,
  { path, body }: FksAiRequest,
  asked: Pick<AskedExchange, 'kind' | 'symbol' | 'number' | 'asOf'>,
): AskedExchange {
  const request = canonicalJson(redact({ path, body }));
  return { ...asked, service, request, key: sha256(canonicalJson({ service, request, number: asked.number })) };
}

/** Requests to fks_ai and what came of them. */
@Injectable()
export class AiExchangeRepository {
  constructor(private readonly em: EntityManager) {}

  async answered(key: string): Promise<AnsweredExchange | null> {
    return withAnswer(await this.em.findOne(AiExchangeRow, { key, outcome: 'answered' }, fresh));
  }

  /** Every call that was sent with these keys, the first one first. */
  async sent(keys: readonly string[]): Promise<AiExchangeRow[]> {
    const where = { key: { $in: [...keys] } };
    return this.em.find(AiExchangeRow, where, { ...fresh, orderBy: { askedAt: 'asc', id: 'asc' } });
  }

  /** The answer about a symbol with the latest as-of since an instant. */
  async latest(service: string, symbol: string, kind: QuestionKind, since: EpochMs): Promise<AnsweredExchange | null> {
    const where = { service, symbol, kind, outcome: 'answered', asOf: { $gte: new Date(since) } } as const;
    const order = { orderBy: { asOf: 'desc', askedAt: 'desc', id: 'desc' } } as const;
    return withAnswer(await this.em.findOne(AiExchangeRow, where, { ...fresh, ...order }));
  }

  /** Stores what came of a call. Of two answers to the same key the first one stays, and everybody gets that. */
  async record(asked: AskedExchange, outcome: FksAiOutcome, milliseconds: number, at: EpochMs): Promise<void> {
    const { status, simulatedSeed, kind } = outcome;
    const answer = kind === 'answered' ? outcome.answer : null;
    await this.em
      .createQueryBuilder(AiExchangeRow)
      .insert({
        id: uuidv7(),
        ...asked,
        outcome: kind,
        status,
        answer,
        answerHash: answer === null ? null : sha256(answer),
        detail: kind === 'answered' ? null : outcome.why.slice(0, longestDetail),
        simulatedSeed,
        milliseconds,
        askedAt: new Date(at),
      })
      .onConflict()
      .ignore()
      .execute('run');
  }
}

const withAnswer = (row: AiExchangeRow | null): AnsweredExchange | null => (row && hasAnswer(row) ? row : null);
const hasAnswer = (row: AiExchangeRow): row is AnsweredExchange => typeof row.answer === 'string';

const fresh = { disableIdentityMap: true } as const;
