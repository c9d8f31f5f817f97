import type { ClientBase } from 'pg';
import { dayMs, minuteMs, secondMs, type EpochMs } from '../../shared/time.js';

/** So many failed questions in a row open the circuit. */
export const failuresToOpen = 5;
const firstRestMs = minuteMs;
const longestRestMs = 15 * minuteMs;
/** A provider that says "too many" without saying for how long. */
const untoldRestMs = minuteMs;
/** A month's quota that is used up is looked at again before its end: plans change. */
const longestToldRestMs = 3 * dayMs;
/** A probe that has not told by then was lost with its process, and another one may try. */
const usualProbeMs = minuteMs;
const textLength = 500;

/** Until when an account is not asked, and why. */
export interface Rest {
  readonly until: EpochMs;
  /** How long that is from now, by the clock that all processes share. */
  readonly leftMs: number;
  /** `failures`: the circuit is open. `limit`: the provider said "too many". */
  readonly cause: 'failures' | 'limit';
  readonly why: string;
}

export interface CircuitState {
  readonly resting: Rest | undefined;
  /** Failed questions since the last good one. */
  readonly failures: number;
  readonly lastOkAt: EpochMs | null;
  readonly lastErrorAt: EpochMs | null;
  readonly lastError: string | null;
}

/** What came of a question says about its provider: an answer, a failure, "not so fast", or nothing. */
export type Lesson =
  | { readonly kind: 'answered' | 'nothing' }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'limited'; readonly error: string; readonly restMs: number };

/** How long an account rests that was told to wait so long; undefined when nobody said how long. */
export const restAskedFor = (retryAfterMs: number | undefined): number =>
  Math.min(Math.max(retryAfterMs ?? untoldRestMs, secondMs), longestToldRestMs);

/** Who asked, and whether as the probe. */
export interface Question {
  readonly key: string;
  readonly provider: string;
  /** End of the lease under which it was let through after a rest; null for a question like any other. */
  readonly lease: EpochMs | null;
  /** False for what is on this machine: a broken file is no reason to leave the others alone. */
  readonly mayRest: boolean;
}

const shortened = (error: string) => error.slice(0, textLength);

/** Writes down what came of a question. */
export async function recordLesson(
  client: Pick<ClientBase, 'query'>,
  { key, provider, lease, mayRest }: Question,
  lesson: Lesson,
): Promise<void> {
  switch (lesson.kind) {
    case 'answered':
      await client.query(answeredQuery, [key, provider, lease]);
      return;
    case 'failed':
      await client.query(failedQuery, [key, provider, lease, shortened(lesson.error), mayRest]);
      return;
    case 'limited':
      await client.query(limitedQuery, [key, provider, lease, shortened(lesson.error), mayRest ? lesson.restMs : 0]);
      return;
    case 'nothing':
      // the next one finds out
      if (lease !== null) await client.query(releaseQuery, [key, lease]);
      return;
  }
}

/**
 * Whether the account rests; once a rest after failures is over, one caller gets the lease of the probe: its end. After
 * a rest that the provider asked for everybody may go on, within the budget.
 */
export async function askCircuit(
  client: Pick<ClientBase, 'query'>,
  key: string,
  probeMs = usualProbeMs,
): Promise<{ readonly rest: Rest | undefined; readonly lease: EpochMs | null }> {
  const rest = await restOf(client, key);
  if (!rest || rest.leftMs > 0) return { rest, lease: null };
  if (rest.cause === 'limit') return { rest: undefined, lease: null };
  const { rows } = await client.query<{ lease: number }>(probeQuery, [key, probeMs / secondMs]);
  return rows[0] ? { rest: undefined, lease: rows[0].lease } : { rest: await runningRest(client, key), lease: null };
}

/** The rest that is running now, if any. */
export async function runningRest(client: Pick<ClientBase, 'query'>, key: string): Promise<Rest | undefined> {
  const rest = await restOf(client, key);
  return rest && rest.leftMs > 0 ? rest : undefined;
}

export async function circuitStates(
  client: Pick<ClientBase, 'query'>,
  keys: readonly string[],
): Promise<CircuitState[]> {
  const { rows } = await client.query<StateRow>(statesQuery, [keys]);
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return keys.map((key) => {
    const row = byKey.get(key);
    if (!row) return { resting: undefined, failures: 0, lastOkAt: null, lastErrorAt: null, lastError: null };
    const { failures, last_ok_at: lastOkAt, last_error_at: lastErrorAt, last_error: lastError } = row;
    const rest = restIn(row);
    const resting = rest && rest.leftMs > 0 ? rest : undefined;
    return { resting, failures, lastOkAt, lastErrorAt, lastError };
  });
}

