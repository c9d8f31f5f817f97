import { setTimeout as sleep } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { HttpSourceIo } from '../../../../src/data/sources/http-source-io.js';
import { SourceGate } from '../../../../src/data/sources/source-gate.js';
import type { MarketDataSource, SourceOutcome } from '../../../../src/data/sources/market-data-source.js';
import { toApplicationFailure } from '../../../../src/platform/temporal/failures.js';
import { startMarketSimulator } from '../../../../tools/market-simulator/server.js';
import { freshDatabase, openOrm, type TestDatabase } from '../../../support/database.js';
import { anAnswer, aSource, ioThat } from '../../../support/fake-source.js';

let database: TestDatabase;
let orms: MikroORM[];
let owner: pg.Client;
beforeAll(async () => {
  database = await freshDatabase();
  orms = await Promise.all([1, 2, 3].map(() => openOrm(database.url)));
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await Promise.all(orms.map((orm) => orm.close(true)));
  await database.drop();
});

/** A gate as a process of its own has it: other pool, other memory. */
const gateOf = (process = 0) => new SourceGate(orms[process]!.em);
const gates = () => orms.map((_, i) => gateOf(i));
const url = new URL('http://127.0.0.1/nothing');
const noWait = () => undefined;

let made = 0;
const named = () => `source${(made += 1)}`;

const usage = async ({ budget }: MarketDataSource) => {
  const { rows } = await owner.query<{ second: Date; weight: number }>(
    'select second, weight from source_usage where budget_key = $1 and weight <> 0 order by second',
    [budget.key],
  );
  return rows;
};
const used = async (source: MarketDataSource) => (await usage(source)).reduce((sum, { weight }) => sum + weight, 0);
/** Usage so long ago, by the database's clock; answers its second. */
const usedBefore = async ({ budget }: MarketDataSource, secondsAgo: number, weight: number): Promise<number> => {
  const { rows } = await owner.query<{ second: Date }>(
    `insert into source_usage (budget_key, second, weight)
     values ($1, date_trunc('second', clock_timestamp() - make_interval(secs => $2)), $3) returning second`,
    [budget.key, secondsAgo, weight],
  );
  return rows[0]!.second.getTime();
};
const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
const hour = 3_600;

