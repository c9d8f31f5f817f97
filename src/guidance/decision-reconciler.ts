import { Injectable, Logger } from '@nestjs/common';
import { JobsService } from '../jobs/jobs.service.js';
import { everyRow } from '../platform/database/every-row.js';
import { TemporalClient } from '../platform/temporal/temporal-client.js';
import type { DecisionId } from '../shared/ids.js';
import { minuteMs } from '../shared/time.js';
import type { Decision } from './decision.entity.js';
import { DecisionRepository } from './decision.repository.js';
import { decisionWorkflowId, type DecisionsReconciled } from './guidance.contract.js';

/** A workflow that is still there gets this long to tell of the expiry itself. */
const graceMs = 2 * minuteMs;

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
    const opened = new Date(Date.now() - olderThanMs);
    let [examined, expired] = [0, 0];
    for await (const decision of everyRow((id, limit) => this.decisions.awaitingSince(opened, id, limit))) {
      examined += 1;
      if (await this.repair(decision)) expired += 1;
    }
    return { examined, expired };
  }

  private async repair(decision: Decision): Promise<boolean> {
    if (await this.isOpen(decision)) return false;
    this.logger.warn({ decisionId: decision.id }, 'decision.reconciled');
    return (await this.decisions.recordExpiry(decision.id as DecisionId)) === 'expired';
  }

  private async isOpen({ id, portfolioId }: Decision): Promise<boolean> {
    // the job that opened it starts its workflow next, however long it has to wait for a worker; asked first, because a
    // job that ends between the two questions has started the workflow
    const isComing = await this.jobs.hasUnfinished(portfolioId);
    const end = await this.temporal.endOf(decisionWorkflowId(id as DecisionId));
    return end === 'open' || (end === 'absent' && isComing);
  }
}
