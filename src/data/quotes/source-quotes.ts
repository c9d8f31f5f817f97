import { Injectable, Logger } from '@nestjs/common';
import { Draining } from '../../platform/http/draining.js';
import { secondMs, type EpochMs } from '../../shared/time.js';
import type { SourceAttempt } from '../data.contract.js';
import type { Asset } from '../domain/asset.js';
import { lifeOf, quoteTtlMs } from '../domain/quote.js';
import { HttpSourceIo } from '../sources/http-source-io.js';
import type { MarketDataSource, Quote, SourceOutcome } from '../sources/market-data-source.js';
import { detailOf } from '../sources/outcome-detail.js';
import { SourceGate, type CountingIo } from '../sources/source-gate.js';
import { inTime } from './in-time.js';
import { QuoteCache } from './quote-cache.js';

/** What one source says of one asset. */
export type SaidQuote =
  | { readonly kind: 'quote'; readonly quote: Quote; readonly fetchedAt: EpochMs }
  | ({ readonly kind: 'none' } & Omit<SourceAttempt, 'source' | 'milliseconds'>);

/** For one question to one source, the wait for its turn included; readers wait for less. */
const longestQuestionMs = 10 * secondMs;
/** A source that failed is left alone for so long; the circuit breaker does the rest. */
const failureLifeMs = 15 * secondMs;

/** The latest price by source and asset: from the cache, or asked for once, however many want to know at a time. */
@Injectable()
export class SourceQuotes {
  private readonly logger = new Logger(SourceQuotes.name);
  /** Questions under way, by cache key: who comes later waits for the same answer. */
  private readonly underWay = new Map<string, Promise<SaidQuote>>();

  constructor(
    private readonly gate: SourceGate,
    private readonly cache: QuoteCache,
    private readonly draining: Draining,
  ) {}

  /**
   * What a source says of an asset; undefined when that is not known within `waitMs`: the question goes on by itself,
   * and its answer is there for the next reader. Without time left nobody is asked, only what is known counts.
   */
  async of(source: MarketDataSource, asset: Asset, waitMs: number): Promise<SaidQuote | undefined> {
    // the account is part of the name: another host, a simulator for one, has prices of its own
    const key = `${source.budget.key} ${asset.id}`;
    const kept = await this.cache.get<SaidQuote>(key);
    if (kept) return kept;
    if (waitMs <= 0) return undefined;
    return (await inTime(waitMs, this.underWay.get(key) ?? this.begin(source, asset, key)))?.value;
  }

  private begin(source: MarketDataSource, asset: Asset, key: string): Promise<SaidQuote> {
    const question = this.fetch(source, asset, key).finally(() => this.underWay.delete(key));
    this.underWay.set(key, question);
    // nobody may be waiting for it any more
    question.catch((error: unknown) => this.logger.warn({ err: error, source: source.id }, 'quotes.question_failed'));
    return question;
  }

  private async fetch(source: MarketDataSource, asset: Asset, key: string): Promise<SaidQuote> {
    // an earlier question may have ended between the caller's look at the cache and this one
    const kept = await this.cache.get<SaidQuote>(key);
    if (kept) return kept;
    const rest = await this.gate.restingUntil(source);
    if (rest)
      return { kind: 'none', outcome: rest.cause === 'limit' ? 'rateLimited' : 'unavailable', detail: rest.why };
    const signal = AbortSignal.any([this.draining.signal, AbortSignal.timeout(longestQuestionMs)]);
    const io = this.gate.guard(source, new HttpSourceIo({ signal }), () => undefined);
    const outcome = await ask(source, asset, io);
    // an answer that this process did not wait for says nothing of the provider
    if (outcome.kind === 'unavailable' && this.draining.signal.aborted)
      return { kind: 'none', outcome: 'unavailable', detail: 'this process is stopping' };
    await this.gate.learn(source, outcome);
    const now = io.now();
    if (outcome.kind === 'ok') {
      const said: SaidQuote = { kind: 'quote', quote: outcome.value, fetchedAt: now };
      await this.cache.set(key, said, lifeOf(outcome.value.time, asset.assetClass, now));
      return said;
    }
    const detail = detailOf(outcome);
    const said: SaidQuote = { kind: 'none', outcome: outcome.kind, ...(detail !== undefined && { detail }) };
    // what cost nobody anything is asked again: a key or a spelling may be there the next time
    if (io.requests > 0) await this.cache.set(key, said, isFailure(outcome) ? failureLifeMs : quoteTtlMs);
    return said;
  }
}

async function ask(source: MarketDataSource, asset: Asset, io: CountingIo): Promise<SourceOutcome<Quote>> {
  if (!source.latestQuote) return { kind: 'notOffered', why: 'tells no latest prices' };
  try {
    return await source.latestQuote(asset, io);
  } catch (error) {
    if (!io.signal.aborted) throw error;
    return { kind: 'unavailable', why: `gave no answer within ${longestQuestionMs / secondMs} s` };
  }
}

const isFailure = ({ kind }: SourceOutcome<Quote>) =>
  kind === 'unavailable' || kind === 'badAnswer' || kind === 'rateLimited';
