import type { CovarianceEstimator } from './estimator.js';
import { nearestCorrelation } from './nearest.js';
import { sampleCovariance } from './sample.js';

/**
 * Gerber statistic (Gerber, Markowitz, Ernst, Miao, Javid & Sargen, "The Gerber Statistic", 2021): of the periods in
 * which at least one of two assets moved by `threshold` deviations or more, the share in which both did so in the same
 * direction less the share in which they did so in opposite ones. Times the sample's deviations it is a covariance.
 *
 * Effective observations are the fewest such periods of a pair. Rounding aside the matrix is positive semi-definite;
 * where it is not, the nearest one is taken and the distance told.
 */
export const gerber = (threshold: number): CovarianceEstimator => ({
  id: 'gerber',
  name: `Gerber statistic with a threshold of ${threshold} deviations`,
  source: 'Gerber et al. 2021',
  estimate: (returns, periods, assets, periodsPerYear) => {
    const n = assets;
    const sample = sampleCovariance(returns, periods, n, periodsPerYear);
    const yearly = Float64Array.from({ length: n }, (_, i) => Math.sqrt(sample[i * n + i]!));
    const limits = yearly.map((deviation) => (threshold * deviation) / Math.sqrt(periodsPerYear));
    // 1 for a rise beyond the limit, -1 for a fall, 0 for noise; an asset that never moves is all noise
    const moves = Array.from(limits, (limit, i) =>
      Int8Array.from({ length: periods }, (_, t) => {
        const value = returns[t * n + i]!;
        return limit > 0 && Math.abs(value) >= limit ? Math.sign(value) : 0;
      }),
    );
    const correlation = new Float64Array(n * n);
    let fewest = periods;
    for (let i = 0; i < n; i++) {
      correlation[i * n + i] = 1;
      for (let j = 0; j < i; j++) {
        const [own, other] = [moves[i]!, moves[j]!];
        let together = 0;
        let either = 0;
        for (let t = 0; t < periods; t++) {
          together += own[t]! * other[t]!;
          either += (own[t]! | other[t]!) === 0 ? 0 : 1;
        }
        fewest = Math.min(fewest, either);
        correlation[i * n + j] = correlation[j * n + i] = either === 0 ? 0 : together / either;
      }
    }
    const repaired = nearestCorrelation(correlation, n);
    return {
      covariance: repaired.matrix.map((value, index) => value * (yearly[Math.floor(index / n)]! * yearly[index % n]!)),
      shrinkage: null,
      effectiveObservations: fewest,
      repairDistance: repaired.distance === 0 ? null : repaired.distance,
    };
  },
});
