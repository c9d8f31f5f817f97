import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { isCash } from '../data/domain/seed-assets.js';
import { splitNotes } from '../data/domain/split-adjustment.js';
import { AdjustedCloses } from '../data/prices/adjusted-closes.js';
import { ComputePool, type ComputeTask } from '../platform/compute/compute-pool.js';
import { instantIfGiven } from '../platform/http/instant.js';
import { PoliciesService } from '../policies/policies.service.js';
import { accountsOf } from '../portfolio/domain/ledger.js';
import { SplitHistory } from '../portfolio/domain/splits.js';
import { AssetSplits } from '../portfolio/ledger/asset-splits.js';
import { LedgerService } from '../portfolio/ledger/ledger.service.js';
import { UsdRates } from '../portfolio/valuation/usd-rates.js';
import { ValuationService } from '../portfolio/valuation/valuation.service.js';
import type { TradingRecord } from '../risk/domain/trading-record.js';
import { heldWeights, tradingRecordOf } from '../risk/priced-portfolio.js';
import type { AssetId, OwnerId, PortfolioId } from '../shared/ids.js';
import { dayMs, startOfUtcDay, utcDate, type EpochMs } from '../shared/time.js';
import { answeredOpinions } from './domain/answered-opinions.js';
import type { BiasReport } from './domain/bias-report.js';
import { findBiases, type Finding } from './domain/find-biases.js';
import { movesFrom } from './domain/moves.js';
import { lookBackDays } from './domain/trading.js';
import type { TradingHistory } from './domain/trading-history.js';
import type { BiasQuery, BiasReportView } from './bias.schemas.js';
import { biasReportView } from './bias.views.js';

/** People change: older trades say little of today's habits, and reading has to end. */
const judgedDays = 5 * 365;
const mostAnswers = 500;
/** So few are judged before a thread would have started. */
const fewMoves = 300;
/** How long a request waits for the thread. */
const longestWaitMs = 20_000;

const inThread: ComputeTask<TradingHistory, ReturnType<typeof findBiases>> = {
  module: new URL('./domain/find-biases.js', import.meta.url),
  name: 'findBiases',
};

interface At {
  /** Trades before it and prices that were made by then count; without it, everything until now. */
  readonly asOf?: EpochMs | undefined;
  /** For audits: what was recorded and stored by then. */
  readonly knownAt?: EpochMs | undefined;
}

/** Biases of the person who decides, from transactions and answers. */
@Injectable()
export class BiasService {
  private last: { readonly key: string; readonly report: Promise<BiasReport> } | undefined;

  constructor(
    private readonly assets: AssetRegistry,
    private readonly ledger: LedgerService,
    private readonly valuations: ValuationService,
    private readonly rates: UsdRates,
    private readonly closes: AdjustedCloses,
    private readonly splits: AssetSplits,
    private readonly policies: PoliciesService,
    private readonly audit: AuditService,
    private readonly compute: ComputePool,
  ) {}

  /** @throws DomainError `not_found`; `invalid` naming the parameter; `unavailable` when it takes too long */
  async view(ownerId: OwnerId, portfolioId: string, query: BiasQuery): Promise<BiasReportView> {
    const now = Date.now();
    const asOf = instantIfGiven('as_of', query.as_of, now);
    const knownAt = instantIfGiven('as_known_at', query.as_known_at, now);
    return biasReportView(portfolioId, await this.of(ownerId, portfolioId, { asOf, knownAt }));
  }

  /** What was known at one instant of one as-of stays as it is; the parts of a run ask one after the other. @throws as `view` */
  of(ownerId: OwnerId, portfolioId: string, at: At): Promise<BiasReport> {
    if (at.asOf === undefined || at.knownAt === undefined) return this.report(ownerId, portfolioId, at);
    const key = `${ownerId} ${portfolioId} ${at.asOf} ${at.knownAt}`;
    if (this.last?.key !== key) {
      const report = this.report(ownerId, portfolioId, at);
      this.last = { key, report };
      report.catch(() => {
        if (this.last?.report === report) this.last = undefined;
      });
    }
    return this.last.report;
  }

