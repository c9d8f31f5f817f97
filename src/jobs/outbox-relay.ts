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
import { DomainError } from '../shared/errors.js';
import { minuteMs, secondMs } from '../shared/time.js';
import { inTrace } from '../platform/temporal/tracing.js';
import { jobKindAttribute, portfolioIdAttribute } from './jobs.contract.js';
import { recordIn } from './job.repository.js';
import { WorkflowOutbox } from './workflow-outbox.entity.js';

const sweepEveryMs = 1_000;
const slowestSweepMs = 10_000;
const batch = 20;
/** A refused line waits longer each time, and this often. */
const mostRefusals = 8;
const slowestRetryMs = 5 * minuteMs;

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
    let away: DomainError | undefined;
    const found = await this.em.fork().transactional(async (em) => {
      const [id] = await em.execute<{ id: string }[]>(
        `select id from workflow_outbox where sent_at is null and next_attempt_at <= clock_timestamp()
         order by next_attempt_at, id limit 1 for update skip locked`,
      );
      if (!id) return false;
      const line = await em.findOneOrFail(WorkflowOutbox, id);
      line.attempts += 1;
      try {
        await this.start(line);
        line.sentAt = new Date();
        line.lastError = null;
      } catch (error) {
        line.lastError = error instanceof Error ? error.message : String(error);
        if (error instanceof DomainError && error.kind === 'unavailable') away = error;
        else await this.refused(em, line);
      }
      return true;
    });
    // thrown after the commit, which keeps the attempt: nothing else can be sent now either
    if (away) throw away;
    return found;
  }

  /** Temporal is there and does not take this line: the others go first, and in the end the job is told as failed. */
  private async refused(em: EntityManager, line: WorkflowOutbox): Promise<void> {
    this.logger.error({ jobId: line.jobId, attempts: line.attempts, reason: line.lastError }, 'outbox.refused');
    line.nextAttemptAt = new Date(Date.now() + Math.min(2 ** line.attempts * secondMs, slowestRetryMs));
    if (line.attempts < mostRefusals) return;
    const problem = {
      type: '/problems/not-started',
      title: 'Not started',
      detail: 'The workflow service does not accept this job.',
    };
    em.remove(line);
    const set = { state: 'failed', problem } as const;
    await recordIn(em, line.jobId, { key: 'failed', kind: 'failed', payload: { ...problem }, set });
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
