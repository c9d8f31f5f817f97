import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { DomainError, InvariantViolation } from '../../shared/errors.js';

/** A pure function that a module exports under `name`; what it takes and gives must survive a structured clone. */
export interface ComputeTask<Input, Output> {
  /** `new URL('./domain/optimize-snapshot.js', import.meta.url)` */
  readonly module: URL;
  readonly name: string;
  /** Only the types of the function; never called here. */
  readonly like?: (input: Input) => Output;
}

/** One thread is left to the event loop, so that heartbeats and other activities go on. */
const maxThreads = Math.max(1, availableParallelism() - 1);
const idleTimeout = 30_000;

/**
 * Runs work that would hold up the event loop (more than about 100 ms) in a worker thread. Threads start when there is
 * work and end after half a minute without any.
 */
@Injectable()
export class ComputePool implements OnApplicationShutdown {
  private pool: Piscina | undefined;

  /**
   * @throws the signal's reason when it aborts: the thread is ended in the middle of its work
   * @throws InvariantViolation when the function throws: what input can cause is in its answer
   */
  async run<Input, Output>(task: ComputeTask<Input, Output>, input: Input, signal: AbortSignal): Promise<Output> {
    signal.throwIfAborted();
    this.pool ??= new Piscina({ minThreads: 0, maxThreads, idleTimeout });
    try {
      return (await this.pool.run(input, { filename: task.module.href, name: task.name, signal })) as Output;
    } catch (error) {
      signal.throwIfAborted();
      throw new InvariantViolation(`${task.name} failed in its thread: ${String(error)}`, { cause: error });
    }
  }

  /**
   * As `run`, for a caller who waits: what takes longer than `longestMs` is ended.
   *
   * @param late what is said then, after the number of seconds: `ask again later`
   * @throws DomainError `unavailable` when it takes longer
   */
  async runWithin<Input, Output>(
    task: ComputeTask<Input, Output>,
    input: Input,
    longestMs: number,
    late: (seconds: number) => string,
  ): Promise<Output> {
    const signal = AbortSignal.timeout(longestMs);
    try {
      return await this.run(task, input, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new DomainError('unavailable', late(longestMs / 1_000), { cause: error, retryAfterSeconds: 10 });
    }
  }

  /** Running work is ended: its activity is asked for again elsewhere. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
  }
}
