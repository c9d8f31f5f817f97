import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { assetClasses } from '../data/domain/asset.js';
import { JobsService } from '../jobs/jobs.service.js';
import { sha256 } from '../platform/crypto/sha256.js';
import { jsonParameter } from '../platform/http/old-parameters.js';
import { PoliciesService } from '../policies/policies.service.js';
import { defaultWeights } from '../portfolio/domain/default-weights.js';
import { LedgerService } from '../portfolio/ledger/ledger.service.js';
import { PortfolioService } from '../portfolio/portfolio.service.js';
import { instantIfGiven } from '../platform/http/instant.js';
import { ValuationService } from '../portfolio/valuation/valuation.service.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { DomainError, fieldsRefused, type FieldError } from '../shared/errors.js';
import type { AssetId, JobId, OwnerId, PortfolioId } from '../shared/ids.js';
import { dayMs, startOfUtcDay, toIso, type EpochMs } from '../shared/time.js';
import { riskMeasures } from './domain/measures/registry.js';
import { heldWeights, tradingRecordOf } from './priced-portfolio.js';
import { RiskPrices } from './risk-prices.js';
import { RiskReportRow } from './risk-report.entity.js';
import {
  assessRiskWorkflow,
  riskReportVersion,
  riskWorkflowId,
  type AssessRiskInput,
  type RiskRequest,
} from './risk.contract.js';
import {
  shocksSchema,
  type DashboardRiskQuery,
  type DashboardRiskView,
  type RiskQuery,
  type RiskReportView,
} from './risk.schemas.js';
import { dashboardRiskView, riskReportView } from './risk.views.js';

const btc = 'BTC' as AssetId;
const usd = 'USD' as AssetId;
/** How long a request waits for its report; the job goes on in any case. */
const longestWaitMs = 8_000;
/** The same for every report, so that two of them differ by their weights and prices alone. */
const seed = 42;
const defaultRiskFreeRate = 0.02;

interface Question {
  readonly ownerId: OwnerId;
  readonly portfolioId: PortfolioId | null;
  /** For the Temporal UI. */
  readonly name: string;
  readonly asOf: EpochMs;
  readonly knownAt: EpochMs | undefined;
  readonly request: RiskRequest;
}

/** Risk reports: a stored one is answered, another is made by a job, which a request starts or joins. */
@Injectable()
export class RiskService {
  constructor(
    private readonly em: EntityManager,
    private readonly assets: AssetRegistry,
    private readonly portfolios: PortfolioService,
    private readonly valuations: ValuationService,
    private readonly ledger: LedgerService,
    private readonly policies: PoliciesService,
    private readonly prices: RiskPrices,
    private readonly jobs: JobsService,
  ) {}

  /** @throws DomainError `not_found`; `invalid` or `bad_request` naming the parameter; `unavailable` naming the job */
  async ofPortfolio(ownerId: OwnerId, portfolioId: string, query: RiskQuery): Promise<RiskReportView> {
    const now = Date.now();
    const asOf = instantIfGiven('as_of', query.as_of, now);
    const knownAt = instantIfGiven('as_known_at', query.as_known_at, now);
    const asked = query.numeraire === undefined ? undefined : await this.assets.known(query.numeraire, 'numeraire');
    const { id: benchmark } = await this.assets.known(query.benchmark, 'benchmark');
    const shocks = query.shocks === undefined ? null : await this.shocks(query.shocks);
    const question = await this.question(ownerId, portfolioId as PortfolioId, { asOf, knownAt, now }, (own) => ({
      numeraire: asked?.id ?? own,
      benchmark,
      lookbackDays: query.lookback_days,
      riskFreeRate: query.risk_free_rate,
      shocks,
      seed,
    }));
    return riskReportView(await this.answered(question));
  }

  /** @throws DomainError `not_found` */
  async get(ownerId: OwnerId, id: string): Promise<RiskReportView> {
    const row = await this.em.findOne(RiskReportRow, { id, ownerId }, { disableIdentityMap: true });
    if (!row) throw new DomainError('not_found', `there is no risk report ${id}`);
    return riskReportView(row);
  }

  /** As the prototype meant it: of the default portfolio, in US dollars. */
  async dashboard(ownerId: OwnerId, { days }: DashboardRiskQuery): Promise<DashboardRiskView> {
    const now = Date.now();
    const rule = {
      numeraire: usd,
      benchmark: btc,
      lookbackDays: days,
      riskFreeRate: defaultRiskFreeRate,
      shocks: null,
      seed,
    };
    const own = await this.portfolios.defaultOf(ownerId);
    const question = own
      ? await this.question(ownerId, own.id as PortfolioId, { asOf: undefined, knownAt: undefined, now }, () => rule)
      : {
          ownerId,
          portfolioId: null,
          name: 'default weights',
          asOf: startOfUtcDay(now),
          knownAt: undefined,
          request: { ...rule, weights: defaultWeights, unpriced: [], notional: true, policy: null },
        };
    return dashboardRiskView(await this.answered(question), now);
  }

