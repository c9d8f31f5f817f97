import type { SourceIo, SourceResponse } from '../../../../src/data/sources/market-data-source.js';
import { limitedIo, RateLimiter } from '../../../../src/data/sources/rate-limiter.js';

const url = new URL('http://127.0.0.1:9/');
const answer = (simulatedSeed: string | null): SourceResponse => ({
  kind: 'response',
  status: 200,
  body: '',
  header: () => undefined,
  simulatedSeed,
});

/** A clock that only waiting moves, and the moments at which requests left. */
function world(seed: string | null = null, signal = new AbortController().signal) {
  const seen = { now: 1_000, left: [] as number[], waits: [] as number[] };
  const io: SourceIo = {
    signal,
    now: () => seen.now,
    get: () => {
      seen.left.push(seen.now);
      return Promise.resolve(answer(seed));
    },
  };
  const wait = (ms: number) => {
    seen.now += ms;
    return Promise.resolve();
  };
  return { seen, io, wait };
}

test('requests within the limit go at once, the next one when the oldest is a minute old', () => {
  const limiter = new RateLimiter(3);
  expect([0, 10_000, 20_000].map((now) => limiter.book(now))).toEqual([0, 10_000, 20_000]);
  expect([30_000, 30_000, 30_000, 30_000].map((now) => limiter.book(now))).toEqual([60_000, 70_000, 80_000, 120_000]);
  // long after, nothing waits
  expect([500_000, 500_000, 500_000].map((now) => limiter.book(now))).toEqual([500_000, 500_000, 500_000]);
});

test('no limit never waits', () => {
  const limiter = new RateLimiter(Infinity);
  expect([1, 1, 1].map((now) => limiter.book(now))).toEqual([1, 1, 1]);
});

test('a request over the limit waits for its turn and says so', async () => {
  const { seen, io, wait } = world();
  const limited = limitedIo(io, new RateLimiter(2), (ms) => seen.waits.push(ms), wait);
  for (let i = 0; i < 5; i++) await limited.get(url);
  expect(seen.left).toEqual([1_000, 1_000, 61_000, 61_000, 121_000]);
  expect(seen.waits).toEqual([60_000, 60_000]);
});

test('answers of the market simulator cost nothing', async () => {
  const { seen, io, wait } = world('7');
  const limited = limitedIo(io, new RateLimiter(2), (ms) => seen.waits.push(ms), wait);
  for (let i = 0; i < 5; i++) await limited.get(url);
  expect(seen.waits).toEqual([]);
});

test('a caller that gives up while it waits is thrown its reason, and its turn goes to the next', async () => {
  const caller = new AbortController();
  const { seen, io } = world(null, caller.signal);
  const limiter = new RateLimiter(1);
  const limited = limitedIo(io, limiter, () => caller.abort(new Error('given up')));
  await limited.get(url);
  await expect(limited.get(url)).rejects.toThrow('given up');
  expect(seen.left).toHaveLength(1);
  expect(limiter.book(1_000)).toBe(61_000);
});
