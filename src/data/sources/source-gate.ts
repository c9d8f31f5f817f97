import { Injectable } from '@nestjs/common';
import { ProviderGate, type ProviderStanding } from '../../platform/outbound/provider-gate.js';
import type {
  MarketDataSource,
  RequestOptions,
  SourceIo,
  SourceOutcome,
  SourceResponse,
} from './market-data-source.js';
import { lessonOf } from './source-lesson.js';

/** A source's IO that counts what was really sent. */
export interface CountingIo extends SourceIo {
  /** HTTP requests sent so far. */
  readonly requests: number;
}

/** How a source's account is doing, as all processes know it. */
export interface SourceStanding extends ProviderStanding {
  readonly source: string;
}

/** The one way to a source. */
@Injectable()
export class SourceGate extends ProviderGate {
  /** Hears what came of each question of this process. */
  onLearnt: (source: string, outcome: SourceOutcome<unknown>['kind']) => void = () => undefined;

  /**
   * The same IO, whose every request waits for its turn; one that cannot be sent soon is `rateLimited`.
   *
   * One for each question.
   */
  guard(source: MarketDataSource, io: SourceIo, onWait: (ms: number) => void): CountingIo {
    const inTurn = this.turns(source, io.signal, onWait);
    let requests = 0;
    const get = async (url: URL, options?: RequestOptions): Promise<SourceResponse> => {
      const answer = await inTurn(() => {
        requests += 1;
        return io.get(url, options);
      }, options);
      if (answer.kind !== 'not now') return answer;
      return { kind: 'rateLimited', retryAfterMs: answer.waitMs, why: answer.why, unsent: true };
    };
    return {
      signal: io.signal,
      now: () => io.now(),
      get,
      get requests() {
        return requests;
      },
    };
  }

  /** What came of a question, for all processes. */
  async learn(source: MarketDataSource, outcome: SourceOutcome<unknown>): Promise<void> {
    this.onLearnt(source.id, outcome.kind);
    await this.learnt(source, lessonOf(outcome));
  }

  /** How the sources are doing; asks nobody and changes nothing. */
  async state(sources: readonly MarketDataSource[]): Promise<SourceStanding[]> {
    const standings = await this.standings(sources);
    return sources.map(({ id }, i) => ({ source: id, ...standings[i]! }));
  }
}
