import type { AssetId } from '../../shared/ids.js';
import { mean } from './returns.js';

export interface LowCorrelationCandidate {
  readonly assetId: AssetId;
  /** Signed; null where undefined. */
  readonly correlationToAnchor: number | null;
}

export interface LowCorrelationChoice {
  /** In the order of choice. */
  readonly chosen: readonly AssetId[];
  /** Correlated with the anchor by more than the limit. */
  readonly tooCorrelated: readonly AssetId[];
  /** Nobody knows how they move with the anchor: never chosen. */
  readonly unknown: readonly AssetId[];
}

/**
 * Assets that move little with the anchor and with each other: of those whose correlation to the anchor is at most
 * `limit` the lowest comes first, then again and again the one with the lowest mean correlation to those chosen, until
 * there are `count`. A pair without a correlation has no part in that mean; a candidate without any is taken last. Of
 * equals the one named first is chosen.
 */
export function chooseLowCorrelation(
  candidates: readonly LowCorrelationCandidate[],
  correlationOf: (a: AssetId, b: AssetId) => number | null,
  { limit = 0.5, count = 5 }: { limit?: number; count?: number } = {},
): LowCorrelationChoice {
  const known = candidates.flatMap(({ assetId, correlationToAnchor: value }) =>
    value === null ? [] : [{ assetId, value }],
  );
  const eligible = known.filter(({ value }) => value <= limit);
  const chosen: AssetId[] = [];
  const rank = ({ assetId, value }: { assetId: AssetId; value: number }): number => {
    if (chosen.length === 0) return value;
    const known = chosen.map((other) => correlationOf(assetId, other)).filter((each) => each !== null);
    return known.length === 0 ? Infinity : mean(known);
  };
  while (chosen.length < Math.min(count, eligible.length)) {
    const left = eligible.filter(({ assetId }) => !chosen.includes(assetId));
    const ranked = left.map((candidate) => ({ assetId: candidate.assetId, rank: rank(candidate) }));
    chosen.push(ranked.reduce((best, next) => (next.rank < best.rank ? next : best)).assetId);
  }
  return {
    chosen,
    tooCorrelated: known.filter(({ value }) => value > limit).map(({ assetId }) => assetId),
    unknown: candidates.filter(({ correlationToAnchor }) => correlationToAnchor === null).map(({ assetId }) => assetId),
  };
}
