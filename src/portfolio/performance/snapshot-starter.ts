import { Inject, Injectable } from '@nestjs/common';
import { TypedSearchAttributes } from '@temporalio/common';
import { portfolioIdAttribute } from '../../jobs/jobs.contract.js';
import type { Config } from '../../platform/config/config.js';
import { CONFIG } from '../../platform/config/config.module.js';
import { TemporalClient } from '../../platform/temporal/temporal-client.js';
import { PortfolioRepository } from '../portfolio.repository.js';
import { snapshotPerformanceWorkflow, snapshotWorkflowId, type SnapshotInput } from './performance.contract.js';

/** Has the days of portfolios brought up to date by workflows. */
@Injectable()
export class SnapshotStarter {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly temporal: TemporalClient,
    private readonly portfolios: PortfolioRepository,
  ) {}

  /** Starts a snapshot, or joins the one that runs. @throws DomainError `unavailable` when Temporal cannot be reached */
  async start(input: SnapshotInput): Promise<void> {
    const attributes = [{ key: portfolioIdAttribute, value: input.portfolioId }];
    await this.temporal.call((client) =>
      client.workflow.start(snapshotPerformanceWorkflow, {
        args: [input],
        workflowId: snapshotWorkflowId(input.portfolioId),
        taskQueue: this.config.temporal.taskQueue,
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        typedSearchAttributes: new TypedSearchAttributes(attributes),
        staticSummary: 'days of a portfolio',
      }),
    );
  }

  /** Of every portfolio that holds something. @returns how many */
  async startAll(onEach: (note: string) => void): Promise<number> {
    const all = await this.portfolios.allWithHoldings();
    for (const [i, { id: portfolioId, ownerId }] of all.entries()) {
      await this.start({ portfolioId, ownerId });
      onEach(`${i + 1} of ${all.length} portfolios`);
    }
    return all.length;
  }
}
