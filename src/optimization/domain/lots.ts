import { Exact } from '../../portfolio/domain/exact.js';
import type { AssetId } from '../../shared/ids.js';
import { roundToLots } from './integer.js';
import type { LotsRequest } from './optimization-request.js';

/** What can be bought of one asset; decimals as text. */
interface BoughtLots {
  readonly assetId: AssetId;
  readonly lotSize: string;
  readonly lots: number;
  readonly quantity: string;
  readonly priceUsd: string;
  readonly valueUsd: string;
  /** Of the total. */
  readonly weight: number;
}

export interface LotPlan {
  readonly totalUsd: string;
  readonly bought: readonly BoughtLots[];
  /** What the lots leave of the total. */
  readonly remainderUsd: string;
}

/**
 * Whole lots next to weights (`roundToLots`), at prices in US dollars: quantities times prices and the remainder add up to
 * the total, digit by digit. What is wrong with the input is said; weights that are sold short have no lots.
 */
export function lotsOf(
  weights: readonly { readonly assetId: AssetId; readonly weight: number }[],
  prices: Readonly<Record<string, string>>,
  { totalUsd, sizes }: LotsRequest,
): LotPlan | string {
  const short = weights.find(({ weight }) => weight < -1e-9);
  if (short) return `${short.assetId} is sold short, of which there are no lots`;
  const total = new Exact(totalUsd);
  const own = weights.map(({ assetId, weight }) => ({
    assetId,
    weight: Math.max(0, weight),
    price: new Exact(prices[assetId]!),
    size: new Exact(sizes[assetId]!),
  }));
  const vector = (of: (one: (typeof own)[number]) => number) => Float64Array.from(own, of);
  const { lots } = roundToLots(
    vector(({ weight }) => weight),
    vector(({ price }) => price.toNumber()),
    vector(({ size }) => size.toNumber()),
    total.toNumber(),
  );
  const spent = own.reduce((sum, { price, size }, i) => sum.plus(price.times(size).times(lots[i]!)), new Exact(0));
  let remainder = total.minus(spent);
  // lots were counted in doubles: one that the last digit does not pay for is given back
  while (remainder.isNegative()) {
    const costs = own.map(({ price, size }) => price.times(size));
    const last = costs.reduce(
      (least, cost, i) => (lots[i]! > 0 && (least < 0 || cost.lt(costs[least]!)) ? i : least),
      -1,
    );
    lots[last]!--;
    remainder = remainder.plus(costs[last]!);
  }
  const bought = own.map(({ assetId, price, size }, i): BoughtLots => {
    const quantity = size.times(lots[i]!);
    const value = quantity.times(price);
    return {
      assetId,
      lotSize: size.toFixed(),
      lots: lots[i]!,
      quantity: quantity.toFixed(),
      priceUsd: price.toFixed(),
      valueUsd: value.toFixed(),
      weight: value.div(total).toNumber(),
    };
  });
  return { totalUsd: total.toFixed(), bought, remainderUsd: remainder.toFixed() };
}
