import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { dayMs, minuteMs, secondMs, type EpochMs } from '../../shared/time.js';

/** So much weight in any window of this length, wherever the window begins. */
export interface BudgetWindow {
  readonly name: 'second' | 'minute' | 'day' | 'month';
  readonly limit: number;
}

/** What all processes together may ask of one provider with one key. */
export interface Budget {
  /** Names the account: provider, host and, hashed, the key; never the key itself. */
  readonly key: string;
  /** None for what is on this machine. */
  readonly windows: readonly BudgetWindow[];
}

/** One account for each provider, host and key; the key is hashed, so that rows and logs do not hold it. */
export function budgetKey(provider: string, url: string, key?: string): string {
  const account = key === undefined ? '' : `#${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
  return `${provider}@${new URL(url).host}${account}`;
}

/** A calendar month has at most 31 days: what fits into them fits into every one. */
const windowMs: Readonly<Record<BudgetWindow['name'], number>> = {
  second: secondMs,
  minute: minuteMs,
  day: dayMs,
  month: 31 * dayMs,
};

/** What is left of one window of an account's budget. */
export interface WindowStanding extends BudgetWindow {
  readonly used: number;
  readonly left: number;
  /** When the next part of what is used comes back, or, if none is left, the first of it that can be used. */
  readonly renewsAt: EpochMs | null;
}

/** Whether a request may be sent, at an instant of the database's clock. */
export type BudgetAnswer =
  | { readonly kind: 'granted'; readonly at: EpochMs }
  | { readonly kind: 'used up'; readonly at: EpochMs; readonly windows: readonly WindowStanding[] };

/**
 * Takes a request's weight of an account's budget, if every window has room for it.
 *
 * The windows slide: usage is kept by the second, and a second counts until it lies wholly before the window. So no
 * window of this length is ever overdrawn, however a provider aligns its own. To be called in a transaction; takers of
 * one account wait for each other until its end.
 */
export async function takeOfBudget(
  client: ClientBase,
  { key, windows }: Budget,
  weight: number,
): Promise<BudgetAnswer> {
  await lock(client, key);
  const seconds = windows.map(({ name }) => windowMs[name] / secondMs);
  const { rows } = await client.query<{ at: number; granted: boolean }>(takeQuery, [
    key,
    weight,
    windows.map(({ limit }) => limit),
    seconds,
    Math.max(...seconds),
  ]);
  const { at, granted } = rows[0]!;
  if (granted) return { kind: 'granted', at };
  return { kind: 'used up', at, windows: (await windowsOf(client, [{ key, windows }], weight))[0]! };
}

/** Gives back what was taken for a request that was never sent. In a transaction. */
export async function giveBack(client: ClientBase, key: string, weight: number, takenAt: EpochMs): Promise<void> {
  await lock(client, key);
  await client.query(subtractQuery, [key, weight, takenAt]);
}

/**
 * Counts a request from when its answer came instead of from when it was taken: somewhere between the two the provider
 * counted it. Answers from when it counts now. In a transaction.
 */
export async function countFromNow(
  client: ClientBase,
  key: string,
  weight: number,
  takenAt: EpochMs,
): Promise<EpochMs> {
  await lock(client, key);
  await client.query(subtractQuery, [key, weight, takenAt]);
  const { rows } = await client.query<{ at: number }>(addNowQuery, [key, weight]);
  return rows[0]!.at;
}

/**
 * Forgets the usage of accounts that nobody asks any more, after a change of key or host: whoever is asked forgets its
 * own. What another process is forgetting right now is left to it.
 */
export async function forgetAbandoned(client: Pick<ClientBase, 'query'>): Promise<void> {
  await client.query(
    `delete from source_usage where (budget_key, second) in (
       select budget_key, second from source_usage
       where second < clock_timestamp() - make_interval(secs => $1::float8) for update skip locked)`,
    [(windowMs.month + dayMs) / secondMs],
  );
}

/** Whether a second has passed on the database's clock since then. */
export const isAnotherSecond = (takenAt: EpochMs, elapsedMs: number): boolean =>
  Math.floor((takenAt + elapsedMs) / secondMs) > Math.floor(takenAt / secondMs);

/** The windows of each budget as they are now; `renewsAt` is about a request of this weight. */
export async function windowsOf(
  client: Pick<ClientBase, 'query'>,
  budgets: readonly Budget[],
  weight = 1,
): Promise<WindowStanding[][]> {
  const wanted = budgets.flatMap(({ key, windows }) => windows.map((window) => ({ key, window })));
  const { rows } = await client.query<{ used: number; renews_at: number | null }>(standingQuery, [
    wanted.map(({ key }) => key),
    wanted.map(({ window }) => window.limit),
    wanted.map(({ window }) => windowMs[window.name] / secondMs),
    weight,
  ]);
  const standings = wanted.map(({ window }, i) => {
    const { used, renews_at: renewsAt } = rows[i]!;
    return { ...window, used, left: Math.max(0, window.limit - used), renewsAt };
  });
  let at = 0;
  return budgets.map(({ windows }) => standings.slice(at, (at += windows.length)));
}

/** "25 of 25 requests of the day are used; the next one may be sent 2026-11-26T03:12:00Z". */
export function whyUsedUp(
  windows: readonly WindowStanding[],
  weight: number,
  iso: (instant: EpochMs) => string,
): { why: string; until: EpochMs | undefined } {
  const what = weight === 1 ? 'requests' : 'request weight';
  const full = windows.filter(({ used, limit }) => used + weight > limit);
  const never = full.find(({ limit }) => weight > limit);
  if (never)
    return { why: `the budget is ${never.limit} ${what} a ${never.name}: ${weight} never fit`, until: undefined };
  const last = full.reduce((a, b) => ((b.renewsAt ?? 0) > (a.renewsAt ?? 0) ? b : a));
  const until = last.renewsAt ?? undefined;
  const used = `${last.used} of ${last.limit} ${what} of the ${last.name} are used`;
  return { why: until === undefined ? used : `${used}; the next one may be sent ${iso(until)}`, until };
}

const lock = (client: ClientBase, key: string) =>
  client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`source budget ${key}`]);

// the clock is read in the statement after the lock, so that a taker's second is never earlier than its forerunner's
const takeQuery = `
  with clock as materialized (select clock_timestamp() as now),
  granted as (
    insert into source_usage (budget_key, second, weight)
    select $1, date_trunc('second', now), $2::int4 from clock
    where not exists (
      select from unnest($3::int4[], $4::float8[]) as wanted (most, seconds)
      where $2::int4 + coalesce((
        select sum(weight) from source_usage
        where budget_key = $1 and second > now - make_interval(secs => seconds + 1)
      ), 0) > most
    )
    on conflict (budget_key, second) do update set weight = source_usage.weight + excluded.weight
    returning 1
  ),
  pruned as (
    delete from source_usage using clock
    where budget_key = $1 and second <= now - make_interval(secs => $5::float8 + 1)
  )
  select (extract(epoch from now) * 1000)::float8 as at, exists (select from granted) as granted from clock`;

const addNowQuery = `
  with clock as materialized (select clock_timestamp() as now)
  insert into source_usage (budget_key, second, weight) select $1, date_trunc('second', now), $2 from clock
  on conflict (budget_key, second) do update set weight = source_usage.weight + excluded.weight
  returning (select (extract(epoch from now) * 1000)::float8 from clock) as at`;

const subtractQuery = `
  update source_usage set weight = weight - $2::int4
  where budget_key = $1 and second = date_trunc('second', to_timestamp($3::float8 / 1000))`;

// room comes back second by second, the oldest first: renewed is the window when enough of them have left it
const standingQuery = `
  with clock as materialized (select clock_timestamp() as now)
  select coalesce(max(used), 0)::int4 as used,
         (extract(epoch from min(second) filter (where freed >= greatest(1, used + $4::int4 - most))) * 1000
           + (seconds + 1) * 1000)::float8 as renews_at
  from unnest($1::text[], $2::int4[], $3::float8[]) with ordinality as wanted (key, most, seconds, position)
  cross join clock
  left join lateral (
    select second, sum(weight) over (order by second) as freed, sum(weight) over () as used
    from source_usage
    where budget_key = key and second > now - make_interval(secs => seconds + 1)
  ) as usage on true
  group by position, seconds
  order by position`;
