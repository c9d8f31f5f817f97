/** `coefficients`·x between `min` and `max`, which may be infinite; equal when it has to be met exactly. */
export interface Row {
  readonly coefficients: Float64Array;
  readonly min: number;
  readonly max: number;
}

/** Least `x'Px/2 + q'x` within boxes and rows. */
export interface QuadraticProgram {
  /** P: n×n by rows, symmetric and positive semi-definite. */
  readonly quadratic: Float64Array;
  /** q. */
  readonly linear: Float64Array;
  /** Finite: a weight without a limit has no place in a portfolio. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly rows: readonly Row[];
}
