/** A·w between `min` and `max`; -Infinity or Infinity where there is no such side. */
export interface LinearLimit {
  /** What the limit is called where it binds or cannot be kept. */
  readonly label: string;
  readonly coefficients: Float64Array;
  readonly min: number;
  readonly max: number;
}

/** Limits in the order of the assets; weights always sum to 1 besides. */
export interface Limits {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly linear: readonly LinearLimit[];
}