describe('the budget', () => {
  // every taker is a loop of its own, in one of three "processes"; the provider counts when a request comes in
  test('no window of any alignment is overdrawn, however many processes take at once and however slow the way is', async () => {
    const limit = 8;
    const source = aSource(named(), [{ name: 'second', limit }]);
    const arrivals: number[] = [];
    const random = lcg(7);
    const io = ioThat(async () => {
      await sleep(random() * 300);
      arrivals.push(performance.now());
      await sleep(random() * 300);
      return anAnswer();
    });
    const takers = gates().flatMap((gate) =>
      Array.from({ length: 8 }, async () => {
        while (arrivals.length < 32) await gate.guard(source, io, noWait).get(url);
      }),
    );
    await Promise.all(takers);
    expect(arrivals.length).toBeGreaterThanOrEqual(32);
    for (const begin of arrivals) {
      const inWindow = arrivals.filter((at) => at >= begin && at < begin + 1_000);
      expect(inWindow.length).toBeLessThanOrEqual(limit);
    }
  });

  test('a provider that counts for itself never sees one request too many', async () => {
    const simulator = await startMarketSimulator({ limits: { yahoofinance: { second: 4 } } });
    const source = aSource(named(), [{ name: 'second', limit: 4 }]);
    const io = new HttpSourceIo({ signal: new AbortController().signal });
    const chart = new URL('/v8/finance/chart/SPY?range=1d&interval=1d', simulator.url);
    let answers = 0;
    const takers = gates().flatMap((gate) =>
      [1, 2, 3, 4].map(async () => {
        while (answers < 12) if ((await gate.guard(source, io, noWait).get(chart)).kind === 'response') answers += 1;
      }),
    );
    await Promise.all(takers);
    const { yahoofinance } = simulator.stats().sources;
    await simulator.stop();
    expect(yahoofinance).toMatchObject({ requests: answers, overLimit: 0 });
    expect(yahoofinance.largest.second).toBeLessThanOrEqual(4);
  });

  test('what is used up is an outcome that names the window and when it renews, and nothing is sent', async () => {
    const source = aSource(named(), [
      { name: 'minute', limit: 5 },
      { name: 'day', limit: 25 },
    ]);
    const first = await usedBefore(source, 23 * hour, 20);
    await usedBefore(source, 2 * hour, 5);
    const gate = gateOf();
    const io = gate.guard(source, ioThat(), noWait);
    const renews = iso(first + 1_000 + 24 * hour * 1_000);
    expect(await io.get(url)).toEqual({
      kind: 'rateLimited',
      retryAfterMs: expect.any(Number),
      why: `25 of 25 requests of the day are used; the next one may be sent ${renews}`,
      unsent: true,
    });
    expect(io.requests).toBe(0);
    expect(await used(source)).toBe(25);
  });

  test('a request waits for the room that it needs, which is more than the next one’s', async () => {
    const source = aSource(named(), [{ name: 'day', limit: 10 }]);
    await usedBefore(source, 20 * hour, 3);
    const second = await usedBefore(source, 10 * hour, 6);
    const io = gateOf().guard(source, ioThat(), noWait);
    expect(await io.get(url, { weight: 5 })).toMatchObject({
      why: `9 of 10 request weight of the day are used; the next one may be sent ${iso(second + 1_000 + 24 * hour * 1_000)}`,
    });
    expect(await io.get(url, { weight: 1 })).toMatchObject({ kind: 'response' });
    expect(await io.get(url, { weight: 11 })).toEqual({
      kind: 'rateLimited',
      retryAfterMs: undefined,
      why: 'the budget is 10 request weight a day: 11 never fit',
      unsent: true,
    });
    expect(await used(source)).toBe(10);
  });

  test('what is soon waits inside, and says so', async () => {
    const source = aSource(named(), [{ name: 'second', limit: 1 }]);
    const waits: number[] = [];
    const io = gateOf().guard(source, ioThat(), (ms) => waits.push(ms));
    // the first one never waits; on a machine that sleeps in between, neither does the second
    while (waits.length === 0) expect(await io.get(url)).toMatchObject({ kind: 'response' });
    expect(io.requests).toBeGreaterThanOrEqual(2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2_000);
  });

  test('who gives up while waiting has used nothing', async () => {
    const source = aSource(named(), [{ name: 'second', limit: 1 }]);
    const caller = new AbortController();
    let sent = 0;
    const count = () => {
      sent += 1;
      return anAnswer();
    };
    const giveUp = () => caller.abort(new Error('no longer wanted'));
    const io = gateOf().guard(source, ioThat(count, caller.signal), giveUp);
    const untilOneWaits = async () => {
      for (;;) await io.get(url);
    };
    await expect(untilOneWaits()).rejects.toThrow('no longer wanted');
    expect(io.requests).toBe(sent);
    // older usage may have been pruned meanwhile
    expect(await used(source)).toBeLessThanOrEqual(sent);
  });

  test('who gives up between taking and sending gives the place back', async () => {
    const source = aSource(named(), [{ name: 'minute', limit: 1 }]);
    const caller = new AbortController();
    const io = gateOf().guard(source, ioThat(undefined, caller.signal), noWait);
    const asking = io.get(url);
    caller.abort(new Error('no longer wanted'));
    await expect(asking).rejects.toThrow('no longer wanted');
    expect(io.requests).toBe(0);
    expect(await used(source)).toBe(0);
    expect(await gateOf(1).guard(source, ioThat(), noWait).get(url)).toMatchObject({ kind: 'response' });
  });

  test('a request counts until a window after its answer: on the way to the provider it may have been slow', async () => {
    const source = aSource(named(), [{ name: 'minute', limit: 5 }]);
    let takenIn = 0;
    const io = gateOf().guard(
      source,
      ioThat(async () => {
        takenIn = (await usage(source))[0]!.second.getTime();
        await sleep(1_100);
        return anAnswer();
      }),
      noWait,
    );
    await io.get(url);
    const rows = await usage(source);
    expect(rows).toEqual([{ second: expect.any(Date), weight: 1 }]);
    expect(rows[0]!.second.getTime()).toBeGreaterThan(takenIn);
  });

  test('forgets what is older than the longest window, of this account alone', async () => {
    const [source, other] = [aSource(named(), [{ name: 'minute', limit: 5 }]), aSource(named(), [])];
    await usedBefore(source, 62, 3);
    const kept = await usedBefore(source, 50, 2);
    await usedBefore(other, 62, 3);
    await gateOf().guard(source, ioThat(), noWait).get(url);
    expect((await usage(source)).map(({ second }) => second.getTime())).toEqual([kept, expect.any(Number)]);
    expect(await used(source)).toBe(3);
    expect(await used(other)).toBe(3);
  });

  test('weight that is taken ahead belongs to the question, whoever asks meanwhile', async () => {
    const source = aSource(named(), [{ name: 'minute', limit: 3 }]);
    const io = gateOf(0).guard(source, ioThat(), noWait);
    expect(await io.get(url, { ahead: 1 })).toMatchObject({ kind: 'response' });
    expect(await used(source)).toBe(2);
    expect(await gateOf(1).guard(source, ioThat(), noWait).get(url)).toMatchObject({ kind: 'response' });
    // both processes are at the end of the budget now, and this one has a place left
    expect(await gateOf(1).guard(source, ioThat(), noWait).get(url)).toMatchObject({ kind: 'rateLimited' });
    expect(await io.get(url)).toMatchObject({ kind: 'response' });
    expect(await io.get(url)).toMatchObject({ kind: 'rateLimited', unsent: true });
    expect(await used(source)).toBe(3);
  });

  test('a question that has no room for what comes after it is not begun', async () => {
    const source = aSource(named(), [{ name: 'minute', limit: 3 }]);
    await usedBefore(source, 20, 2);
    const io = gateOf().guard(source, ioThat(), noWait);
    expect(await io.get(url, { ahead: 1 })).toMatchObject({ kind: 'rateLimited', unsent: true });
    expect([io.requests, await used(source)]).toEqual([0, 2]);
  });

  test('weight that is taken ahead counts from when it is used, and is no way past a rest', async () => {
    const source = aSource(named(), [{ name: 'minute', limit: 5 }]);
    const io = gateOf().guard(source, ioThat(), noWait);
    await io.get(url, { ahead: 2 });
    await sleep(1_100);
    await io.get(url);
    const rows = await usage(source);
    expect(rows.map(({ weight }) => weight)).toEqual([2, 1]);
    await gateOf(1).learn(source, { kind: 'rateLimited', retryAfterMs: 60_000 });
    expect(await io.get(url)).toMatchObject({ kind: 'rateLimited', unsent: true });
    expect(io.requests).toBe(2);
  });

  test('the usage of an account that nobody asks any more is forgotten after a month', async () => {
    const [abandoned, asked] = [aSource(named(), []), aSource(named(), [{ name: 'month', limit: 50 }])];
    await usedBefore(abandoned, 33 * 24 * hour, 3);
    await usedBefore(abandoned, 31 * 24 * hour, 4);
    await usedBefore(asked, 30 * 24 * hour, 5);
    await Promise.all(gates().map((gate) => gate.learn(asked, { kind: 'empty' })));
    expect([await used(abandoned), await used(asked)]).toEqual([4, 5]);
  });

  test('D36: five gates, as five modules would make them, share one budget, and a window of days counts days', async () => {
    const source = aSource(named(), [{ name: 'day', limit: 4 }]);
    await usedBefore(source, 24 * hour - 300, 1);
    await usedBefore(source, 24 * hour + 5, 9);
    const outcomes = await Promise.all(
      [0, 1, 2, 0, 1].map(async (process) => (await gateOf(process).guard(source, ioThat(), noWait).get(url)).kind),
    );
    expect(outcomes.toSorted()).toEqual(['rateLimited', 'rateLimited', 'response', 'response', 'response']);
  });

  test('what is on this machine has no budget and needs no database', async () => {
    const away = await openOrm(database.url);
    await away.close(true);
    const io = new SourceGate(away.em).guard(aSource(named(), []), ioThat(), noWait);
    expect(await io.get(url)).toMatchObject({ kind: 'response' });
    expect(io.requests).toBe(1);
  });

  test('without the database nobody is asked, and another attempt is worth it', async () => {
    const dead = await openOrm('postgresql://fks_app@127.0.0.1:1/nowhere');
    const gate = new SourceGate(dead.em);
    const source = aSource(named(), [{ name: 'minute', limit: 5 }]);
    const io = gate.guard(source, ioThat(), noWait);
    const error = await io.get(url).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.any(String) });
    // undefined: Temporal sees it as it is, and retries
    expect(toApplicationFailure(error)?.nonRetryable ?? false).toBe(false);
    expect(io.requests).toBe(0);
    await expect(gate.restingUntil(source)).rejects.toThrow();
    await dead.close(true);
  });
});

