import { z } from 'zod';
import { dayMs, minuteMs, secondMs, type EpochMs } from '../../src/shared/time.js';
import { sources, type SourceName } from './source-names.js';

export const windowNames = ['second', 'minute', 'day', 'month'] as const;
type WindowName = (typeof windowNames)[number];
const windowMs: Readonly<Record<WindowName, number>> = {
  second: secondMs,
  minute: minuteMs,
  day: dayMs,
  month: 31 * dayMs,
};

/** How much a source allows in any window of a length; a window without an entry is not limited. */
type Limits = Readonly<Partial<Record<WindowName, number>>>;

/** What the vendors give for nothing; fks_data and Yahoo tell no limit, the latter gets what is polite. */
const freeLimits: Readonly<Record<SourceName, Limits>> = {
  binance: { minute: 6_000 },
  yahoofinance: { minute: 60 },
  coingecko: { minute: 30, month: 10_000 },
  polygon: { minute: 5 },
  alphavantage: { second: 1, day: 25 },
  coinmarketcap: { minute: 30, month: 15_000 },
  fks_data: {},
};

const limit = z.int().min(1).nullable();
/** Replaces the limits that it names; null lifts one. */
export const limitOrder = z
  .partialRecord(z.enum(sources), z.partialRecord(z.enum(windowNames), limit))
  .refine((order) => Object.keys(order).length > 0, 'no source is named');
export type LimitOrder = z.output<typeof limitOrder>;

/** Why a request is refused. */
export interface Excess {
  readonly window: WindowName;
  readonly limit: number;
  /** Until the next request would be allowed. */
  readonly retryAfterMs: number;
}

export interface SourceCount {
  requests: number;
  /** Requests that were answered "too many" because of a limit, not of a fault. */
  overLimit: number;
  /** The most that was ever asked within any window of the length, refused requests included. */
  largest: Partial<Record<WindowName, number>>;
  limits: Limits;
}

interface Hit {
  readonly at: EpochMs;
  readonly cost: number;
}

/** A request costs one of every window, where its source does not weigh it. */
export type Cost = (window: WindowName) => number;

/**
 * Counts what each source is asked. Windows slide: the sum over any window of the length is looked at, so no alignment
 * of a vendor's own can be stricter.
 */
export class Budgets {
  private readonly accounts = new Map<SourceName, Account>();

  constructor(order: LimitOrder = {}) {
    for (const source of sources) this.accounts.set(source, new Account(freeLimits[source]));
    this.limit(order);
  }

  limit(order: LimitOrder): void {
    for (const [source, limits] of Object.entries(order)) this.account(source as SourceName).limit(limits);
  }

  /** Counts a request; undefined when it may be answered. */
  take(source: SourceName, cost: Cost, now = Date.now()): Excess | undefined {
    return this.account(source).take(cost, now);
  }

  stats(): Record<SourceName, SourceCount> {
    return Object.fromEntries(sources.map((source) => [source, this.account(source).stats()])) as Record<
      SourceName,
      SourceCount
    >;
  }

  /** Forgets what was counted, not the limits. */
  clear(): void {
    for (const account of this.accounts.values()) account.clear();
  }

  private account(source: SourceName): Account {
    return this.accounts.get(source)!;
  }
}

class Account {
  private limits: Limits;
  private requests = 0;
  private overLimit = 0;
  private readonly sums = new Map<WindowName, SlidingSum>();
  private largest: Partial<Record<WindowName, number>> = {};

  constructor(limits: Limits) {
    this.limits = limits;
  }

  limit(changes: Readonly<Partial<Record<WindowName, number | null>>>): void {
    const merged = { ...this.limits, ...changes };
    this.limits = Object.fromEntries(Object.entries(merged).filter(([, most]) => most !== null));
  }

  take(cost: Cost, now: EpochMs): Excess | undefined {
    this.requests += 1;
    const excesses = windowNames.flatMap((window) => this.count(window, cost(window), now) ?? []);
    if (excesses.length === 0) return undefined;
    this.overLimit += 1;
    return excesses.reduce((a, b) => (b.retryAfterMs > a.retryAfterMs ? b : a));
  }

  private count(window: WindowName, cost: number, now: EpochMs): Excess | undefined {
    const sum = this.sums.get(window) ?? new SlidingSum(windowMs[window]);
    this.sums.set(window, sum);
    sum.add({ at: now, cost });
    this.largest[window] = Math.max(this.largest[window] ?? 0, sum.total);
    const limit = this.limits[window];
    if (limit === undefined || sum.total <= limit) return undefined;
    return { window, limit, retryAfterMs: Math.max(1, sum.whenFreed(sum.total + cost - limit) - now) };
  }

  stats(): SourceCount {
    const { requests, overLimit, largest, limits } = this;
    return { requests, overLimit, largest: { ...largest }, limits };
  }

  clear(): void {
    this.requests = 0;
    this.overLimit = 0;
    this.sums.clear();
    this.largest = {};
  }
}

/** What was spent within the last so many milliseconds. */
class SlidingSum {
  total = 0;
  private readonly hits: Hit[] = [];

  constructor(private readonly lengthMs: number) {}

  add(hit: Hit): void {
    this.hits.push(hit);
    this.total += hit.cost;
    while (this.hits[0]!.at <= hit.at - this.lengthMs) this.total -= this.hits.shift()!.cost;
  }

  /** When so much has left the window; all of it where that is not enough. */
  whenFreed(wanted: number): EpochMs {
    let left = wanted;
    const last = this.hits.find(({ cost }) => (left -= cost) <= 0) ?? this.hits.at(-1)!;
    return last.at + this.lengthMs;
  }
}
