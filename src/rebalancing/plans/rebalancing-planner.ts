import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { isSimulatedSource } from '../../data/domain/candle.js';
import { isStale, longestPriceAgeDays } from '../../data/domain/price-basis.js';
import { DailyCloses } from '../../data/prices/daily-closes.js';
import type { DatedPrice } from '../../data/prices/dated-prices.js';
import { OptimizationService } from '../../optimization/optimization.service.js';
import { breaches } from '../../policies/domain/policy-limits.js';
import { PoliciesService } from '../../policies/policies.service.js';
import type { HeldQuantity } from '../../portfolio/domain/holdings.js';
import { zero } from '../../portfolio/domain/exact.js';
import { accountsOf } from '../../portfolio/domain/ledger.js';
import { foldLots } from '../../portfolio/domain/lots.js';
import { howToPrice } from '../../portfolio/domain/valuation-notes.js';
import { UsdRates } from '../../portfolio/valuation/usd-rates.js';
import { ValuationService } from '../../portfolio/valuation/valuation.service.js';
import { alignedReturns } from '../../risk/domain/alignment.js';
import { sampleCovariance } from '../../risk/domain/covariance/sample.js';
import { barsPerYear, tradingDays } from '../../risk/domain/trading-days.js';
import { DomainError } from '../../shared/errors.js';
import { defaultLot } from '../../data/domain/asset.js';
import type { AssetId } from '../../shared/ids.js';
import { dayMs, toIso, type EpochMs } from '../../shared/time.js';
import { usualVenue } from '../../portfolio/domain/venue-costs.js';
import { tradeOrWait } from '../domain/no-trade.js';
import { planRebalancing, type PlannedAsset } from '../domain/plan.js';
import { soldLots } from '../domain/sold-lots.js';
import type { PlanRebalancingInput, PlanRequest, PlanSummary } from '../rebalancing.contract.js';
import type { MadePlan } from './made-plan.js';
import { RebalancingPlanRow } from './rebalancing-plan.entity.js';

const usd = 'USD' as AssetId;
/** Of the returns that the cost of waiting is estimated from. */
const lookbackDays = 365;
const fewestObservations = 20;

/** Plans from holdings, prices and limits as they were at an instant. */
@Injectable()
export class RebalancingPlanner {
  constructor(
    private readonly em: EntityManager,
    private readonly assets: AssetRegistry,
    private readonly valuations: ValuationService,
    private readonly closes: DailyCloses,
    private readonly rates: UsdRates,
    private readonly policies: PoliciesService,
    private readonly optimizations: OptimizationService,
  ) {}

  /**
   * Makes and stores a plan once.
   *
   * @throws DomainError `conflict` when an asset has no price or the optimization has no weights
   */
  async make(input: PlanRebalancingInput): Promise<PlanSummary> {
    const { planId: id, ownerId, portfolioId, asOf, request } = input;
    const stored = await this.em.findOne(RebalancingPlanRow, { id }, { disableIdentityMap: true });
    if (stored) return summaryOf(stored);
    const { policy, ...plan } = await this.plan(input);
    await this.em
      .createQueryBuilder(RebalancingPlanRow)
      .insert({
        id,
        ownerId,
        portfolioId,
        asOf: new Date(asOf),
        optimizationId: request.optimizationId,
        request,
        policy,
        plan,
        decision: plan.advice.decision,
        simulated: plan.prices.some(({ series }) => series !== null && isSimulatedSource(series.source)),
        createdAt: new Date(),
      })
      .onConflict(['id'])
      .ignore()
      .execute('run');
    return summaryOf(await this.em.findOneOrFail(RebalancingPlanRow, { id }, { disableIdentityMap: true }));
  }