async function restOf(client: Pick<ClientBase, 'query'>, key: string): Promise<Rest | undefined> {
  const { rows } = await client.query<StateRow>(statesQuery, [[key]]);
  return rows[0] && restIn(rows[0]);
}

function restIn({ until, why, now, failures }: StateRow): Rest | undefined {
  if (until === null) return undefined;
  const cause = failures >= failuresToOpen ? 'failures' : 'limit';
  return { until, leftMs: until - now, cause, why: why ?? 'no reason told' };
}

interface StateRow {
  key: string;
  now: number;
  until: number | null;
  why: string | null;
  failures: number;
  last_ok_at: number | null;
  last_error_at: number | null;
  last_error: string | null;
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

const statesQuery = `
  select budget_key as key, ${ms('clock_timestamp()')} as now, ${ms('resting_until')} as until, resting_reason as why,
         failures, ${ms('last_ok_at')} as last_ok_at, ${ms('last_error_at')} as last_error_at, last_error
  from source_state where budget_key = any($1::text[])`;

// two callers: the second one waits for the first and then finds a rest that is not over
const probeQuery = `
  update source_state set resting_until = clock_timestamp() + make_interval(secs => $2::float8)
  where budget_key = $1 and resting_until <= clock_timestamp() returning ${ms('resting_until')} as lease`;

const releaseQuery = `
  update source_state set resting_until = clock_timestamp() - interval '1 ms'
  where budget_key = $1 and ${ms('resting_until')} = $2::float8`;

/** As long as nobody has said anything since the lease was given. */
const isProbe = `coalesce(${ms('source_state.resting_until')} = $3::float8, false)`;

/** A rest that the provider asked for outlives the answers that were on their way. */
const isOver = `${isProbe} or source_state.failures >= ${failuresToOpen}
  or source_state.resting_until <= clock_timestamp()`;

const answeredQuery = `
  insert into source_state (budget_key, source, failures, last_ok_at) values ($1, $2, 0, clock_timestamp())
  on conflict (budget_key) do update set
    failures = 0, last_ok_at = excluded.last_ok_at,
    resting_until = case when ${isOver} then null else source_state.resting_until end,
    resting_reason = case when ${isOver} then null else source_state.resting_reason end`;

/** One that was on its way when the circuit opened says nothing new. */
const isLate = `source_state.failures >= ${failuresToOpen} and not ${isProbe}
  and coalesce(source_state.resting_until > clock_timestamp(), false)`;
const failuresNow = `source_state.failures + (not (${isLate}))::int`;
const opens = `$5::bool and ${failuresNow} >= ${failuresToOpen} and ${failuresNow} > source_state.failures`;
/** 60 s, doubled by each probe that fails. */
const restNow = `clock_timestamp() + make_interval(secs => least(
  ${longestRestMs / secondMs}, ${firstRestMs / secondMs} * 2.0 ^ least(20, ${failuresNow} - ${failuresToOpen})))`;

const failedQuery = `
  insert into source_state (budget_key, source, failures, last_error_at, last_error)
  values ($1, $2, 1, clock_timestamp(), $4)
  on conflict (budget_key) do update set
    failures = ${failuresNow}, last_error_at = excluded.last_error_at, last_error = excluded.last_error,
    resting_until = case when ${opens} then greatest(source_state.resting_until, ${restNow})
                         when ${isProbe} then null else source_state.resting_until end,
    resting_reason = case when ${opens} then format('failed %s times in a row, the last time: %s', ${failuresNow}, $4)
                          when ${isProbe} then null else source_state.resting_reason end`;

/** A provider that says "too many" is there: failures are counted anew. */
const limitedQuery = `
  insert into source_state (budget_key, source, failures, last_error_at, last_error, resting_until, resting_reason)
  values ($1, $2, 0, clock_timestamp(), $4, clock_timestamp() + make_interval(secs => $5::float8 / 1000), $4)
  on conflict (budget_key) do update set
    failures = 0, last_error_at = excluded.last_error_at, last_error = excluded.last_error,
    resting_until = case when ${isProbe} then excluded.resting_until
                         else greatest(source_state.resting_until, excluded.resting_until) end,
    resting_reason = excluded.resting_reason`;
