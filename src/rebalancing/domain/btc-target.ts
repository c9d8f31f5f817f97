import type { AssetId } from '../../shared/ids.js';
import { bandOf, type PolicyLimits } from '../../policies/domain/policy-limits.js';

/** Shares to go to, and the part that the limits leave for cash. */
export interface BtcTargets {
  readonly targets: ReadonlyMap<AssetId, number>;
  readonly cash: number;
}

/**
 * The anchor at its target and the rest in equal parts over all other assets, none above its limit: what a limit cuts off
 * goes to the others, and what all limits together leave over stays cash.
 */
export function btcTargets(assets: readonly AssetId[], target: number, limits: PolicyLimits): BtcTargets {
  const targets = new Map<AssetId, number>(assets.map((assetId) => [assetId, 0]));
  if (targets.has(limits.anchor)) targets.set(limits.anchor, target);
  let left = targets.has(limits.anchor) ? 1 - target : 1;
  let open = assets.filter((assetId) => assetId !== limits.anchor);
  while (open.length > 0 && left > 1e-12) {
    const part = left / open.length;
    const capped = open.filter((assetId) => targets.get(assetId)! + part >= bandOf(limits, assetId).max);
    const takers = capped.length > 0 ? capped : open;
    for (const assetId of takers) {
      const now = capped.length > 0 ? bandOf(limits, assetId).max : targets.get(assetId)! + part;
      left -= now - targets.get(assetId)!;
      targets.set(assetId, now);
    }
    open = capped.length > 0 ? open.filter((assetId) => !capped.includes(assetId)) : [];
  }
  return { targets, cash: Math.max(0, left) };
}
