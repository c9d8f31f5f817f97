/** A covariance and what is to be known about its quality. */
interface CovarianceEstimate {
  /** Annualised, symmetric, row-major n×n. */
  readonly covariance: Float64Array;
  /** Weight of the structured target, 0 to 1; null where the method shrinks nothing. */
  readonly shrinkage: number | null;
  /** Returns of equal weight that would tell as much. */
  readonly effectiveObservations: number;
  /** Frobenius distance of the correlations to those repaired to be positive semi-definite; null when none was needed. */
  readonly repairDistance: number | null;
}

export interface CovarianceEstimator {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** `returns` is a periods×assets matrix, row-major, oldest first; at least two periods, no gaps. */
  estimate(returns: Float64Array, periods: number, assets: number, periodsPerYear: number): CovarianceEstimate;
}
