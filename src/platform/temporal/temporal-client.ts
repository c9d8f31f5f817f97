import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  Client,
  Connection,
  isGrpcServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowNotFoundError,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import { DomainError } from '../../shared/errors.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { eachToItsEnd } from './each-to-its-end.js';
import type { Tracing } from './tracing.js';

export const TRACING = Symbol('tracing');

/** How long a request waits for Temporal before it answers 503. */
const deadlineMs = 3_000;
/** gRPC codes that say "not reachable now": deadline exceeded, unavailable, cancelled, resource exhausted. */
const awayCodes = new Set([4, 14, 1, 8]);

/** A poll is a wait of up to a minute; a poller not seen for longer is gone. */
const pollersCountForSeconds = 70;
/** Numbers of the wire's TaskQueueType. */
const taskTypes = { workflows: 1, activities: 2 } as const;

/** Whether an error means that the Temporal server could not be asked. */
function isTemporalAway(error: unknown): boolean {
  // says only that no answer came in time: the server may be there and wait for a worker
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return false;
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at) && awayCodes.has(at.code)) return true;
  }
  return false;
}

/** The process's one connection to Temporal. Every call has a deadline, because the SDK alone would retry for long. */
@Injectable()
export class TemporalClient implements OnApplicationShutdown {
  private readonly connection: Connection;
  readonly client: Client;
  private readonly inFlight = new Set<Promise<unknown>>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {
    this.connection = Connection.lazy({ address: config.temporal.address, connectTimeout: 2_000 });
    this.client = new Client({
      connection: this.connection,
      namespace: config.temporal.namespace,
      plugins: [tracing.plugin],
    });
  }

  /**
   * Runs one call against the server, at most `withinMs` long.
   *
   * @throws DomainError `unavailable` when the server does not answer; other errors pass
   */
  async call<T>(work: (client: Client) => Promise<T>, withinMs = deadlineMs): Promise<T> {
    const running = this.connection.withDeadline(Date.now() + withinMs, () => work(this.client));
    this.inFlight.add(running);
    try {
      return await running;
    } catch (error) {
      if (isTemporalAway(error)) {
        throw new DomainError('unavailable', 'the workflow service cannot be reached', { cause: error });
      }
      throw error;
    } finally {
      this.inFlight.delete(running);
    }
  }

  /** How a workflow ended, `open` while it runs, or `absent` when the server knows none of this id. */
  async endOf(workflowId: string): Promise<'open' | 'absent' | WorkflowExecutionStatusName> {
    try {
      const { status } = await this.call((client) => client.workflow.getHandle(workflowId).describe());
      return status.name === 'RUNNING' || status.name === 'PAUSED' ? 'open' : status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'absent';
      throw error;
    }
  }

  /** Those of the task queues on which no worker asks for such tasks. @throws DomainError `unavailable` as `call` */
  async unpolled(of: keyof typeof taskTypes, taskQueues: readonly string[], withinMs = deadlineMs): Promise<string[]> {
    const since = Date.now() / 1_000 - pollersCountForSeconds;
    const isPolled = async ({ workflowService }: Client, name: string) => {
      const { namespace } = this.config.temporal;
      const queue = { namespace, taskQueue: { name }, taskQueueType: taskTypes[of] };
      const { pollers } = await workflowService.describeTaskQueue(queue);
      return pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) >= since);
    };
    const ask = (client: Client) => eachToItsEnd(taskQueues.map((name) => isPolled(client, name)));
    const polled = await this.call(ask, withinMs);
    return taskQueues.filter((_, i) => !polled[i]);
  }

  /** @throws DomainError `unavailable` when the server cannot be reached */
  async ping(withinMs = 1_000): Promise<void> {
    await this.call(({ workflowService }) => workflowService.getSystemInfo({}), withinMs);
  }

  async onApplicationShutdown(): Promise<void> {
    // closing under a pending retry would throw from a timer and take the process down
    await Promise.allSettled(this.inFlight);
    await this.connection.close();
    // after the worker has drained: its last spans are sent too
    await this.tracing.shutdown();
  }
}