describe('the circuit', () => {
  const minute = [{ name: 'minute' as const, limit: 1_000 }];
  const down: SourceOutcome<never> = { kind: 'unavailable', why: 'status 503' };
  const ok: SourceOutcome<string> = { kind: 'ok', value: 'bars' };
  const learnt = async (source: MarketDataSource, ...outcomes: SourceOutcome<unknown>[]) => {
    for (const outcome of outcomes) await gateOf().learn(source, outcome);
  };
  const standing = async (source: MarketDataSource) => (await gateOf(2).state([source]))[0]!;
  const failed = (times: number) => Array.from({ length: times }, () => down);
  /** As if the rest had ended just now. */
  const letRestEnd = ({ budget }: MarketDataSource) =>
    owner.query(`update source_state set resting_until = clock_timestamp() - interval '1 s' where budget_key = $1`, [
      budget.key,
    ]);

  test('opens after five failures in a row, for all processes, and says why and until when', async () => {
    const source = aSource(named(), minute);
    await learnt(source, ...failed(4), ok, ...failed(4));
    expect(await gateOf(1).restingUntil(source)).toBeUndefined();
    await learnt(source, { kind: 'badAnswer', why: 'no JSON: "<html>"' });
    const rest = await gateOf(1).restingUntil(source);
    expect(rest).toEqual({
      until: expect.any(Number),
      leftMs: expect.any(Number),
      cause: 'failures',
      why:
        'failed 5 times in a row, the last time: no JSON: "<html>"; ' +
        `the next request may be sent ${iso(rest!.until)}`,
    });
    expect(rest!.leftMs).toBeGreaterThan(0);
    expect(rest!.leftMs).toBeLessThanOrEqual(60_000);
    expect(await standing(source)).toMatchObject({
      failures: 5,
      resting: { until: rest!.until, why: 'failed 5 times in a row, the last time: no JSON: "<html>"' },
      lastError: 'no JSON: "<html>"',
      lastOkAt: expect.any(Number),
      lastErrorAt: expect.any(Number),
    });
  });

  test('answers that were on their way when it opened do not open it wider', async () => {
    const source = aSource(named(), minute);
    await learnt(source, ...failed(9));
    expect(await standing(source)).toMatchObject({ failures: 5 });
    expect((await standing(source)).resting!.leftMs).toBeLessThanOrEqual(60_000);
  });

  test('after the rest exactly one caller is the probe, of all processes together', async () => {
    const source = aSource(named(), minute);
    await learnt(source, ...failed(5));
    await letRestEnd(source);
    const callers = gates().flatMap((gate) => Array.from({ length: 8 }, () => gate.restingUntil(source)));
    expect((await Promise.all(callers)).filter((rest) => rest === undefined)).toHaveLength(1);
  });

  test('each probe that fails doubles the rest, up to a quarter of an hour; one that gets an answer closes it', async () => {
    const source = aSource(named(), minute);
    await learnt(source, ...failed(5));
    const rests: number[] = [];
    const gate = gateOf();
    for (let probe = 0; probe < 6; probe++) {
      rests.push(Math.ceil((await standing(source)).resting!.leftMs / 60_000));
      await letRestEnd(source);
      expect(await gate.restingUntil(source)).toBeUndefined();
      await gate.learn(source, down);
    }
    expect(rests).toEqual([1, 2, 4, 8, 15, 15]);
    await letRestEnd(source);
    expect(await gate.restingUntil(source)).toBeUndefined();
    await gate.learn(source, { kind: 'empty' });
    expect(await standing(source)).toMatchObject({ failures: 0, resting: undefined });
    expect(await gateOf(1).restingUntil(source)).toBeUndefined();
  });

  test('what says nothing about the provider is no failure, and a probe that learnt nothing leaves it to the next', async () => {
    const source = aSource(named(), minute);
    const nothing: SourceOutcome<never>[] = [
      { kind: 'unknownAsset' },
      { kind: 'notOffered', why: 'has no stock prices' },
      { kind: 'missingKey', variable: 'SOME_API_KEY' },
      { kind: 'rateLimited', retryAfterMs: 60_000, why: '5 of 5 requests of the minute are used', unsent: true },
    ];
    await learnt(source, ...failed(4), ...nothing, ...nothing, { kind: 'empty' });
    expect(await standing(source)).toMatchObject({ failures: 0, resting: undefined });
    await learnt(source, ...failed(5));
    for (const outcome of nothing) {
      await letRestEnd(source);
      const gate = gateOf();
      expect(await gate.restingUntil(source)).toBeUndefined();
      await gate.learn(source, outcome);
      expect(await standing(source)).toMatchObject({ failures: 5, resting: undefined });
    }
    expect(await gateOf(1).restingUntil(source)).toBeUndefined();
    expect(await gateOf(2).restingUntil(source)).toMatchObject({ why: expect.stringContaining('failed 5 times') });
  });

  test('a probe that was lost with its process is replaced', async () => {
    const source = aSource(named(), minute);
    await learnt(source, ...failed(5));
    await letRestEnd(source);
    expect(await gateOf(0).restingUntil(source)).toBeUndefined();
    expect(await gateOf(1).restingUntil(source)).toBeDefined();
    await letRestEnd(source);
    expect(await gateOf(1).restingUntil(source)).toBeUndefined();
  });

  test('a probe that tells too late, or never, ends nobody’s later rest', async () => {
    const source = aSource(named(), minute);
    await learnt(source, { kind: 'rateLimited', retryAfterMs: 60_000 });
    await letRestEnd(source);
    const late = gateOf();
    expect(await late.restingUntil(source)).toBeUndefined();
    await learnt(source, { kind: 'rateLimited', retryAfterMs: 600_000 });
    const { until } = (await standing(source)).resting!;
    expect(await late.guard(source, ioThat(), noWait).get(url)).toMatchObject({ kind: 'rateLimited', unsent: true });
    for (const outcome of [{ kind: 'unknownAsset' } as const, ok, ok]) await late.learn(source, outcome);
    expect((await standing(source)).resting!.until).toBe(until);
  });

  test('Retry-After rests the account for that long; an answer that was on its way does not end it', async () => {
    const source = aSource(named(), minute);
    await learnt(source, down, { kind: 'rateLimited', retryAfterMs: 120_000 }, ok, { kind: 'empty' });
    const rest = (await standing(source)).resting!;
    expect(rest).toMatchObject({ cause: 'limit', why: 'asks to wait 120 s' });
    expect(rest.leftMs).toBeGreaterThan(60_000);
    expect(rest.leftMs).toBeLessThanOrEqual(120_000);
    await learnt(source, { kind: 'rateLimited', retryAfterMs: 1_000 });
    expect((await standing(source)).resting!.until).toBe(rest.until);
    await letRestEnd(source);
    // the provider is there: everybody goes on, no probe is sent ahead
    expect(await gateOf(1).restingUntil(source)).toBeUndefined();
    expect(await gateOf(2).restingUntil(source)).toBeUndefined();
  });

  test('a provider that does not say for how long is left alone for a minute; nobody’s header for more than three days', async () => {
    const [vague, absurd] = [aSource(named(), minute), aSource(named(), minute)];
    await learnt(vague, { kind: 'rateLimited', retryAfterMs: undefined });
    await learnt(absurd, { kind: 'rateLimited', retryAfterMs: 1e12 });
    const within = async (source: MarketDataSource, seconds: number) => {
      const { leftMs } = (await standing(source)).resting!;
      expect(leftMs).toBeGreaterThan((seconds - 30) * 1_000);
      expect(leftMs).toBeLessThanOrEqual(seconds * 1_000);
    };
    await within(vague, 60);
    await within(absurd, 3 * 24 * hour);
  });

  test('a question of many requests stops when another process has been told to wait; the probe goes on', async () => {
    const source = aSource(named(), minute);
    const io = gateOf(0).guard(source, ioThat(), noWait);
    expect(await io.get(url)).toMatchObject({ kind: 'response' });
    await gateOf(1).learn(source, { kind: 'rateLimited', retryAfterMs: 60_000 });
    const { until } = (await standing(source)).resting!;
    expect(await io.get(url)).toEqual({
      kind: 'rateLimited',
      retryAfterMs: expect.any(Number),
      why: `asks to wait 60 s; the next request may be sent ${iso(until)}`,
      unsent: true,
    });
    expect(io.requests).toBe(1);
    await letRestEnd(source);
    const prober = gateOf(2);
    await prober.restingUntil(source);
    const probe = prober.guard(source, ioThat(), noWait);
    expect(await probe.get(url)).toMatchObject({ kind: 'response' });
    expect(await probe.get(url)).toMatchObject({ kind: 'response' });
  });

  test('a folder never rests: one broken file says nothing about the others', async () => {
    const folder = aSource(named(), []);
    await learnt(folder, ...Array.from({ length: 9 }, () => ({ kind: 'badAnswer' as const, why: 'no header' })));
    expect(await standing(folder)).toMatchObject({ failures: 9, resting: undefined, lastError: 'no header' });
    expect(await gateOf().restingUntil(folder)).toBeUndefined();
  });
});

