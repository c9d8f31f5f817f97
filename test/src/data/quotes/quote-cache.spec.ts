import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { QuoteCache } from '../../../../src/data/quotes/quote-cache.js';
import type { Config } from '../../../../src/platform/config/config.js';
import { redisBinary, startRedis, type TestRedis } from '../../../support/redis.js';

const cacheAt = (redisUrl: string) => new QuoteCache({ sources: { redisUrl } as Config['sources'] });

let told: string[] = [];
const tell = (...said: unknown[]) => void told.push(String(said.find((one) => String(one).startsWith('quotes.'))));
beforeEach(() => {
  told = [];
  Logger.overrideLogger({ log: tell, warn: tell, error: tell });
});
afterAll(() => Logger.overrideLogger(false));

let redis: TestRedis | undefined;
beforeAll(async () => {
  if (redisBinary) redis = await startRedis(redisBinary);
});
afterAll(() => redis?.drop());

const backends: { name: string; isThere: boolean; url: () => string }[] = [
  { name: 'in this process', isThere: true, url: () => '' },
  redisBinary
    ? { name: 'with Redis', isThere: true, url: () => redis!.url }
    : { name: 'with Redis (skipped: there is no redis-server on the PATH)', isThere: false, url: () => '' },
];

for (const { name, isThere, url } of backends) {
  (isThere ? describe : describe.skip)(name, () => {
    let cache: QuoteCache;
    beforeEach(() => {
      cache = cacheAt(url());
    });
    afterEach(() => cache.onApplicationShutdown());

    test('keeps what it was given, value for value, and knows nothing else', async () => {
      const value = { kind: 'quote', quote: { price: '0.00000012', time: 1_764_000_000_000, simulatedSeed: null } };
      await cache.set('a', value, 60_000);
      expect(await cache.get('a')).toEqual(value);
      expect(await cache.get('b')).toBeUndefined();
      expect(told).toEqual([]);
    });

    test('the newer value replaces the older one', async () => {
      await cache.set('c', 1, 60_000);
      await cache.set('c', 2, 60_000);
      expect(await cache.get('c')).toBe(2);
    });

    test('forgets a value when its time is over', async () => {
      await cache.set('d', 'short', 40);
      await sleep(100);
      expect(await cache.get('d')).toBeUndefined();
    });

    test('D34: holds text that is only ever parsed as JSON, and no more entries than its bound', async () => {
      const text = JSON.stringify({ __proto__: null, toString: 'a text' });
      await cache.set('e', JSON.parse(text), 60_000);
      expect(await cache.get('e')).toEqual({ toString: 'a text' });
      for (let i = 0; i < 5_100; i++) await ownStore(cache).set(`flood ${i}`, i, 60_000);
      expect((ownStore(cache).store as Map<string, unknown>).size).toBe(5_000);
      for (const stored of (ownStore(cache).store as Map<string, unknown>).values())
        expect(typeof stored).toBe('string');
    });
  });
}

/** The part of the cache that lives in this process. */
const ownStore = (cache: QuoteCache) =>
  (cache as unknown as { own: { store: unknown; set(key: string, value: unknown, ttl: number): Promise<unknown> } })
    .own;

const title = redisBinary ? 'Redis' : 'Redis (skipped: there is no redis-server on the PATH)';
(redisBinary ? describe : describe.skip)(title, () => {
  test('processes share what one of them has asked for', async () => {
    const [one, other] = [cacheAt(redis!.url), cacheAt(redis!.url)];
    await one.set('shared', 'a price', 60_000);
    expect(await other.get('shared')).toBe('a price');
    await Promise.all([one.onApplicationShutdown(), other.onApplicationShutdown()]);
  });

  test('away at run time: what this process knows still answers, and that it is away is told once, that it is back, too', async () => {
    const cache = cacheAt(redis!.url);
    await cache.set('before', 1, 60_000);
    await redis!.stop();
    for (let i = 0; i < 5; i++) {
      await cache.set('during', i, 60_000);
      expect(await cache.get('during')).toBe(i);
      expect(await cache.get('before')).toBe(1);
      expect(await cache.get('never')).toBeUndefined();
    }
    expect(told).toEqual(['quotes.redis_away']);
    await redis!.start();
    for (let tries = 0; told.length < 2 && tries < 200; tries++) {
      await sleep(50);
      await cache.get('never');
    }
    expect(told).toEqual(['quotes.redis_away', 'quotes.redis_back']);
    await cache.onApplicationShutdown();
  });

  test('away from the start, too', async () => {
    const cache = cacheAt('redis://127.0.0.1:1');
    await cache.set('a', 1, 60_000);
    expect(await cache.get('a')).toBe(1);
    expect(await cache.get('b')).toBeUndefined();
    expect(told).toEqual(['quotes.redis_away']);
    await cache.onApplicationShutdown();
  });
});
