import KeyvRedis from '@keyv/redis';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Keyv } from 'keyv';
import { CONFIG } from '../../platform/config/config.module.js';
import type { Config } from '../../platform/config/config.js';
import { secondMs } from '../../shared/time.js';
import { BoundedMap } from './bounded-map.js';
import { inTime } from './in-time.js';

/** Every source's price of every asset fits in many times over; a flood of others does not fill the memory. */
const mostEntries = 5_000;
const namespace = 'fks-quotes';
/** A cache that is slower than this is none. */
const longestWaitMs = 250;
const connectTimeoutMs = secondMs;
/** So long nobody waits for a Redis that is away. */
const awayMs = secondMs;
const slowestReconnectMs = 2 * secondMs;

/**
 * Short-lived values as JSON text: in this process, with a bound, and in Redis as well when one is configured, so that
 * processes share them. Without Redis, or while it is away, this process's own ones answer.
 */
@Injectable()
export class QuoteCache implements OnApplicationShutdown {
  private readonly logger = new Logger(QuoteCache.name);
  private readonly own = new Keyv({ store: new BoundedMap<string, unknown>(mostEntries), throwOnErrors: true });
  private readonly redis: KeyvRedis<string> | undefined;
  private readonly shared: Keyv | undefined;
  private connecting: Promise<unknown> | undefined;
  private notBefore = 0;
  private isAway = false;
  private isStopped = false;

  constructor(@Inject(CONFIG) { sources: { redisUrl } }: Pick<Config, 'sources'>) {
    if (redisUrl === '') return;
    const reconnectStrategy = (attempts: number) => Math.min(slowestReconnectMs, 100 * 2 ** Math.min(attempts, 5));
    this.redis = new KeyvRedis<string>(
      {
        url: redisUrl,
        // while it is away a command fails at once instead of waiting for better times
        disableOfflineQueue: true,
        socket: { connectTimeout: connectTimeoutMs, reconnectStrategy },
      },
      { namespace, throwOnErrors: true },
    );
    this.shared = new Keyv(this.redis, { namespace, useKeyPrefix: false, throwOnErrors: true });
    // what the client tells between two commands
    this.redis.on('error', (error: unknown) => this.tellAway(error));
    this.shared.on('error', (error: unknown) => this.tellAway(error));
  }

  async get<T>(key: string): Promise<T | undefined> {
    return (await this.own.get<T>(key)) ?? (await this.withRedis((shared) => shared.get<T>(key)));
  }

  /** Keeps a value that JSON can tell for so long. */
  async set(key: string, value: unknown, ttlMs: number): Promise<void> {
    await this.own.set(key, value, ttlMs);
    await this.withRedis((shared) => shared.set(key, value, ttlMs));
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.redis?.disconnect(true);
  }

  /** Undefined when Redis cannot answer now: that is told once, and once when it is back. */
  private async withRedis<T>(ask: (shared: Keyv) => Promise<T>): Promise<T | undefined> {
    if (!this.shared || this.isStopped || Date.now() < this.notBefore) return undefined;
    try {
      const answer = await inTime(longestWaitMs, this.whenConnected(this.shared, ask));
      if (!answer) throw new Error(`no answer within ${longestWaitMs} ms`);
      if (this.isAway) this.logger.log('quotes.redis_back');
      this.isAway = false;
      return answer.value;
    } catch (error) {
      this.notBefore = Date.now() + awayMs;
      this.tellAway(error);
      return undefined;
    }
  }

  /** One connection for all who wait for it. */
  private async whenConnected<T>(shared: Keyv, ask: (shared: Keyv) => Promise<T>): Promise<T> {
    this.connecting ??= this.redis!.getClient().finally(() => (this.connecting = undefined));
    await this.connecting;
    // a client that was closed while it connected would connect anew
    if (this.isStopped) throw new Error('this process is stopping');
    return ask(shared);
  }

  private tellAway(error: unknown): void {
    if (!this.isAway && !this.isStopped) this.logger.warn({ reason: reasonOf(error) }, 'quotes.redis_away');
    this.isAway = true;
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
