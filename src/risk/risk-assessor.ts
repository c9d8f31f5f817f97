import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../data/assets/asset-registry.js';
import { splitNotes } from '../data/domain/split-adjustment.js';
import type { AdjustedPrices } from '../data/prices/adjusted-closes.js';
import { DailyCloses } from '../data/prices/daily-closes.js';
import { ComputePool, type ComputeTask } from '../platform/compute/compute-pool.js';
import { serviceVersion } from '../platform/health/service-identity.js';
import { defaultLimits } from '../policies/domain/policy-limits.js';
import { PoliciesService } from '../policies/policies.service.js';
import type { AssetId } from '../shared/ids.js';
import { dayMs, utcDate } from '../shared/time.js';
import { lookbackStart, type AssessmentInput, type RiskAssessment } from './domain/assessment.js';
import { historicalWindows } from './domain/stress.js';
import { RiskPrices } from './risk-prices.js';
import { RiskReportRow, type RiskProvenance } from './risk-report.entity.js';
import { riskReportVersion, type AssessRiskInput, type RiskSummary } from './risk.contract.js';

const firstStressDay = Math.min(...historicalWindows.map(({ from }) => Date.parse(`${from}T00:00:00Z`)));

const inThread: ComputeTask<AssessmentInput, RiskAssessment> = {
  module: new URL('./domain/assessment.js', import.meta.url),
  name: 'assessRisk',
};

/** Makes and stores risk reports. */
@Injectable()
export class RiskAssessor {
  constructor(
    private readonly em: EntityManager,
    private readonly assets: AssetRegistry,
    private readonly closes: DailyCloses,
    private readonly prices: RiskPrices,
    private readonly policies: PoliciesService,
    private readonly compute: ComputePool,
  ) {}

  /** Once for a key. @throws the signal's reason when it aborts */
  async make(input: AssessRiskInput, signal: AbortSignal): Promise<RiskSummary> {
    const { reportId: id, ownerId, portfolioId, key, request } = input;
    const stored = await this.storedUnder(input);
    if (stored) return summaryOf(stored);

    const [asOf, knownAt] = [Date.parse(input.asOf), input.knownAt === null ? undefined : Date.parse(input.knownAt)];
    const read = await this.prices.of(request, { asOf, viewer: ownerId, knownAt });
    const catalogue = await this.assets.catalogue();
    const { policy, weights, benchmark, lookbackDays, riskFreeRate, shocks, seed, record } = request;
    const limits = policy ? await this.policies.limitsOf(ownerId, policy.id, policy.version) : defaultLimits;
    const numeraires = numerairesOf(request.numeraire);
    const assessment = await this.compute.run(
      inThread,
      {
        asOf,
        lookbackDays,
        weights: new Map(Object.entries(weights) as [AssetId, number][]),
        closes: new Map([...read].map(([assetId, { openTimes, usd }]) => [assetId, { openTimes, closes: usd }])),
        numeraires,
        benchmark,
        riskFreeRate,
        limits,
        shocks,
        classes: new Map(
          [...Object.keys(weights), ...numeraires].map((assetId) => [
            assetId as AssetId,
            catalogue.of(assetId as AssetId)?.assetClass ?? '',
          ]),
        ),
        seed,
        ...(record && { record }),
      },
      signal,
    );
    await this.em
      .createQueryBuilder(RiskReportRow)
      .insert({
        id,
        ownerId,
        portfolioId,
        key,
        asOf: new Date(asOf),
        knownAt: knownAt === undefined ? null : new Date(knownAt),
        request,
        assessment,
        provenance: {
          algorithm: { name: 'risk_report', version: riskReportVersion },
          serviceVersion,
          series: await this.told([...read.values()], asOf, lookbackDays, knownAt),
        },
        simulated: [...read.values()].some(({ world }) => world !== ''),
        createdAt: new Date(),
      })
      .onConflict(['ownerId', 'key'])
      .ignore()
      .execute('run');
    return summaryOf((await this.storedUnder(input))!);
  }

  private storedUnder({ ownerId, key }: AssessRiskInput): Promise<RiskReportRow | null> {
    return this.em.findOne(RiskReportRow, { ownerId, key }, { disableIdentityMap: true });
  }

  private async told(
    read: readonly (AdjustedPrices & { sha256: string })[],
    asOf: number,
    lookbackDays: number,
    knownAt: number | undefined,
  ): Promise<RiskProvenance['series']> {
    const told = [];
    for (const { series, openTimes, splits, sha256 } of read) {
      const window = { since: lookbackStart(asOf, lookbackDays), before: asOf - dayMs + 1, knownAt };
      const heldBack = await this.closes.heldBack(series, window);
      const [first, last] = [utcDate(openTimes[0]!), utcDate(openTimes.at(-1)!)];
      const notes = splitNotes(series.assetId, splits, Math.min(window.since, firstStressDay));
      told.push({ series, first, last, bars: openTimes.length, heldBack, sha256, notes });
    }
    return told;
  }
}

/** BTC and dollars side by side, and what else is asked for. */
const numerairesOf = (asked: AssetId): AssetId[] => [...new Set(['BTC', 'USD', asked] as AssetId[])];

const summaryOf = ({ id, request, assessment }: RiskReportRow): RiskSummary => ({
  reportId: id,
  recommendation: assessment.sides.find(({ numeraire }) => numeraire === request.numeraire)!.report
    .overallRecommendation,
});
