import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes, type SearchAttributePair } from '@temporalio/common';
import type { Config } from '../platform/config/config.js';
import { CONFIG } from '../platform/config/config.module.js';
import { TemporalClient } from '../platform/temporal/temporal-client.js';
import { inTrace } from '../platform/temporal/tracing.js';
import { jobKindAttribute, portfolioIdAttribute } from './jobs.contract.js';
import { WorkflowOutbox } from './workflow-outbox.entity.js';

const sweepEveryMs = 1_000;
const slowestSweepMs = 10_000;
const batch = 20;

/**
 * Starts the workflows that the outbox holds, each once, in every process that runs it.
 *
 * A line is locked while it is sent (`for update skip locked`), and its workflow id is unique for ever, so two relays,
 * or a relay that died between start and commit, never start a workflow twice.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly stopping = new AbortController();
  private alarm = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly em: EntityManager,
    private readonly temporal: TemporalClient,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.loop;
  }

  /** Has the outbox swept now instead of at the next interval. */
  wake(): void {
    this.alarm.abort();
  }

  private async run(): Promise<void> {
    for (let pause = sweepEveryMs; !this.stopping.signal.aborted;) {
      this.alarm = new AbortController();
      try {
        const sent = await this.sweep();
        pause = sweepEveryMs;
        if (sent === batch) continue;
      } catch (error) {
        this.logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'outbox.waiting');
        pause = Math.min(pause * 2, slowestSweepMs);
      }
      // a wake-up ends the pause early; it is no error
      await sleep(pause, undefined, { signal: this.alarm.signal }).catch(() => undefined);
    }
  }

  /** Sends up to one batch of lines; each line is committed by itself. */
  async sweep(): Promise<number> {
    for (let sent = 0; sent < batch; sent++) {
      if (this.stopping.signal.aborted || !(await this.sendOne())) return sent;
    }
    return batch;
  }

  private async sendOne(): Promise<boolean> {
    let failure: Error | undefined;
    const found = await this.em.fork().transactional(async (em) => {
      const [id] = await em.execute<{ id: string }[]>(
        'select id from workflow_outbox where sent_at is null order by id limit 1 for update skip locked',
      );
      if (!id) return false;
      const line = await em.findOneOrFail(WorkflowOutbox, id);
      line.attempts += 1;
      try {
        await this.start(line);
        line.sentAt = new Date();
        line.lastError = null;
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        line.lastError = failure.message;
      }
      return true;
    });
    // thrown after the commit, which keeps the attempt
    if (failure) throw failure;
    return found;
  }

  private async start(line: WorkflowOutbox): Promise<void> {
    const attributes: SearchAttributePair[] = [{ key: jobKindAttribute, value: line.jobKind }];
    if (line.portfolioId) attributes.push({ key: portfolioIdAttribute, value: line.portfolioId });
    try {
      await inTrace(line.traceHeaders, () =>
        this.temporal.call((client) =>
          client.workflow.start(line.workflowType, {
            args: [line.input],
            workflowId: line.workflowId,
            taskQueue: this.config.temporal.taskQueue,
            workflowIdReusePolicy: 'REJECT_DUPLICATE',
            typedSearchAttributes: new TypedSearchAttributes(attributes),
            staticSummary: line.summary,
            staticDetails: `job \`${line.jobId}\``,
          }),
        ),
      );
      this.logger.log({ jobId: line.jobId, workflowId: line.workflowId }, 'job.workflow_started');
    } catch (error) {
      // an earlier attempt got through, and its answer was lost
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}
