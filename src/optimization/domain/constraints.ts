import type { AssetId } from '../../shared/ids.js';
import type { BoxConstraints } from './optimization-problem.js';

interface Band {
  readonly min: number;
  readonly max: number;
}

/** Limits on single assets that a portfolio follows; fractions of its value. */
export interface WeightPolicy {
  readonly anchor: AssetId;
  readonly anchorBand: Band;
  readonly others: Band;
}

/** Bitcoin is half to 60 % of the portfolio and nothing else is more than a fifth; nothing is sold short. */
export const btcBandPolicy: WeightPolicy = {
  anchor: 'BTC' as AssetId,
  anchorBand: { min: 0.5, max: 0.6 },
  others: { min: 0, max: 0.2 },
};

/** The limits of one asset, as they are stored and shown. */
export interface WeightLimits extends Band {
  readonly assetId: AssetId;
}

/** Limits add up to 1 when they miss it by no more than rounding. */
const budgetTolerance = 1e-12;

/** Each asset's limits under the policy, in the order given; whether they can hold together is not judged here. */
export const limitsUnder = (policy: WeightPolicy, assets: readonly AssetId[]): WeightLimits[] =>
  assets.map((assetId) => ({ assetId, ...(assetId === policy.anchor ? policy.anchorBand : policy.others) }));

/**
 * Why no weights that sum to 1 can respect the limits, naming the limits that collide; undefined when some can.
 *
 * With one band an asset and one budget there are exactly three ways to fail: a band that is empty, lower limits that
 * add up to more than 1, upper limits that add up to less than 1.
 */
export function whyLimitsCannotHold(
  assets: readonly AssetId[],
  { min, max }: BoxConstraints,
  policy?: WeightPolicy,
): string | undefined {
  if (policy && !assets.includes(policy.anchor)) {
    const { anchor, anchorBand } = policy;
    const found = assets.length === 0 ? 'there are no assets' : `the assets are ${assets.join(', ')}`;
    return `${anchor} must be among the assets, because its weight has to lie in ${anchorBand.min} to ${anchorBand.max}; ${found}`;
  }
  const empty = assets.findIndex((_, i) => min[i]! > max[i]!);
  if (empty >= 0) {
    return `the lower limit of ${assets[empty]} is ${min[empty]}, above its upper limit of ${max[empty]}`;
  }
  const lowest = sum(min);
  if (lowest > 1 + budgetTolerance) {
    const named = assets.map((asset, i) => ({ asset, limit: min[i]! })).filter(({ limit }) => limit > 0);
    return `weights must sum to 1, but the lower limits add up to ${round(lowest)} (${named.map(inWords).join(', ')})`;
  }
  const highest = sum(max);
  if (highest < 1 - budgetTolerance) {
    const named = assets.map((asset, i) => ({ asset, limit: max[i]! }));
    return `weights must sum to 1, but the upper limits add up to ${round(highest)} (${named.map(inWords).join(', ')})`;
  }
  return undefined;
}

const inWords = ({ asset, limit }: { asset: AssetId; limit: number }): string => `${asset} ${limit}`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const round = (value: number): number => Number(value.toPrecision(10));
