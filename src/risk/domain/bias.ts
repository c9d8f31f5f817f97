import { bandOf, type PolicyLimits } from '../../policies/domain/policy-limits.js';
import type { AssetId } from '../../shared/ids.js';

/** A habit of thought that costs money, or a weight above its limit, which is none and has a name of its own. */
export interface BiasFlag {
  readonly type: 'recent_loss_aversion' | 'overconfidence' | 'limit_breach';
  readonly severity: 'medium' | 'high';
  readonly message: string;
  readonly recommendation: 'AVOID_TRADING' | 'REDUCE_POSITION_SIZE' | 'REDUCE_POSITION';
}

export type BiasRecommendation = 'OK' | 'AVOID_TRADING' | 'REDUCE_POSITION_SIZE';

/** Losses of late, as a positive fraction of the portfolio. */
const lossOfConcern = 0.02;
const severeLoss = 0.05;
/** Wins in a row. */
const streakOfConcern = 5;
const longStreak = 8;
/** Times the recommended weight from which a position within its limit is bold. */
const bold = 1.5;

const percent = (fraction: number): string => `${Number((fraction * 100).toFixed(2))} %`;

/** After losses one trades to win them back; `recentLoss` is a positive fraction. */
export function lossFlags(recentLoss: number): BiasFlag[] {
  if (!(recentLoss > lossOfConcern)) return [];
  return [
    {
      type: 'recent_loss_aversion',
      severity: recentLoss > severeLoss ? 'high' : 'medium',
      message: `Recent losses are ${percent(recentLoss)}; wait, or trade smaller.`,
      recommendation: 'AVOID_TRADING',
    },
  ];
}

/** After a run of wins one thinks oneself clever. */
export function streakFlags(winStreak: number): BiasFlag[] {
  if (winStreak < streakOfConcern) return [];
  return [
    {
      type: 'overconfidence',
      severity: winStreak >= longStreak ? 'high' : 'medium',
      message: `${winStreak} wins in a row; keep positions small.`,
      recommendation: 'REDUCE_POSITION_SIZE',
    },
  ];
}

/**
 * Positions that are too large: above the upper limit of the asset's own band (the anchor has one of its own), or else
 * above 1.5 times the weight that was recommended for it, where one was. In the order of the weights.
 */
export function positionFlags(
  weights: ReadonlyMap<AssetId, number>,
  limits: PolicyLimits,
  recommended: ReadonlyMap<AssetId, number> = new Map(),
): BiasFlag[] {
  return [...weights].flatMap(([assetId, weight]): BiasFlag[] => {
    const { max } = bandOf(limits, assetId);
    const target = recommended.get(assetId);
    // rounding of weights is no breach
    if (weight > max + 1e-9) {
      const message = `${assetId} is ${percent(weight)} of the portfolio, above its limit of ${percent(max)}.`;
      return [{ type: 'limit_breach', severity: 'high', message, recommendation: 'REDUCE_POSITION' }];
    }
    if (target !== undefined && weight > bold * target + 1e-9) {
      const message = `${assetId} is ${percent(weight)} of the portfolio, recommended were ${percent(target)}.`;
      return [{ type: 'overconfidence', severity: 'medium', message, recommendation: 'REDUCE_POSITION' }];
    }
    return [];
  });
}

/** What the flags come to. */
export function biasRecommendation(flags: readonly BiasFlag[]): BiasRecommendation {
  if (flags.some(({ severity }) => severity === 'high')) return 'AVOID_TRADING';
  return flags.length > 0 ? 'REDUCE_POSITION_SIZE' : 'OK';
}
