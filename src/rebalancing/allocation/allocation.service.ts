import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AssetRegistry } from '../../data/assets/asset-registry.js';
import { DatedPrices } from '../../data/prices/dated-prices.js';
import { jsonParameter } from '../../platform/http/old-parameters.js';
import { accountTypes, type AccountType } from '../../portfolio/domain/account.js';
import { fieldsRefused, type FieldError } from '../../shared/errors.js';
import type { OwnerId } from '../../shared/ids.js';
import { toIso } from '../../shared/time.js';
import {
  alertOf,
  allocationClasses,
  allocationReport,
  defaultTargets,
  isBreached,
  type AllocationReport,
  type ClassedHolding,
  type ClassTargets,
  type TargetSet,
} from '../domain/allocation.js';
import { AllocationTarget } from './allocation-target.entity.js';
import {
  oldAccountHoldings,
  oldAccounts,
  oldHoldings,
  type CalculateBody,
  type CalculatedView,
  type CheckQuery,
  type CheckView,
  type DriftQuery,
  type DriftView,
  type OldAccountHoldings,
  type OldAccounts,
  type OldHoldings,
  type SummaryBody,
  type SummaryQuery,
  type SummaryView,
  type TargetSetView,
  type TargetsView,
} from './allocation.schemas.js';
import { allocationReportView } from './allocation.views.js';

const driftThreshold = 5;

@Injectable()
export class AllocationService {
  constructor(
    private readonly em: EntityManager,
    private readonly assets: AssetRegistry,
    private readonly prices: DatedPrices,
  ) {}

  async calculate(ownerId: OwnerId, body: CalculateBody): Promise<CalculatedView> {
    const { holdings, portfolio_value: value, rebalancing_threshold: threshold } = body;
    const report = await this.report(ownerId, holdings, value, threshold);
    return {
      ...allocationReportView(report, Date.now()),
      rebalancing_actions: report.classes
        .filter((row) => isBreached(row, threshold))
        .map((row) => ({
          asset_class: row.assetClass,
          action: row.difference > 0 ? 'SELL' : 'BUY',
          amount: Math.abs(row.difference),
          current_percent: row.currentPercent,
          target_percent: row.targetPercent,
          drift: row.differencePercent,
        })),
    };
  }

  async targets(ownerId: OwnerId, portfolioValue: number): Promise<TargetsView> {
    const percentages = inClassOrder(await this.targetsOf(ownerId, 'portfolio'));
    return {
      portfolio_value: portfolioValue,
      targets: Object.fromEntries(
        Object.entries(percentages).map(([assetClass, percent]) => [assetClass, (portfolioValue * percent) / 100]),
      ),
      target_percentages: percentages,
    };
  }

  async setTargets(ownerId: OwnerId, targetSet: TargetSet, percentages: ClassTargets): Promise<TargetSetView> {
    await this.em.upsert(AllocationTarget, { ownerId, targetSet, percentages, updatedAt: new Date() });
    return { target_set: targetSet, percentages: inClassOrder(percentages) };
  }

  async check(ownerId: OwnerId, { holdings, portfolio_value: value, threshold }: CheckQuery): Promise<CheckView> {
    const report = await this.report(ownerId, jsonParameter('holdings', holdings, oldHoldings), value, threshold);
    return {
      needs_rebalancing: report.needsRebalancing,
      alerts: report.classes.filter((row) => isBreached(row, threshold)).map(alertOf),
      total_drift: report.totalDrift,
      threshold,
    };
  }

  async drift(ownerId: OwnerId, { holdings, portfolio_value: value }: DriftQuery): Promise<DriftView> {
    const report = await this.report(ownerId, jsonParameter('holdings', holdings, oldHoldings), value, driftThreshold);
    return {
      portfolio_value: value,
      timestamp: toIso(Date.now()),
      drifts: report.classes
        .map((row) => ({
          asset_class: row.assetClass,
          current_percent: row.currentPercent,
          target_percent: row.targetPercent,
          drift: row.differencePercent,
          drift_amount: row.difference,
          needs_rebalancing: isBreached(row, driftThreshold),
        }))
        .sort((a, b) => Math.abs(b.drift) - Math.abs(a.drift)),
      total_drift: report.totalDrift,
      needs_rebalancing: report.needsRebalancing,
    };
  }