test('tells how each source stands, also one that was never asked', async () => {
  const [fresh, busy] = [
    aSource(named(), [{ name: 'minute', limit: 5 }]),
    aSource(named(), [
      { name: 'minute', limit: 5 },
      { name: 'day', limit: 3 },
    ]),
  ];
  const first = await usedBefore(busy, 10 * hour, 2);
  const second = await usedBefore(busy, 5, 3);
  await gateOf().learn(busy, { kind: 'ok', value: 1 });
  const empty = { failures: 0, resting: undefined, lastOkAt: null, lastErrorAt: null, lastError: null };
  expect(await gateOf(1).state([fresh, busy])).toEqual([
    { source: fresh.id, windows: [{ name: 'minute', limit: 5, used: 0, left: 5, renewsAt: null }], ...empty },
    {
      source: busy.id,
      windows: [
        { name: 'minute', limit: 5, used: 3, left: 2, renewsAt: second + 61_000 },
        // five are used of three, after the limit was lowered: only the younger ones make room
        { name: 'day', limit: 3, used: 5, left: 0, renewsAt: second + 1_000 + 24 * hour * 1_000 },
      ],
      ...empty,
      lastOkAt: expect.any(Number),
    },
  ]);
  expect(second).toBeGreaterThan(first);
  expect(await gateOf(1).state([])).toEqual([]);
});

/** Numerical Recipes' generator: the same delays in every run. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