  private async report(ownerId: OwnerId, portfolioId: string, { asOf: wanted, knownAt }: At): Promise<BiasReport> {
    const asOf = wanted ?? Date.now();
    const policy = await this.policies.inForce(ownerId, portfolioId as PortfolioId, knownAt);
    const { weights, record, past } = await this.held(ownerId, portfolioId, { asOf: wanted, knownAt }, asOf);
    const { accounts, transactions } = await this.ledger.stateOf(ownerId, portfolioId, { knownAt });

    const trades = past.filter(({ kind }) => kind === 'buy' || kind === 'sell');
    const since = Math.max(startOfUtcDay(trades[0]?.executedAt ?? asOf), asOf - judgedDays * dayMs);
    const needed = new Set(past.filter(({ assetId }) => !isCash(assetId)).map(({ assetId }) => assetId));
    const known = await this.splits.of(ownerId, needed, knownAt);
    const read = await this.closes.of(
      needed,
      { viewer: ownerId, since: startOfUtcDay(since) - lookBackDays * dayMs, before: asOf - dayMs + 1, knownAt },
      known,
    );
    const isAdjusted = (assetId: AssetId) => ['split', 'total_return'].includes(read.get(assetId)?.adjustment ?? 'raw');
    const moves = movesFrom(past, {
      accounts: accountsOf(accounts),
      isCash,
      usdRateAt: await this.rates.of(new Set(accounts.map(({ currency }) => currency)), ownerId, asOf),
      splits: new SplitHistory(transactions),
      splitsUntil: (assetId) => (isAdjusted(assetId) ? Infinity : asOf),
    });
    const history: TradingHistory = {
      asOf,
      since,
      moves,
      closes: new Map([...read].map(([assetId, { openTimes, usd: closes }]) => [assetId, { openTimes, closes }])),
      opinions: await this.opinions(ownerId, portfolioId, Math.min(asOf, knownAt ?? asOf)),
      weights,
      limits: policy.limits,
      currencies: new Set([...needed, ...(weights?.keys() ?? [])].filter(isCash)),
    };
    const unpriced = [...needed].filter((assetId) => !read.has(assetId));
    return {
      asOf,
      since,
      knownAt,
      findings: await this.found(history),
      record,
      weights,
      limits: policy.limits,
      policy,
      simulated: [...read.values()].some(({ world }) => world !== ''),
      notes: [
        ...(since > startOfUtcDay(trades[0]?.executedAt ?? asOf)
          ? [`trades before ${utcDate(since)} are not judged`]
          : []),
        ...(unpriced.length > 0 ? [`no prices are stored of ${unpriced.slice(0, 20).join(', ')}`] : []),
        ...[...read].flatMap(([assetId, { splits }]) => splitNotes(assetId, splits, since)),
      ],
    };
  }

  /** What is held, and how trading went of late. */
  private async held(
    ownerId: OwnerId,
    portfolioId: string,
    at: At,
    asOf: EpochMs,
  ): Promise<{
    weights: ReadonlyMap<AssetId, number> | null;
    record: TradingRecord;
    past: Awaited<ReturnType<ValuationService['priced']>>['transactions'];
  }> {
    const priced = await this.valuations.priced(ownerId, portfolioId, at);
    const record = await tradingRecordOf(this.ledger, priced, asOf);
    const weights = heldWeights(priced);
    return { weights: weights.size > 0 ? weights : null, record, past: priced.transactions };
  }

  /** The latest answers to proposals, as the audit trail has them. */
  private async opinions(ownerId: OwnerId, portfolioId: string, by: EpochMs): Promise<TradingHistory['opinions']> {
    const stream = `portfolio:${portfolioId}`;
    const settled = await this.audit.ofKinds(ownerId, stream, ['approved', 'rejected'], by, mostAnswers);
    const keys = settled.map(({ subject }) => `${subject}:proposed`);
    return answeredOpinions([...settled, ...(await this.audit.withKeys(ownerId, stream, keys))]);
  }

  private async found(history: TradingHistory): Promise<Finding[]> {
    if (history.moves.length <= fewMoves) return findBiases(history);
    const late = (seconds: number) => `the tests did not end within ${seconds} seconds: ask again later`;
    return this.compute.runWithin(inThread, history, longestWaitMs, late);
  }
}
