import type { AssetId } from '../../shared/ids.js';
import { bandOf, breaches, type PolicyLimits } from '../../policies/domain/policy-limits.js';

/** Shares to go to, the part that the limits leave for cash, and the limits that could not be kept. */
export interface BtcTargets {
  readonly targets: ReadonlyMap<AssetId, number>;
  readonly cash: number;
  readonly broken: readonly string[];
}

const rounding = 1e-12;

/**
 * The anchor at its target and the rest of `whole` over all other assets: first what lower limits of assets and groups
 * ask for, then in equal parts, the least first, none above its limit and no group above its own. What a limit cuts off
 * goes to the others, and what all limits together leave over stays cash.
 */
export function btcTargets(assets: readonly AssetId[], target: number, limits: PolicyLimits, whole = 1): BtcTargets {
  const anchored = assets.includes(limits.anchor) ? Math.min(target, whole) : 0;
  const targets = new Map<AssetId, number>(
    assets.map((assetId) => [assetId, assetId === limits.anchor ? anchored : 0]),
  );
  const others = assets.filter((assetId) => assetId !== limits.anchor);
  const sumOf = (ids: readonly AssetId[]) => ids.reduce((sum, assetId) => sum + (targets.get(assetId) ?? 0), 0);
  const groups = limits.groups.map((group) => ({ ...group, assets: [...new Set(group.assets)] }));

  /** Raises the least of some assets together until `amount` is spread or limits stop them; what it could not spread. */
  const spread = (among: readonly AssetId[], amount: number): number => {
    let left = Math.min(amount, whole - sumOf(assets));
    while (left > rounding) {
      const roomOf = (assetId: AssetId) => bandOf(limits, assetId).max - targets.get(assetId)!;
      const full = groups.filter(({ assets: of, max }) => max - sumOf(of) <= rounding);
      const open = among.filter(
        (assetId) => roomOf(assetId) > rounding && !full.some(({ assets: of }) => of.includes(assetId)),
      );
      if (open.length === 0) break;
      const level = Math.min(...open.map((assetId) => targets.get(assetId)!));
      const least = open.filter((assetId) => targets.get(assetId)! <= level + rounding);
      const above = open.filter((assetId) => targets.get(assetId)! > level + rounding);
      const step = Math.min(
        left / least.length,
        ...least.map(roomOf),
        ...above.map((assetId) => targets.get(assetId)! - level),
        ...groups.flatMap(({ assets: of, max }) => {
          const moved = least.filter((assetId) => of.includes(assetId)).length;
          return moved > 0 ? [(max - sumOf(of)) / moved] : [];
        }),
      );
      for (const assetId of least) targets.set(assetId, targets.get(assetId)! + step);
      left -= step * least.length;
    }
    return left;
  };

  for (const assetId of others) spread([assetId], bandOf(limits, assetId).min);
  for (const { assets: of, min } of groups) {
    spread(
      others.filter((assetId) => of.includes(assetId)),
      min - sumOf(of),
    );
  }
  spread(others, whole);
  const broken = breaches(limits, targets).map(({ limit }) => limit);
  return { targets, cash: Math.max(0, whole - sumOf(assets)), broken };
}
