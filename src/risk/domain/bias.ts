import { breaches, type IsCash, type PolicyLimits } from '../../policies/domain/policy-limits.js';
import type { AssetId } from '../../shared/ids.js';

/** A habit of thought that costs money, or a weight outside its limits, which is none and has a name of its own. */
export interface BiasFlag {
  readonly type: 'recent_loss_aversion' | 'overconfidence' | 'limit_breach';
  readonly severity: 'medium' | 'high';
  readonly message: string;
  readonly recommendation: 'AVOID_TRADING' | 'REDUCE_POSITION_SIZE' | 'REDUCE_POSITION' | 'INCREASE_POSITION';
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
 * Weights outside the policy's limits, of assets and of groups, with the side in words, and positions that are bold: within
 * their limits, but above 1.5 times the weight that was recommended for them, where one was.
 */
export function positionFlags(
  weights: ReadonlyMap<AssetId, number>,
  limits: PolicyLimits,
  { recommended = new Map(), isCash }: { recommended?: ReadonlyMap<AssetId, number>; isCash?: IsCash } = {},
): BiasFlag[] {
  const broken = breaches(limits, weights, isCash);
  const outside = broken.map(({ limit, kind, weight, min, max }): BiasFlag => {
    const what = `${kind === 'group' ? 'the group ' : ''}${limit} is ${percent(weight)} of the portfolio`;
    return weight > max
      ? {
          type: 'limit_breach',
          severity: 'high',
          message: `${what}, above its limit of ${percent(max)}.`,
          recommendation: 'REDUCE_POSITION',
        }
      : {
          type: 'limit_breach',
          severity: 'medium',
          message: `${what}, below its lower limit of ${percent(min)}.`,
          recommendation: 'INCREASE_POSITION',
        };
  });
  const within = [...weights].filter(
    ([assetId]) => !broken.some(({ kind, limit }) => kind === 'asset' && limit === assetId),
  );
  const daring = within.flatMap(([assetId, weight]): BiasFlag[] => {
    const target = recommended.get(assetId);
    // rounding of weights is not bold
    if (target === undefined || weight <= bold * target + 1e-9) return [];
    const message = `${assetId} is ${percent(weight)} of the portfolio, recommended were ${percent(target)}.`;
    return [{ type: 'overconfidence', severity: 'medium', message, recommendation: 'REDUCE_POSITION' }];
  });
  return [...outside, ...daring];
}

/** What the flags come to; one that something is too small is no reason to trade less, or smaller. */
export function biasRecommendation(flags: readonly BiasFlag[]): BiasRecommendation {
  const cautioning = flags.filter(({ recommendation }) => recommendation !== 'INCREASE_POSITION');
  if (cautioning.some(({ severity }) => severity === 'high')) return 'AVOID_TRADING';
  return cautioning.length > 0 ? 'REDUCE_POSITION_SIZE' : 'OK';
}
