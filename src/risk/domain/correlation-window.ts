import type { AssetId } from '../../shared/ids.js';
import type { EpochMs } from '../../shared/time.js';
import type { PriceSeries } from './alignment.js';
import { dollars, withinLookback, type UsdCloses } from './assessment.js';
import {
  correlationsWith,
  estimatedCorrelations,
  pairwiseCorrelations,
  repaired,
  type Correlations,
  type EstimatedCorrelations,
} from './correlation.js';
import type { NearestCorrelation } from './covariance/nearest.js';
import type { CovarianceEstimatorId } from './covariance/registry.js';
import { inNumeraire } from './numeraire.js';

const usd = 'USD' as AssetId;

/** What correlations are computed from. Survives a structured clone, as do the answers: they are made in a thread. */
export interface CorrelationWindow {
  /** In the order of the answer. */
  readonly assetIds: readonly AssetId[];
  /** Daily closes of them and of the numeraire; the dollar needs none. */
  readonly closes: ReadonlyMap<AssetId, UsdCloses>;
  readonly numeraire: AssetId;
  readonly asOf: EpochMs;
  readonly lookbackDays: number;
}

/** Closes in the numeraire within the lookback; an asset without any is not among them. */
export function seriesOf({ assetIds, closes, numeraire, asOf, lookbackDays }: CorrelationWindow): PriceSeries[] {
  const inDollars = (assetId: AssetId): PriceSeries | undefined => {
    const own = assetId === usd ? dollars(asOf) : closes.get(assetId);
    return own && { assetId, ...withinLookback(own, asOf, lookbackDays) };
  };
  const unit = inDollars(numeraire);
  return assetIds.flatMap((assetId) => {
    const own = inDollars(assetId);
    const counted = own && numeraire !== usd ? unit && inNumeraire(own, unit) : own;
    return counted && counted.closes.length > 0 ? counted : [];
  });
}

export const pairwiseIn = (window: CorrelationWindow): Correlations => pairwiseCorrelations(seriesOf(window));

/** Each pair over the dates that both have, with the nearest matrix that is positive semi-definite. */
export function repairedIn(window: CorrelationWindow): {
  readonly found: Correlations;
  readonly nearest: NearestCorrelation | null;
} {
  const found = pairwiseIn(window);
  return { found, nearest: repaired(found) };
}

export const estimatedIn = ({
  estimator,
  ...window
}: CorrelationWindow & { readonly estimator: CovarianceEstimatorId }): EstimatedCorrelations =>
  estimatedCorrelations(seriesOf(window), estimator);

/** With the first of the assets; empty when that one has no prices. */
export function withFirstIn(window: CorrelationWindow): ReturnType<typeof correlationsWith> {
  const [anchor] = window.assetIds;
  const series = seriesOf(window);
  const base = series.find(({ assetId }) => assetId === anchor);
  return base ? correlationsWith(base, series) : [];
}
