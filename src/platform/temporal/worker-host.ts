import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { activityInterceptor } from './activity.interceptor.js';
import { TRACING } from './temporal-client.js';
import type { Tracing } from './tracing.js';

export const WORKER_CODE = Symbol('worker code');

/** Activities that are done on a task queue of their own, so many at a time. */
export interface ActivityQueue {
  taskQueue: string;
  activities: object;
  atOnce: number;
}

/** The worker's activities and where its workflows are: prebuilt, or the sources to bundle at start. */
export interface WorkerCode {
  activities: object;
  bundlePath: string;
  workflowsPath: string;
  queues: readonly ActivityQueue[];
}

export type WorkerHostState = 'connecting' | 'running' | 'stopped' | 'failed';

const connectTimeoutMs = 5_000;
const slowestReconnectMs = 5_000;

/**
 * Keeps the Temporal workers running, the main one and one a queue of activities: waits for a late server, drains all on
 * shutdown, and tells when one has died.
 */
@Injectable()
export class WorkerHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WorkerHost.name);
  private readonly stopping = new AbortController();
  private workers: Worker[] = [];
  private running: Promise<void> | undefined;
  private current: WorkerHostState = 'connecting';
  /** Called once when the worker ends by itself; the process must not live on without it. */
  onFatal: (error: unknown) => void = () => undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(TRACING) private readonly tracing: Tracing,
    @Inject(WORKER_CODE) private readonly code: WorkerCode,
    private readonly em: EntityManager,
  ) {}

  get state(): WorkerHostState {
    return this.current;
  }

  onApplicationBootstrap(): void {
    this.running = this.run().then(
      () => {
        this.current = 'stopped';
      },
      (error: unknown) => {
        if (this.stopping.signal.aborted) return;
        this.current = 'failed';
        this.logger.error({ err: error }, 'worker.failed');
        this.onFatal(error);
      },
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.shutDown();
    await this.running;
  }

  private async run(): Promise<void> {
    const connection = await this.connect();
    try {
      this.workers = await this.create(connection);
      if (this.stopping.signal.aborted) return;
      this.current = 'running';
      const { taskQueue } = this.config.temporal;
      this.logger.log({ taskQueue, queues: this.code.queues.map((queue) => queue.taskQueue) }, 'worker.running');
      // one that dies takes the others along: half a worker would look like a whole one
      const running = this.workers.map((worker) => worker.run());
      try {
        await Promise.race(running);
      } finally {
        this.shutDown();
        await Promise.allSettled(running);
      }
      await Promise.all(running);
    } finally {
      await connection.close();
    }
  }

  private shutDown(): void {
    for (const worker of this.workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  }

  private create(connection: NativeConnection): Promise<Worker[]> {
    const ofQueues = this.code.queues.map((queue) => Worker.create(this.queueOptions(connection, queue)));
    return Promise.all([Worker.create(this.options(connection)), ...ofQueues]);
  }

  private options(connection: NativeConnection): WorkerOptions {
    const { bundlePath, workflowsPath, activities } = this.code;
    const workflows = existsSync(bundlePath) ? { workflowBundle: { codePath: bundlePath } } : { workflowsPath };
    return {
      ...this.common(connection),
      taskQueue: this.config.temporal.taskQueue,
      ...workflows,
      activities,
      workflowTaskPollerBehavior: { type: 'autoscaling' },
      activityTaskPollerBehavior: { type: 'autoscaling' },
    };
  }

  /** One poll at a time: such queues see a question every now and then, and there are many of them. */
  private queueOptions(connection: NativeConnection, { taskQueue, activities, atOnce }: ActivityQueue): WorkerOptions {
    return {
      ...this.common(connection),
      taskQueue,
      activities,
      maxConcurrentActivityTaskExecutions: atOnce,
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
    };
  }

  private common(connection: NativeConnection): Omit<WorkerOptions, 'taskQueue'> {
    return {
      connection,
      namespace: this.config.temporal.namespace,
      plugins: [this.tracing.plugin],
      interceptors: { activity: [activityInterceptor(this.em)] },
      shutdownGraceTime: `${this.config.shutdownGraceSeconds} s`,
      shutdownForceTime: `${this.config.shutdownGraceSeconds + 5} s`,
    };
  }

  /** Tries for ever: a worker that starts before the server waits for it. A silent peer would hang the SDK's own call. */
  private async connect(): Promise<NativeConnection> {
    for (let delay = 250; ; delay = Math.min(delay * 2, slowestReconnectMs)) {
      this.stopping.signal.throwIfAborted();
      let connecting: Promise<NativeConnection> | undefined;
      try {
        const timeout = sleep(connectTimeoutMs, undefined, { ref: false }).then(() => {
          throw new Error(`no answer within ${connectTimeoutMs} ms`);
        });
        connecting = NativeConnection.connect({ address: this.config.temporal.address });
        return await Promise.race([connecting, timeout]);
      } catch (error) {
        // one that comes through too late is not wanted any more; one that fails is told of below
        void connecting?.then((late) => late.close()).catch(() => undefined);
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.warn({ address: this.config.temporal.address, reason }, 'worker.waiting_for_temporal');
        await sleep(delay, undefined, { signal: this.stopping.signal, ref: false });
      }
    }
  }
}
