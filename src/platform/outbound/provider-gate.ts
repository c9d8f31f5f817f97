import { setTimeout as sleep } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { inOwnTransaction } from '../database/own-transaction.js';
import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import {
  countFromNow,
  forgetAbandoned,
  giveBack,
  isAnotherSecond,
  takeOfBudget,
  whyUsedUp,
  windowsOf,
  type Budget,
  type WindowStanding,
} from './budget.js';
import {
  askCircuit,
  circuitStates,
  recordLesson,
  runningRest,
  type CircuitState,
  type Lesson,
  type Rest,
} from './circuit.js';

/** Whoever is asked over the network, and what may be asked of it. */
export interface Provider {
  readonly id: string;
  readonly budget: Budget;
  /** How long a question may take; a probe that has not told by then was lost with its process. */
  readonly probeMs?: number;
}

/** How a provider's account is doing, as all processes know it. */
export interface ProviderStanding extends CircuitState {
  /** None for what is on this machine. */
  readonly windows: readonly WindowStanding[];
}

/** A request that was not sent: there is no room in the budget, or the provider rests. */
interface NotNow {
  readonly kind: 'not now';
  /** Undefined when it would be for ever. */
  readonly waitMs: number | undefined;
  readonly why: string;
}

/** What a request takes of the budget. */
interface Weight {
  readonly weight?: number;
  /** Of the question's next requests, taken together with this one's: they are not refused half-way. */
  readonly ahead?: number;
}

/** Sends one request of a question when its turn has come, or says why it has not. */
export type SendInTurn = <T>(send: () => Promise<T>, weight?: Weight) => Promise<T | NotNow>;

/** A request waits so long for its turn; what takes longer is the caller's to plan. */
const longestWaitMs = 2_000;

type Turn = { readonly kind: 'granted'; readonly at: EpochMs } | NotNow;

/**
 * The one way to a provider: budgets, rests and the circuit breaker, shared by all processes through the database.
 *
 * Nobody is asked without a budget: when the database is away, its error comes through, and another attempt is worth it.
 */
@Injectable()
export class ProviderGate {
  /** Accounts whose probe is a question of this process, with the end of its lease. */
  private readonly leases = new Map<string, EpochMs>();
  /** When this process looked for abandoned accounts, by its steady clock. */
  private lookedAt = -Infinity;

  constructor(private readonly em: EntityManager) {}

  /**
   * How a question's requests are sent: each takes its weight of the account's budget first. Up to two seconds it waits
   * for its turn (`onWait` hears how long); otherwise it is not sent.
   *
   * One for each question.
   */
  turns({ budget }: Provider, signal: AbortSignal, onWait: (ms: number) => void): SendInTurn {
    let ahead: { readonly weight: number; readonly at: EpochMs } | undefined;
    return async (send, { weight = 1, ahead: more = 0 } = {}) => {
      if (budget.windows.length === 0) return send();
      const taken = ahead && ahead.weight >= weight ? ahead : undefined;
      const turn = taken
        ? await this.turnTaken(budget, weight, taken.at)
        : await this.turn(budget, weight + more, signal, onWait);
      if (turn.kind === 'not now') return turn;
      if (taken) ahead = { ...taken, weight: taken.weight - weight };
      else ahead = { weight: more, at: turn.at };
      const begin = performance.now();
      if (signal.aborted) {
        await inOwnTransaction(this.em, (client) =>
          giveBack(client, budget.key, taken ? weight : weight + more, turn.at),
        );
        signal.throwIfAborted();
      }
      try {
        return await send();
      } finally {
        // the provider may have counted it just now
        if (isAnotherSecond(turn.at, performance.now() - begin))
          await inOwnTransaction(this.em, (client) => countFromNow(client, budget.key, weight, turn.at));
      }
    };
  }

  /**
   * Why the provider must not be asked now; undefined when it may. After a rest exactly one caller is let through as the
   * probe: whoever is let through asks at once and tells `learnt` what came, whatever it was.
   */
  async restingUntil({ budget, probeMs }: Provider): Promise<Rest | undefined> {
    const { rest, lease } = await askCircuit(await this.pool(), budget.key, probeMs);
    if (lease !== null) this.leases.set(budget.key, lease);
    return rest && { ...rest, why: untilThen(rest) };
  }

  /** What came of a question, for all processes. */
  async learnt({ id, budget: { key, windows } }: Provider, lesson: Lesson): Promise<void> {
    const lease = this.leases.get(key) ?? null;
    this.leases.delete(key);
    const question = { key, provider: id, lease, mayRest: windows.length > 0 };
    const pool = await this.pool();
    await recordLesson(pool, question, lesson);
    const now = performance.now();
    if (now - this.lookedAt < dayMs) return;
    this.lookedAt = now;
    await forgetAbandoned(pool);
  }

  /** How the providers are doing, in their order; asks nobody and changes nothing. */
  async standings(providers: readonly Provider[]): Promise<ProviderStanding[]> {
    const budgets = providers.map(({ budget }) => budget);
    const pool = await this.pool();
    const windows = await windowsOf(pool, budgets);
    const circuits = await circuitStates(
      pool,
      budgets.map(({ key }) => key),
    );
    return providers.map((_, i) => ({ windows: windows[i]!, ...circuits[i]! }));
  }

  /** Waits for its turn where that is soon. While it waits it holds nothing: who gives up has nothing to give back. */
  private async turn(budget: Budget, weight: number, signal: AbortSignal, onWait: (ms: number) => void): Promise<Turn> {
    for (let left = longestWaitMs; ;) {
      signal.throwIfAborted();
      const turn = await inOwnTransaction(this.em, (client) =>
        takeTurn(client, budget, weight, this.leases.get(budget.key)),
      );
      if (turn.kind === 'granted' || turn.waitMs === undefined || turn.waitMs > left) return turn;
      onWait(turn.waitMs);
      await pause(turn.waitMs, signal);
      left -= turn.waitMs;
    }
  }

  /** The turn of a request whose weight was taken with an earlier one's: it counts from now, when it is sent. */
  private turnTaken({ key }: Budget, weight: number, takenAt: EpochMs): Promise<Turn> {
    return inOwnTransaction(this.em, async (client) => {
      const rest = await restOfOthers(client, key, this.leases.get(key));
      return rest ?? { kind: 'granted', at: await countFromNow(client, key, weight, takenAt) };
    });
  }

  private async pool() {
    return this.em.getConnection().getNativeClient();
  }
}

async function takeTurn(client: ClientBase, budget: Budget, weight: number, lease: EpochMs | undefined): Promise<Turn> {
  const rest = await restOfOthers(client, budget.key, lease);
  if (rest) return rest;
  const answer = await takeOfBudget(client, budget, weight);
  if (answer.kind === 'granted') return answer;
  const { why, until } = whyUsedUp(answer.windows, weight, toIso);
  return { kind: 'not now', waitMs: until === undefined ? undefined : Math.max(1, Math.ceil(until - answer.at)), why };
}

/** A question of many requests stops as soon as the provider has told anybody to wait; the probe's own lease is no rest. */
async function restOfOthers(client: ClientBase, key: string, lease: EpochMs | undefined): Promise<Turn | undefined> {
  const rest = await runningRest(client, key);
  if (!rest || rest.until === lease) return undefined;
  return { kind: 'not now', waitMs: Math.ceil(rest.leftMs), why: untilThen(rest) };
}

const untilThen = ({ until, why }: Pick<Rest, 'until' | 'why'>) =>
  `${why}; the next request may be sent ${toIso(until)}`;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
