import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import type { Asset } from '../../data/domain/asset.js';
import type { IdempotentRequest, StoredAnswer } from '../../jobs/idempotency.js';
import { jobIdOf, JobsService, type RequestedJob } from '../../jobs/jobs.service.js';
import type { Config } from '../../platform/config/config.js';
import { CONFIG } from '../../platform/config/config.module.js';
import { instantOf } from '../../platform/http/instant.js';
import { PortfolioService } from '../../portfolio/portfolio.service.js';
import { refusedFor, type FieldError } from '../../shared/errors.js';
import type { AssetId, JobId, OwnerId, PortfolioId, SignalRunId } from '../../shared/ids.js';
import { toIso, type IsoInstant } from '../../shared/time.js';
import { tradeCategories, type TradeCategory } from '../../shared/trade-categories.js';
import { signalRunWorkflow, signalRunWorkflowId, signalScheduleId, type SignalRunInput } from '../signals.contract.js';
import type { CreateSignalRunBody } from '../signals.schemas.js';

/** Accepts runs of signals as jobs. */
@Injectable()
export class SignalRunRequests {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'guidance'>,
    private readonly jobs: JobsService,
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
  ) {}

  /** @throws DomainError `invalid` naming each field, `not_found` for the portfolio */
  async accept(request: IdempotentRequest, body: CreateSignalRunBody): Promise<StoredAnswer> {
    const { ownerId } = request;
    const now = Date.now();
    const asOf = instantOf('as_of', body.as_of, now);
    const rehearsal = body.as_of !== undefined && asOf < now;
    const categories = body.categories ?? tradeCategories;
    const { answer } = await this.jobs.request(request, async () => {
      const portfolioId = body.portfolio_id as PortfolioId;
      const usual = await this.usualAssets(ownerId, portfolioId);
      return jobFor({
        ownerId,
        portfolioId,
        assets: body.assets ? await this.named(body.assets) : usual,
        categories: tradeCategories.filter((one) => categories.includes(one)),
        asOf: toIso(asOf),
        rehearsal,
        opinions: body.opinions ?? (rehearsal ? 'none' : 'wanted'),
        answerWithinHours: this.config.guidance.answerWithinHours,
      });
    });
    return answer;
  }

  /** One run for every portfolio that holds something; portfolio, category and scheduled time are its key. */
  async requestScheduled(category: TradeCategory, scheduledTime: IsoInstant): Promise<JobId[]> {
    const asOf = toIso(Date.parse(scheduledTime));
    const jobIds: JobId[] = [];
    for (const { id: portfolioId, ownerId } of await this.portfolios.allWithHoldings()) {
      const body = { portfolio_id: portfolioId, category, as_of: asOf };
      const request = {
        ownerId,
        method: 'SCHEDULE',
        path: signalScheduleId(category),
        key: `${portfolioId}:${category}:${asOf}`,
        body,
      };
      const { answer } = await this.jobs.request(request, async () =>
        jobFor({
          ownerId,
          portfolioId,
          assets: await this.usualAssets(ownerId, portfolioId),
          categories: [category],
          asOf,
          rehearsal: false,
          opinions: 'wanted',
          answerWithinHours: this.config.guidance.answerWithinHours,
        }),
      );
      jobIds.push(jobIdOf(answer));
    }
    return jobIds;
  }

  /** What the portfolio holds and what is collected anyway: without cash, for which there is no signal. */
  private async usualAssets(ownerId: OwnerId, portfolioId: PortfolioId): Promise<AssetId[]> {
    const { holdings } = await this.portfolios.withHoldings(ownerId, portfolioId);
    const { assets } = await this.assets.catalogue();
    const held = new Set(holdings.map(({ assetId }) => assetId));
    return assets.filter((asset) => (held.has(asset.id) || asset.enabled) && !isCash(asset)).map(({ id }) => id);
  }

  private async named(texts: readonly string[]): Promise<AssetId[]> {
    const catalogue = await this.assets.catalogue();
    const errors: FieldError[] = [];
    const found = new Set<AssetId>();
    for (const [i, text] of texts.entries()) {
      const resolved = catalogue.resolve(text);
      const field = `assets.${i}`;
      if (resolved.kind === 'unknown') errors.push({ field, value: text, message: resolved.message });
      else if (isCash(catalogue.of(resolved.assetId)!)) {
        errors.push({ field, value: text, message: 'is cash, for which there are no signals' });
      } else found.add(resolved.assetId);
    }
    if (errors.length > 0) throw refusedFor(errors);
    return [...found];
  }
}

const isCash = ({ assetClass }: Asset): boolean => assetClass === 'cash';

/** The job of one run. */
function jobFor(wanted: Omit<SignalRunInput, 'runId' | 'jobId'>): RequestedJob {
  const input: SignalRunInput = { runId: uuidv7() as SignalRunId, jobId: uuidv7() as JobId, ...wanted };
  const { ownerId, portfolioId, assets, categories, asOf } = input;
  return {
    id: input.jobId,
    kind: 'signal_run',
    ownerId,
    portfolioId,
    workflowType: signalRunWorkflow,
    workflowId: signalRunWorkflowId(input.runId),
    summary: `${categories.join(', ')} signals of ${assets.length} assets as of ${asOf}`,
    input,
  };
}
