import type { DatedPrice } from '../../data/prices/dated-prices.js';
import type { AssetId } from '../../shared/ids.js';
import type { TradeOrWait } from '../domain/no-trade.js';
import type { RebalancingPlan, Trade } from '../domain/plan.js';
import type { SoldLots } from '../domain/sold-lots.js';

/** A plan with everything that it rests on. */
export interface MadePlan extends Omit<RebalancingPlan, 'trades'> {
  readonly trades: readonly (Trade & { readonly venue: string; readonly sold: SoldLots | null })[];
  readonly advice: TradeOrWait & { readonly observations: number };
  readonly targets: Readonly<Record<AssetId, number>>;
  readonly prices: readonly Pick<DatedPrice, 'assetId' | 'usd' | 'series' | 'time' | 'disputedSince'>[];
  readonly policy: { readonly id: string; readonly version: number; readonly brokenLimits: readonly string[] };
}
