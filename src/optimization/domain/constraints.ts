import { bandOf, type Band, type PolicyLimits } from '../../policies/domain/policy-limits.js';
import type { AssetId } from '../../shared/ids.js';
import type { LinearLimit, Limits } from './limits.js';
import type { OptimizationRequest } from './optimization-request.js';

/** The limits of one asset, as they are stored and shown. */
export interface WeightLimits extends Band {
  readonly assetId: AssetId;
}

/** Each asset's limits under the policy and the request, in the order given; whether they can hold together is not judged. */
export const limitsUnder = (
  policy: PolicyLimits,
  assets: readonly AssetId[],
  bands: OptimizationRequest['bands'] = {},
): WeightLimits[] =>
  assets.map((assetId) => {
    const { min, max } = bandOf(policy, assetId);
    const own = bands[assetId];
    return { assetId, min: Math.max(min, own?.min ?? min), max: Math.min(max, own?.max ?? max) };
  });

/** The same as vectors. */
export const boxesOf = (limits: readonly Band[]): Pick<Limits, 'min' | 'max'> => ({
  min: Float64Array.from(limits, ({ min }) => min),
  max: Float64Array.from(limits, ({ max }) => max),
});

/** Groups of the policy and linear limits of the request over the assets given; an asset that is not there weighs 0. */
export function linearUnder(
  policy: PolicyLimits,
  assets: readonly AssetId[],
  linear: OptimizationRequest['linear'] = [],
): LinearLimit[] {
  const of = (weight: (assetId: AssetId) => number) => Float64Array.from(assets, weight);
  return [
    ...policy.groups.map(({ name, assets: members, min, max }) => ({
      label: name,
      coefficients: of((assetId) => (members.includes(assetId) ? 1 : 0)),
      min,
      max,
    })),
    ...linear.map(({ label, coefficients, min, max }) => ({
      label,
      coefficients: of((assetId) => coefficients[assetId] ?? 0),
      min: min ?? -Infinity,
      max: max ?? Infinity,
    })),
  ];
}

/** Why the anchor's band cannot be kept: it is not among the assets; undefined when it is. */
export function whyAnchorIsMissing(policy: PolicyLimits, assets: readonly AssetId[]): string | undefined {
  const { anchor, anchorBand } = policy;
  if (assets.includes(anchor) || anchorBand.min <= 0) return undefined;
  const found = assets.length === 0 ? 'there are no assets' : `the assets are ${assets.join(', ')}`;
  return `${anchor} must be among the assets, because its weight has to lie in ${anchorBand.min} to ${anchorBand.max}; ${found}`;
}
