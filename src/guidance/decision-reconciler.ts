import { Injectable, Logger } from '@nestjs/common';
import { WorkflowNotFoundError } from '@temporalio/client';
import { JobsService } from '../jobs/jobs.service.js';
import { TemporalClient } from '../platform/temporal/temporal-client.js';
import type { DecisionId } from '../shared/ids.js';
import { minuteMs } from '../shared/time.js';
import type { Decision } from './decision.entity.js';
import { DecisionRepository } from './decision.repository.js';
import { decisionWorkflowId, type DecisionsReconciled } from './guidance.contract.js';

/** A workflow that is still there gets this long to tell of the expiry itself. */
const graceMs = 2 * minuteMs;
const batch = 200;

/** Settles decisions that nobody can answer any more because their workflow ended without settling them. */
@Injectable()
export class DecisionReconciler {
  private readonly logger = new Logger(DecisionReconciler.name);

  constructor(
    private readonly decisions: DecisionRepository,
    private readonly jobs: JobsService,
    private readonly temporal: TemporalClient,
  ) {}

  async reconcile(olderThanMs = graceMs): Promise<DecisionsReconciled> {
    const waiting = await this.decisions.awaitingSince(new Date(Date.now() - olderThanMs), batch);
    let expired = 0;
    for (const decision of waiting) {
      if (await this.isOpen(decision)) continue;
      const id = decision.id as DecisionId;
      this.logger.warn({ decisionId: id }, 'decision.reconciled');
      if ((await this.decisions.recordExpiry(id)) === 'expired') expired += 1;
    }
    return { examined: waiting.length, expired };
  }

  private async isOpen({ id, portfolioId }: Decision): Promise<boolean> {
    try {
      const { status } = await this.temporal.call((client) =>
        client.workflow.getHandle(decisionWorkflowId(id as DecisionId)).describe(),
      );
      return status.name === 'RUNNING' || status.name === 'PAUSED';
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      // the job that opened it starts its workflow next, however long it has to wait for a worker
      return this.jobs.hasUnfinished(portfolioId);
    }
  }
}
