import { InvariantViolation } from '../../../shared/errors.js';
import type { CovarianceEstimator } from './estimator.js';
import { weightedMoments } from './weighted.js';

/**
 * Exponentially weighted covariance: a period counts `decay` times as much as the next later one (J.P. Morgan,
 * RiskMetrics, 1996: 0.94 for daily returns). Deviations are from the weighted mean and divided by 1 - Σw², which makes
 * equal weights the sample covariance. Effective observations are 1 / Σw² (Kish 1965).
 */
export const exponentiallyWeighted = (decay: number): CovarianceEstimator => {
  if (!(decay > 0 && decay < 1)) throw new InvariantViolation(`a decay lies strictly between 0 and 1: ${decay}`);
  return {
    id: 'exponentially_weighted',
    name: `Exponentially weighted, decay ${decay} a period`,
    source: 'RiskMetrics 1996',
    estimate: (returns, periods, assets, periodsPerYear) => {
      if (periods < 2) throw new InvariantViolation(`a covariance needs 2 returns, has ${periods}`);
      const raw = Float64Array.from({ length: periods }, (_, t) => decay ** (periods - 1 - t));
      const total = raw.reduce((sum, weight) => sum + weight, 0);
      const weights = raw.map((weight) => weight / total);
      const concentration = weights.reduce((sum, weight) => sum + weight ** 2, 0);

      const { covariance } = weightedMoments(returns, weights, assets, periodsPerYear / (1 - concentration));
      return { covariance, shrinkage: null, effectiveObservations: 1 / concentration, repairDistance: null };
    },
  };
};