  /** Accounts by type, in US dollars, each type against its own targets. */
  async summary(ownerId: OwnerId, query: SummaryQuery, body: SummaryBody): Promise<SummaryView> {
    const { accounts, holdings } = accountsFrom(query, body);
    const now = Date.now();
    const rates = await this.usdRates(ownerId, accounts);
    const inUsd = accounts.map((account) => ({
      ...account,
      usd: account.current_balance * rates.get(account.currency.toUpperCase())!,
      rate: rates.get(account.currency.toUpperCase())!,
    }));
    const total = inUsd.reduce((sum, { usd }) => sum + usd, 0);
    const byType = new Map<AccountType, typeof inUsd>(accountTypes.map((type) => [type, []]));
    for (const account of inUsd) byType.get(account.account_type)!.push(account);

    const sumOf = (type: AccountType) => byType.get(type)!.reduce((sum, { usd }) => sum + usd, 0);
    const summaries: SummaryView['summaries'] = {};
    for (const [type, own] of byType) {
      if (own.length === 0) continue;
      const capital = sumOf(type);
      const merged = own.flatMap(({ account_id: id, rate }) => classed(holdings[id] ?? {}, rate));
      const report =
        merged.length === 0 || capital === 0
          ? null
          : allocationReport(mergedBySymbol(merged), capital, driftThreshold, await this.targetsOf(ownerId, type));
      summaries[type] = {
        total_capital: capital,
        number_of_accounts: own.length,
        average_balance: capital / own.length,
        allocation_report: report && allocationReportView(report, now),
      };
    }
    const known = new Set(accounts.map(({ account_id: id }) => id));
    return {
      total_portfolio_value: total,
      category_breakdown: Object.fromEntries(accountTypes.map((type) => [type, sumOf(type)])),
      category_percentages:
        total === 0 ? {} : Object.fromEntries(accountTypes.map((type) => [type, (sumOf(type) / total) * 100])),
      summaries,
      conversions: Object.fromEntries([...rates].filter(([currency]) => currency !== 'USD')),
      unknown_accounts: Object.keys(holdings).filter((id) => !known.has(id)),
      timestamp: toIso(now),
    };
  }

  private async report(
    ownerId: OwnerId,
    holdings: OldHoldings,
    portfolioValue: number,
    threshold: number,
  ): Promise<AllocationReport> {
    return allocationReport(
      classed(holdings, 1),
      portfolioValue,
      threshold,
      await this.targetsOf(ownerId, 'portfolio'),
    );
  }

  private async targetsOf(ownerId: OwnerId, targetSet: TargetSet): Promise<ClassTargets> {
    const row = await this.em.findOne(AllocationTarget, { ownerId, targetSet }, { disableIdentityMap: true });
    return row?.percentages ?? defaultTargets[targetSet];
  }

  /** USD for one unit of each account's currency. @throws DomainError `invalid` naming accounts whose is not known */
  private async usdRates(viewer: OwnerId, accounts: OldAccounts): Promise<Map<string, number>> {
    const catalogue = await this.assets.catalogue();
    const rates = new Map([['USD', 1]]);
    const errors: FieldError[] = [];
    const resolved = new Map(
      accounts.map(({ currency }) => [currency.toUpperCase(), catalogue.resolve(currency.toUpperCase())]),
    );
    const known = [...resolved.values()].flatMap((one) => (one.kind === 'known' ? [one.assetId] : []));
    const prices = await this.prices.of(known, { asOf: Date.now(), viewer });
    for (const [code, one] of resolved) {
      const price = one.kind === 'known' ? prices.get(one.assetId) : undefined;
      if (price) rates.set(code, Number(price.usd));
    }
    for (const [i, { currency }] of accounts.entries()) {
      const code = currency.toUpperCase();
      if (rates.has(code)) continue;
      const one = resolved.get(code)!;
      const message = one.kind === 'known' ? 'has no stored price in USD' : one.message;
      errors.push({ field: `accounts.${i}.currency`, value: currency, message });
    }
    if (errors.length === 0) return rates;
    throw fieldsRefused('invalid', errors.slice(0, 50));
  }
}

/** From the body or, as the prototype had it, from the query. @throws DomainError `invalid` when they are in neither */
function accountsFrom(query: SummaryQuery, body: SummaryBody): { accounts: OldAccounts; holdings: OldAccountHoldings } {
  const accounts =
    body.accounts ??
    (query.accounts === undefined ? undefined : jsonParameter('accounts', query.accounts, oldAccounts));
  const holdings =
    body.holdings ??
    (query.holdings === undefined ? undefined : jsonParameter('holdings', query.holdings, oldAccountHoldings));
  if (accounts && holdings) return { accounts, holdings };
  const errors = [...(accounts ? [] : ['accounts']), ...(holdings ? [] : ['holdings'])].map((field) => ({
    field,
    message: 'is required, in the body or in the query',
  }));
  throw fieldsRefused('invalid', errors);
}

const classed = (holdings: OldHoldings, rate: number): ClassedHolding[] =>
  Object.entries(holdings).map(([symbol, { asset_class: assetClass, value }]) => ({
    symbol,
    assetClass,
    value: value * rate,
  }));

/** What several accounts hold of one symbol counts as one holding, of the class that comes first. */
function mergedBySymbol(holdings: readonly ClassedHolding[]): ClassedHolding[] {
  const merged = new Map<string, ClassedHolding>();
  for (const one of holdings) {
    const known = merged.get(one.symbol);
    merged.set(one.symbol, known ? { ...known, value: known.value + one.value } : one);
  }
  return [...merged.values()];
}

/** The six classes of every list, then further ones that have a target. */
const inClassOrder = (targets: ClassTargets): Record<string, number> => ({
  ...Object.fromEntries(allocationClasses.map((one) => [one, targets[one] ?? 0])),
  ...targets,
});
