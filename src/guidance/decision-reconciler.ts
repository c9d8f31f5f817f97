import { Injectable, Logger } from '@nestjs/common';
import { WorkflowNotFoundError } from '@temporalio/client';
import { TemporalClient } from '../platform/temporal/temporal-client.js';
import type { DecisionId } from '../shared/ids.js';
import { minuteMs } from '../shared/time.js';
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
    private readonly temporal: TemporalClient,
  ) {}

  async reconcile(olderThanMs = graceMs): Promise<DecisionsReconciled> {
    const waiting = await this.decisions.awaitingSince(new Date(Date.now() - olderThanMs), batch);
    let expired = 0;
    for (const id of waiting) {
      if (await this.isOpen(id)) continue;
      this.logger.warn({ decisionId: id }, 'decision.reconciled');
      if ((await this.decisions.recordExpiry(id)) === 'expired') expired += 1;
    }
    return { examined: waiting.length, expired };
  }

  private async isOpen(id: DecisionId): Promise<boolean> {
    try {
      const { status } = await this.temporal.call((client) =>
        client.workflow.getHandle(decisionWorkflowId(id)).describe(),
      );
      return status.name === 'RUNNING' || status.name === 'PAUSED';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }
}