  private async question(
    ownerId: OwnerId,
    portfolioId: PortfolioId,
    { asOf, knownAt, now }: { asOf: EpochMs | undefined; knownAt: EpochMs | undefined; now: EpochMs },
    rest: (numeraire: AssetId) => Omit<RiskRequest, 'weights' | 'unpriced' | 'notional' | 'policy' | 'record'>,
  ): Promise<Question> {
    // prices of a day that goes on would make another report each time
    const at = asOf === undefined ? { pricesAt: startOfUtcDay(now) } : { asOf };
    const priced = await this.valuations.priced(ownerId, portfolioId, { ...at, knownAt });
    const { name, numeraire, valuation } = priced;
    // what is sold today counts for what is held now
    const soldBy = asOf === undefined ? startOfUtcDay(now) + dayMs : asOf;
    const record = await tradingRecordOf(this.ledger, priced, soldBy);
    const { policyId: id, version } = await this.policies.inForce(ownerId, portfolioId, knownAt);
    const weights = Object.fromEntries(heldWeights(priced)) as Record<AssetId, number>;
    const { unpriced } = valuation;
    const request = { ...rest(numeraire), weights, unpriced, notional: false, policy: { id, version }, record };
    return { ownerId, portfolioId, name, asOf: asOf ?? startOfUtcDay(now), knownAt, request };
  }

  /** The stored report, or the one that a job makes while the caller waits. */
  private async answered(question: Question): Promise<RiskReportRow> {
    const { ownerId } = question;
    const key = await this.keyOf(question);
    const stored = await this.em.findOne(RiskReportRow, { ownerId, key }, { disableIdentityMap: true });
    if (stored) return stored;
    await this.jobs.joined({ ownerId, method: 'GET', path: '/api/v1/risk-reports', key }, () => jobOf(question, key), {
      waitMs: longestWaitMs,
      words: { underWay: 'the report is being made', failed: 'the report could not be made' },
    });
    return this.em.findOneOrFail(RiskReportRow, { ownerId, key }, { disableIdentityMap: true });
  }

  /** Equal for questions whose report is the same. */
  private async keyOf({ ownerId, portfolioId, asOf, knownAt, request }: Question): Promise<string> {
    const prices = await this.prices.stateOf(request, { asOf, viewer: ownerId, knownAt });
    return sha256(
      canonicalJson({
        version: riskReportVersion,
        measures: riskMeasures.map(({ id }) => id),
        portfolioId,
        asOf,
        knownAt: knownAt ?? null,
        request,
        prices,
      }),
    );
  }

  private async shocks(text: string): Promise<RiskRequest['shocks']> {
    const given = jsonParameter('shocks', text, shocksSchema);
    const catalogue = await this.assets.catalogue();
    const errors: FieldError[] = [];
    const assets: Record<AssetId, number> = {};
    const classes: Record<string, number> = {};
    for (const [name, change] of Object.entries(given)) {
      if ((assetClasses as readonly string[]).includes(name)) {
        classes[name] = change;
        continue;
      }
      const resolved = catalogue.resolve(name);
      const field = `shocks.${name}`;
      if (resolved.kind === 'unknown') {
        const message = `is no asset class (${assetClasses.join(', ')}) and ${resolved.message}`;
        errors.push({ field, value: name, message });
      } else if (Object.hasOwn(assets, resolved.assetId)) {
        errors.push({ field, value: name, message: `names ${resolved.assetId} a second time` });
      } else assets[resolved.assetId] = change;
    }
    if (errors.length === 0) return { assets, classes };
    throw fieldsRefused('invalid', errors);
  }
}

function jobOf({ ownerId, portfolioId, name, asOf, knownAt, request }: Question, key: string) {
  const input: AssessRiskInput = {
    reportId: uuidv7(),
    jobId: uuidv7() as JobId,
    ownerId,
    portfolioId,
    key,
    asOf: toIso(asOf),
    knownAt: knownAt === undefined ? null : toIso(knownAt),
    request,
  };
  return {
    id: input.jobId,
    kind: 'risk_report',
    ownerId,
    portfolioId,
    workflowType: assessRiskWorkflow,
    workflowId: riskWorkflowId(input.reportId),
    // the server takes 400 bytes
    summary: `risk of "${name.slice(0, 40)}" as of ${toIso(asOf)}`,
    input,
  } as const;
}
