import type { AssetId } from '../../shared/ids.js';
import { Exact, zero } from './exact.js';
import type { Lot } from './lots.js';
import { convert, type UsdPriceOf } from './valuation.js';

/** What open lots of one asset cost in one currency, and what they are worth in it. Decimal texts. */
interface Unrealised {
  readonly currency: AssetId;
  readonly quantity: string;
  readonly cost: string;
  /** Null without a price of the asset or of the currency. */
  readonly value: string | null;
  readonly gain: string | null;
}

export interface CostBasis {
  /** By currency. */
  readonly unrealised: readonly Unrealised[];
  /** Units whose cost nobody knows: they are in none of the above. */
  readonly quantityOfUnknownCost: string;
}

/** Cost and unrealised gain of the open lots of one asset; costs of two currencies are never added up. */
export function costBasisOf(assetId: AssetId, lots: readonly Lot[], usdPriceOf: UsdPriceOf): CostBasis {
  const sums = new Map<AssetId, { quantity: Exact; cost: Exact }>();
  let unknown = zero;
  for (const { quantity, cost, currency } of lots) {
    if (cost === null) {
      unknown = unknown.plus(quantity);
      continue;
    }
    const sum = sums.get(currency) ?? { quantity: zero, cost: zero };
    sums.set(currency, { quantity: sum.quantity.plus(quantity), cost: sum.cost.plus(cost) });
  }
  const price = usdPriceOf(assetId);
  const unrealised = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, sum]) => {
      const rate = usdPriceOf(currency);
      const isKnown = price !== undefined && rate !== undefined;
      const value = isKnown ? convert(sum.quantity.toFixed(), price, rate) : null;
      const gain = value === null ? null : new Exact(value).minus(sum.cost).toFixed();
      return { currency, quantity: sum.quantity.toFixed(), cost: sum.cost.toFixed(), value, gain };
    });
  return { unrealised, quantityOfUnknownCost: unknown.toFixed() };
}
