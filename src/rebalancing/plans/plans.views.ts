import { toIso } from '../../shared/time.js';
import type { PlanView } from './plans.schemas.js';
import type { RebalancingPlanRow } from './rebalancing-plan.entity.js';

export function planView(row: RebalancingPlanRow): PlanView {
  const { trades, leftAlone, totals, weights, advice, prices, isLimited } = row.plan;
  return {
    id: row.id,
    portfolio_id: row.portfolioId,
    as_of: toIso(row.asOf.getTime()),
    optimization_id: row.optimizationId ?? null,
    decision: row.decision,
    reason: advice.reason,
    cost_of_trading: advice.costOfTrading,
    cost_of_waiting: advice.costOfWaiting,
    observations: advice.observations,
    trades: trades.map(({ assetId, side, quantity, priceUsd, value, fee, spread, venue, sold }) => ({
      asset_id: assetId,
      side,
      quantity,
      price_usd: priceUsd,
      value,
      fee,
      spread,
      venue,
      sold: sold && {
        gain: sold.gain,
        quantity_of_unknown_cost: sold.quantityOfUnknownCost,
        lots: sold.lots.map(
          ({
            transactionId,
            acquiredAt,
            costCurrency,
            usdRate,
            gainUnknown,
            quantity: units,
            proceeds,
            cost,
            ...lot
          }) => ({
            transaction_id: transactionId,
            acquired_at: toIso(acquiredAt),
            quantity: units,
            proceeds,
            cost,
            cost_currency: costCurrency,
            usd_rate: usdRate,
            gain: lot.gain,
            gain_unknown: gainUnknown,
            term: lot.term,
          }),
        ),
      },
    })),
    left_alone: leftAlone.map(({ assetId, difference, why }) => ({ asset_id: assetId, difference, why })),
    totals: {
      value: totals.value,
      sells: totals.sells,
      buys: totals.buys,
      fees: totals.fees,
      spread: totals.spread,
      remainder: totals.remainder,
      cash_after: totals.cashAfter,
      turnover: totals.turnover,
    },
    weights: weights.map(({ assetId, before, target, after }) => ({ asset_id: assetId, before, target, after })),
    limited_by_turnover: isLimited,
    policy: { id: row.policy.id, version: row.policy.version, broken_limits: [...row.policy.brokenLimits] },
    prices: prices.map(({ assetId, usd, series, time, disputedSince }) => ({
      asset_id: assetId,
      usd,
      source: series?.source ?? null,
      time: toIso(time),
      disputed_since: disputedSince === null ? null : toIso(disputedSince),
    })),
    simulated: row.simulated,
    created_at: toIso(row.createdAt.getTime()),
  };
}
