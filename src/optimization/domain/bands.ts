import type { AssetId } from '../../shared/ids.js';
import type { Limits } from './limits.js';

/** Limits add up to 1 when they miss it by no more than rounding. */
const budgetTolerance = 1e-12;

/**
 * Why no weights that sum to 1 can respect the bands of single assets, naming the limits that collide; undefined when
 * some can.
 *
 * With one band an asset and one budget there are exactly three ways to fail: a band that is empty, lower limits that
 * add up to more than 1, upper limits that add up to less than 1.
 */
export function whyBandsCannotHold(
  assets: readonly AssetId[],
  { min, max }: Pick<Limits, 'min' | 'max'>,
): string | undefined {
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
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
/** For words: what rounding left is not shown. */
export const round = (value: number): number => Number(value.toPrecision(10));