  private async plan({ ownerId, portfolioId, asOf: text, request }: PlanRebalancingInput): Promise<MadePlan> {
    const asOf = Date.parse(text);
    const targets = request.targets ?? (await this.optimized(ownerId, request.optimizationId));
    const catalogue = await this.assets.catalogue();
    const isCash = (assetId: AssetId) => catalogue.of(assetId)?.assetClass === 'cash';
    const wanted = (Object.keys(targets) as AssetId[]).filter((assetId) => !isCash(assetId));
    const priced = await this.valuations.priced(ownerId, portfolioId, { asOf, numeraire: usd, also: wanted });
    const { prices, usdPriceOf } = priced;
    const { holdings } = priced.valuation;
    const traded = [...new Set([...holdings.map(({ assetId }) => assetId), ...wanted])].filter((id) => !isCash(id));
    const currencies = holdings.filter(({ assetId }) => isCash(assetId));
    const needed = [...traded, ...currencies.map(({ assetId }) => assetId)];
    refuseUnpriced(needed, prices, asOf, (assetId) => howToPrice(assetId, catalogue.of(assetId)?.assetClass));
    const planned = traded.map((assetId): PlannedAsset => {
      const assetClass = catalogue.of(assetId)?.assetClass ?? 'stock';
      const { feeRate, spreadRate, minNotional } = venueOf(request, assetId, assetClass);
      return {
        assetId,
        quantity: quantityOf(holdings, assetId),
        priceUsd: usdPriceOf(assetId)!,
        target: targets[assetId] ?? 0,
        lot: request.lots[assetId] ?? defaultLot(assetClass),
        minNotional,
        feeRate,
        spreadRate,
      };
    });
    const { cashKept, turnoverLimit, noTradeBand } = request;
    const cash = currencies.reduce((sum, { valueUsd }) => sum.plus(valueUsd ?? 0), zero).toFixed();
    const plan = planRebalancing(planned, { cash, cashKept, turnoverLimit, noTradeBand });

    const { policyId, version, limits } = await this.policies.inForce(ownerId, portfolioId);
    const broken = breaches(limits, new Map(plan.weights.map(({ assetId, before }) => [assetId, before])));
    const brokenLimits = holdings.length === 0 ? [] : broken.map(({ limit }) => limit);
    const { covariance, observations } = await this.covariance(traded, ownerId, asOf);
    const value = Number(plan.totals.value);
    const advice = tradeOrWait({
      deviations: Float64Array.from(plan.weights, ({ before, target }) => before - target),
      covariance,
      riskAversion: request.riskAversion,
      horizonYears: request.horizonDays / 365,
      costOfTrading: value > 0 ? (Number(plan.totals.fees) + Number(plan.totals.spread)) / value : 0,
      brokenLimits,
      hasTrades: plan.trades.length > 0,
    });
    const { open } = foldLots(accountsOf(priced.allAccounts), priced.transactions, request.lotMethod);
    const usdRateAt = await this.rates.of(
      open.map(({ currency }) => currency),
      ownerId,
      asOf,
    );
    return {
      ...plan,
      trades: plan.trades.map((trade) => ({
        ...trade,
        venue: venueOf(request, trade.assetId, catalogue.of(trade.assetId)?.assetClass ?? 'stock').venue,
        sold:
          trade.side === 'sell'
            ? soldLots(trade, open, {
                method: request.lotMethod,
                given: request.givenLots[trade.assetId] ?? [],
                at: asOf,
                usdRateAt,
              })
            : null,
      })),
      advice: { ...advice, observations },
      targets,
      prices: needed.map((assetId) => {
        const { series, time, disputedSince } = prices.get(assetId)!;
        return { assetId, usd: usdPriceOf(assetId)!, series, time, disputedSince };
      }),
      policy: { id: policyId, version, brokenLimits },
    };
  }

  private async optimized(ownerId: PlanRebalancingInput['ownerId'], id: PlanRequest['optimizationId']) {
    const { state, reason, weights } = await this.optimizations.view(ownerId, id!);
    if (state !== 'solved') throw new DomainError('conflict', `optimization ${id} has no weights: ${reason}`);
    return Object.fromEntries(weights.map(({ asset_id: assetId, weight }) => [assetId, weight])) as Record<
      AssetId,
      number
    >;
  }

  /** Of the last year's returns on common dates; null where too few assets have any. */
  private async covariance(assetIds: readonly AssetId[], viewer: PlanRebalancingInput['ownerId'], asOf: EpochMs) {
    const daily = await this.closes.of(assetIds, { viewer, before: asOf - dayMs + 1 });
    const since = asOf - lookbackDays * dayMs;
    const series = assetIds.flatMap((assetId) => {
      const prices = daily.get(assetId);
      if (!prices) return [];
      const first = prices.openTimes.findIndex((time) => time >= since);
      const [openTimes, closes] = [prices.openTimes.subarray(first), prices.usd.subarray(first)];
      return first < 0 ? [] : [{ assetId, openTimes, closes }];
    });
    if (series.length < assetIds.length || series.length === 0) return { covariance: null, observations: 0 };
    const { periods, returns, dates } = alignedReturns(series);
    if (periods < fewestObservations) return { covariance: null, observations: periods };
    const perYear = barsPerYear[tradingDays(dates.map((date) => Date.parse(`${date}T00:00:00Z`)))];
    return { covariance: sampleCovariance(returns, periods, series.length, perYear), observations: periods };
  }
}

/** Nothing is planned at a price that is absent or too old. @throws DomainError `conflict` naming the assets */
function refuseUnpriced(
  assetIds: readonly AssetId[],
  prices: ReadonlyMap<AssetId, Pick<DatedPrice, 'time'>>,
  asOf: EpochMs,
  howTo: (assetId: AssetId) => string,
): void {
  const unpriced = assetIds.filter((assetId) => !prices.has(assetId));
  if (unpriced.length > 0) {
    const message = `no price of ${unpriced.join(', ')} is stored that was known at ${toIso(asOf)}`;
    throw new DomainError('conflict', [message, ...new Set(unpriced.map(howTo))].join('; '));
  }
  const old = assetIds.flatMap((assetId) => {
    const price = prices.get(assetId)!;
    return isStale(price, asOf) ? [`${assetId} (${toIso(price.time)})`] : [];
  });
  if (old.length === 0) return;
  const message = `the newest price is more than ${longestPriceAgeDays} days older than ${toIso(asOf)}: ${old.join(', ')}`;
  throw new DomainError('conflict', message);
}

const quantityOf = (holdings: readonly HeldQuantity[], assetId: AssetId): string =>
  holdings.find((one) => one.assetId === assetId)?.quantity ?? '0';

const venueOf = (request: PlanRequest, assetId: AssetId, assetClass: Parameters<typeof usualVenue>[0]) =>
  request.venues[assetId] ?? usualVenue(assetClass);

const summaryOf = ({ id, decision, plan }: RebalancingPlanRow): PlanSummary => ({
  planId: id,
  decision,
  trades: plan.trades.length,
});
