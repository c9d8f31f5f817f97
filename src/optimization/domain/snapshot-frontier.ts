import type { AssetId } from '../../shared/ids.js';
import { whyBandsCannotHold } from './bands.js';
import { boxesOf, type WeightLimits } from './constraints.js';
import {
  atTargetReturn,
  atTargetVolatility,
  maxSharpePoint,
  minVariancePoint,
  type FrontierPoint,
  type FrontierQuery,
} from './frontier.js';
import { assetsOf, whyTooLittleData, type MarketSnapshot } from './market-snapshot.js';
import { momentsOf } from './moments.js';
import type { OptimizationRequest } from './optimization-request.js';
import { criticalLine } from './solvers/critical-line.js';

/** What is looked up on the frontier: yearly fractions, one of them at the most. */
export interface FrontierTarget {
  readonly targetReturn: number | null;
  readonly targetVolatility: number | null;
}

export interface MixPoint {
  readonly expectedReturn: number;
  readonly volatility: number;
  /** Null without any risk. */
  readonly sharpe: number | null;
  /** Of the assets that are held. */
  readonly weights: readonly { readonly assetId: AssetId; readonly weight: number }[];
}

export type MixOrReason = { readonly point: MixPoint } | { readonly reason: string };

export type SnapshotFrontier =
  | {
      readonly kind: 'frontier';
      /** From the highest return to the least variance; between two neighbours weights are a straight line. */
      readonly turningPoints: readonly (MixPoint & { readonly riskTolerance: number })[];
      readonly minVariance: MixPoint;
      readonly maxSharpe: MixOrReason;
      /** Null when nothing was looked up. */
      readonly atTarget: MixOrReason | null;
      /** Ties were resolved by returns raised by up to 1e-9 of their spread. */
      readonly perturbed: boolean;
    }
  | { readonly kind: 'none'; readonly reason: string };

/** What runs in a thread of its own. */
export const frontierInThread = (input: {
  snapshot: MarketSnapshot;
  request: OptimizationRequest;
  limits: readonly WeightLimits[];
  target: FrontierTarget;
}): SnapshotFrontier => snapshotFrontier(input.snapshot, input.request, input.limits, input.target);

/**
 * The exact efficient frontier of frozen prices under limits of single assets, measured as the request says, its views
 * included. What the request has besides (costs, turnover, limits on several assets) has no part in it.
 */
export function snapshotFrontier(
  snapshot: MarketSnapshot,
  request: OptimizationRequest,
  limits: readonly WeightLimits[],
  { targetReturn, targetVolatility }: FrontierTarget,
): SnapshotFrontier {
  const none = (reason: string): SnapshotFrontier => ({ kind: 'none', reason });
  const assets = assetsOf(snapshot);
  const boxes = boxesOf(limits);
  const tooLittle = whyTooLittleData(snapshot) ?? whyBandsCannotHold(assets, boxes);
  if (tooLittle !== undefined) return none(tooLittle);
  const moments = momentsOf(snapshot, request.numeraire, request);
  if ('reason' in moments) return none(moments.reason);
  const { riskFreeRate, estimates } = moments;
  const { covariance } = estimates;
  const found = criticalLine({ expectedReturns: moments.expected.means, covariance, ...boxes });
  if (found.kind !== 'frontier') return none(found.reason);
  const { turningPoints, perturbed } = found;
  const frontier = { turningPoints, covariance };
  const mix = ({ weights, expectedReturn, volatility }: FrontierPoint): MixPoint => ({
    expectedReturn,
    volatility,
    sharpe: volatility > 0 ? (expectedReturn - riskFreeRate) / volatility : null,
    weights: assets.map((assetId, i) => ({ assetId, weight: weights[i]! })).filter(({ weight }) => weight !== 0),
  });
  const answer = (query: FrontierQuery): MixOrReason =>
    query.kind === 'point' ? { point: mix(query.point) } : { reason: query.reason };
  const lookedUp =
    targetReturn !== null
      ? answer(atTargetReturn(frontier, targetReturn))
      : targetVolatility !== null
        ? answer(atTargetVolatility(frontier, targetVolatility))
        : null;
  return {
    kind: 'frontier',
    turningPoints: turningPoints.map((point) => ({ ...mix(point), riskTolerance: point.lambda })),
    minVariance: mix(minVariancePoint(frontier)),
    maxSharpe: answer(maxSharpePoint(frontier, riskFreeRate)),
    atTarget: lookedUp,
    perturbed,
  };
}
