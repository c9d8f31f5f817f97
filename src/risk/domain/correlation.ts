import type { AssetId } from '../../shared/ids.js';
import { alignedReturns, onCommonDates, onUtcDates, type DatedCloses, type PriceSeries } from './alignment.js';
import { nearestCorrelation, type NearestCorrelation } from './covariance/nearest.js';
import { covarianceEstimators, type CovarianceEstimatorId } from './covariance/registry.js';
import { isRounding, mean, sampleStandardDeviation, simpleReturns, type Numbers } from './returns.js';
import { assertSameLength } from './statistics.js';

/** Fewer returns than this say nothing about how two assets move together. */
export const minimumOverlap = 20;

export interface Correlations {
  readonly assets: readonly AssetId[];
  /** -1 to 1, null where undefined: too few common dates, or an asset that does not move. */
  readonly matrix: readonly (readonly (number | null)[])[];
  /** Returns that each entry was computed from. */
  readonly observations: readonly (readonly number[])[];
}

export interface EstimatedCorrelations extends Correlations {
  readonly estimator: CovarianceEstimatorId;
  readonly shrinkage: number | null;
  /** Null when there are too few common dates. */
  readonly effectiveObservations: number | null;
  readonly repairDistance: number | null;
}

interface Pair {
  readonly correlation: number | null;
  readonly observations: number;
}

/** Pearson correlation of two rows of returns; null below the minimum overlap or where one does not move. */
export function correlation(a: Numbers, b: Numbers): number | null {
  if (a.length < minimumOverlap) return null;
  assertSameLength(a, b);
  const [centreA, centreB] = [mean(a), mean(b)];
  // in one pass: a matrix of fifty assets is computed while somebody waits
  let squaresA = 0;
  let squaresB = 0;
  let products = 0;
  for (let t = 0; t < a.length; t++) {
    const fromA = a[t]! - centreA;
    const fromB = b[t]! - centreB;
    squaresA += fromA * fromA;
    squaresB += fromB * fromB;
    products += fromA * fromB;
  }
  const root = Math.sqrt(1 / (a.length - 1));
  const [deviationA, deviationB] = [Math.sqrt(squaresA) * root, Math.sqrt(squaresB) * root];
  if (isRounding(deviationA, a) || isRounding(deviationB, b)) return null;
  return Math.min(1, Math.max(-1, products / Math.sqrt(squaresA) / Math.sqrt(squaresB)));
}

/**
 * Pearson correlation of every pair over the UTC dates that both have: dates are intersected before returns are taken.
 * Each pair uses all it has, so the matrix need not be positive semi-definite. On the diagonal 1, or null as elsewhere.
 */
export function pairwiseCorrelations(series: readonly PriceSeries[]): Correlations {
  const dated = series.map(withReturns);
  const pairs: Pair[][] = dated.map((own, i) => dated.slice(0, i + 1).map((other) => pair(own, other)));
  const at = (i: number, j: number): Pair => pairs[Math.max(i, j)]![Math.min(i, j)]!;
  return {
    assets: series.map(({ assetId }) => assetId),
    matrix: dated.map((_, i) => dated.map((__, j) => at(i, j).correlation)),
    observations: dated.map((_, i) => dated.map((__, j) => at(i, j).observations)),
  };
}

/** Correlation of each asset with one that is not listed, over the dates that both have; in the order given. */
export function correlationsWith(
  anchor: PriceSeries,
  series: readonly PriceSeries[],
): (Pair & { readonly assetId: AssetId })[] {
  const base = withReturns(anchor);
  return series
    .filter(({ assetId }) => assetId !== anchor.assetId)
    .map((own) => ({ assetId: own.assetId, ...pair(withReturns(own), base) }));
}

/**
 * Correlations of an estimated covariance, over the UTC dates that all assets have; positive semi-definite where it is
 * defined. All null below the minimum overlap.
 */
export function estimatedCorrelations(
  series: readonly PriceSeries[],
  estimator: CovarianceEstimatorId,
): EstimatedCorrelations {
  const { assets, periods, returns } = alignedReturns(series);
  const n = assets.length;
  const observations = assets.map(() => assets.map(() => periods));
  if (periods < minimumOverlap) {
    const matrix = assets.map(() => assets.map(() => null));
    return {
      assets,
      matrix,
      observations,
      estimator,
      shrinkage: null,
      effectiveObservations: null,
      repairDistance: null,
    };
  }
  const { covariance, ...quality } = covarianceEstimators[estimator].estimate(returns, periods, n, 1);
  const still = assets.map((_, i) => {
    const own = Float64Array.from({ length: periods }, (__, t) => returns[t * n + i]!);
    return isRounding(sampleStandardDeviation(own)!, own);
  });
  const entry = (i: number, j: number): number | null => {
    if (still[i] || still[j]) return null;
    const value = covariance[i * n + j]! / Math.sqrt(covariance[i * n + i]! * covariance[j * n + j]!);
    return i === j ? 1 : Math.min(1, Math.max(-1, value));
  };
  return {
    assets,
    matrix: assets.map((_, i) => assets.map((__, j) => entry(i, j))),
    observations,
    estimator,
    ...quality,
  };
}

/**
 * The nearest matrix to correlations that is positive semi-definite, which pairs over unlike dates may not make, and its
 * Frobenius distance (0 when nothing had to change); null while any entry is undefined.
 */
export function repaired({ matrix }: Correlations): NearestCorrelation | null {
  const entries = matrix.flat().filter((value) => value !== null);
  return entries.length < matrix.length ** 2 || entries.length === 0
    ? null
    : nearestCorrelation(Float64Array.from(entries), matrix.length);
}

type DatedReturns = DatedCloses & { readonly returns: Float64Array };

function withReturns(series: PriceSeries): DatedReturns {
  const dated = onUtcDates(series);
  return { ...dated, returns: simpleReturns(dated.closes) };
}

function pair(a: DatedReturns, b: DatedReturns): Pair {
  const common = onCommonDates(a, b);
  // where the dates are all common the returns are there already
  const count = common.days.length;
  const returnsA = count === a.days.length ? a.returns : simpleReturns(common.a);
  const returnsB = count === b.days.length ? b.returns : simpleReturns(common.b);
  const value = correlation(returnsA, returnsB);
  return { correlation: a === b && value !== null ? 1 : value, observations: returnsA.length };
}
