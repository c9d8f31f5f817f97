import { Inject, Injectable, Logger } from '@nestjs/common';
import { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { GuidanceService } from '../guidance/guidance.service.js';
import type { IdempotentRequest, StoredAnswer } from '../jobs/idempotency.js';
import { jobIdOf, JobsService } from '../jobs/jobs.service.js';
import type { CollectionReport } from '../data/data.contract.js';
import { isCash } from '../data/domain/seed-assets.js';
import { OptimizationService } from '../optimization/optimization.service.js';
import type { Config } from '../platform/config/config.js';
import { CONFIG } from '../platform/config/config.module.js';
import { PortfolioService } from '../portfolio/portfolio.service.js';
import { DomainError } from '../shared/errors.js';
import type { DecisionId, JobId, OptimizationId, OwnerId, PipelineId, PortfolioId } from '../shared/ids.js';
import { parseAsOf, toIso, type EpochMs, type IsoInstant } from '../shared/time.js';
import { SignalsService } from '../signals/signals.service.js';
import { Pipeline } from './pipeline.entity.js';
import { pipelineWorkflowId, runPipelineWorkflow, type RunPipelineInput } from './pipelines.contract.js';
import type { PipelineView } from './pipelines.schemas.js';
import { pipelineView } from './pipelines.views.js';

@Injectable()
export class PipelinesService {
  private readonly logger = new Logger(PipelinesService.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly em: EntityManager,
    private readonly jobs: JobsService,
    private readonly portfolios: PortfolioService,
    private readonly signals: SignalsService,
    private readonly optimizations: OptimizationService,
    private readonly guidance: GuidanceService,
  ) {}

  /** Accepts a run over the portfolio's assets as they are held now. */
  request(request: IdempotentRequest, portfolioId: PortfolioId, asOfText?: string): Promise<StoredAnswer> {
    const now = Date.now();
    const asOf = asOfFrom(asOfText, now);
    return this.accept(request, portfolioId, asOf, asOfText !== undefined && asOf < now);
  }

  private async accept(
    request: IdempotentRequest,
    portfolioId: PortfolioId,
    asOf: EpochMs,
    rehearsal: boolean,
  ): Promise<StoredAnswer> {
    const { ownerId } = request;
    const { answer } = await this.jobs.request(request, async (em) => {
      const { name, holdings } = await this.portfolios.withHoldings(ownerId, portfolioId);
      const assets = holdings.map(({ assetId }) => assetId).filter((assetId) => !isCash(assetId));
      if (assets.length === 0) {
        throw new DomainError('conflict', `portfolio "${name}" holds nothing; set its holdings first`);
      }
      const input: RunPipelineInput = {
        pipelineId: uuidv7() as PipelineId,
        jobId: uuidv7() as JobId,
        ownerId,
        portfolioId,
        assets,
        asOf: toIso(asOf),
        rehearsal,
        optimizationId: uuidv7() as OptimizationId,
        decisionId: uuidv7() as DecisionId,
        answerWithinHours: this.config.guidance.answerWithinHours,
      };
      const { pipelineId, jobId, optimizationId, decisionId } = input;
      em.create(Pipeline, {
        id: pipelineId,
        ownerId,
        jobId,
        portfolioId,
        asOf: new Date(asOf),
        rehearsal,
        assets,
        optimizationId,
        decisionId,
        createdAt: new Date(),
      });
      return {
        id: jobId,
        kind: 'pipeline',
        ownerId,
        portfolioId,
        workflowType: runPipelineWorkflow,
        workflowId: pipelineWorkflowId(pipelineId),
        // the server takes 400 bytes
        summary: `pipeline of "${name.slice(0, 40)}" as of ${toIso(asOf)}${rehearsal ? ' (rehearsal)' : ''}`,
        input,
      };
    });
    return answer;
  }

  /** A run for every portfolio that holds something; the scheduled time is as-of and key, so each is requested once. */
  async requestScheduled(scheduledTime: IsoInstant): Promise<JobId[]> {
    const jobIds: JobId[] = [];
    for (const { id, ownerId } of await this.portfolios.allWithHoldings()) {
      const body = { portfolio_id: id, as_of: scheduledTime };
      const request = { ownerId, method: 'SCHEDULE', path: 'daily-pipeline', key: `${id}:${scheduledTime}`, body };
      try {
        const answer = await this.accept(request, id, Date.parse(scheduledTime), false);
        jobIds.push(jobIdOf(answer));
      } catch (error) {
        // emptied since it was listed; the other portfolios have their runs
        if (!(error instanceof DomainError) || error.kind !== 'conflict') throw error;
        this.logger.warn({ portfolioId: id, reason: error.message }, 'pipeline.not_scheduled');
      }
    }
    return jobIds;
  }

  async get(ownerId: OwnerId, id: string): Promise<PipelineView> {
    const row = await this.em.findOne(Pipeline, { id, ownerId });
    if (!row) throw new DomainError('not_found', `there is no pipeline ${id}`);
    const signals = await this.signals.ofRun(ownerId, id as PipelineId);
    const optimized = await this.optimizations.exists(ownerId, row.optimizationId as OptimizationId);
    const decided = await this.guidance.exists(ownerId, row.decisionId);
    return pipelineView(row, { signals, optimized, decided });
  }

  async recordCollection(id: PipelineId, report: CollectionReport): Promise<void> {
    await this.em.nativeUpdate(Pipeline, { id }, { collection: report });
  }
}

/** The last instant whose bars may be used; without a text, now. @throws DomainError `invalid` for the future */
function asOfFrom(text: string | undefined, now: EpochMs): EpochMs {
  if (text === undefined) return now;
  const asOf = parseAsOf(text);
  if (asOf === undefined || asOf > now) {
    const message = asOf === undefined ? 'is no instant' : `lies in the future: it means ${toIso(asOf)}`;
    throw new DomainError('invalid', `as_of ${message}`, { errors: [{ field: 'as_of', value: text, message }] });
  }
  return asOf;
}
